// What a TextBuffer promises: the bytes, the lines, and that an old state stays as it was.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/text_buffer.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <random>
#include <string>
#include <thread>
#include <vector>

namespace astrolabe {
namespace {

std::string Numbers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

std::vector<std::string> LinesOf(const TextBuffer& text) {
  std::vector<std::string> lines;
  for (size_t line = 0; line < text.line_count(); ++line) lines.push_back(text.Line(line));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(TextBuffer, AnEmptyTextHasOneEmptyLine) {
  const TextBuffer text;
  EXPECT_EQ(text.size(), 0u);
  EXPECT_EQ(LinesOf(text), Lines{""});
  EXPECT_EQ(text.LineStart(5), 0u);
  EXPECT_EQ(text.ChunkAt(0), "");
  EXPECT_EQ(text.Replace(0, 0, "int x;").ToString(), "int x;");
  EXPECT_TRUE(text.Replace(3, 9, "").empty());
}

TEST(TextBuffer, AnOldStateStaysAsItWas) {
  const TextBuffer before("int x;\n");
  const TextBuffer after = before.Replace(4, 5, "longer_name");
  EXPECT_EQ(before.ToString(), "int x;\n");
  EXPECT_EQ(after.ToString(), "int longer_name;\n");
}

TEST(TextBuffer, LineFeedReturnAndBothEndALine) {
  EXPECT_EQ(LinesOf(TextBuffer("a\nb\r\nc\rd")), (Lines{"a", "b", "c", "d"}));
  EXPECT_EQ(LinesOf(TextBuffer("\r\r\n\n\r")), (Lines{"", "", "", "", ""}));
  EXPECT_EQ(LinesOf(TextBuffer("a\n")), (Lines{"a", ""}));
}

TEST(TextBuffer, AnEditCanDivideAndUniteReturnAndLineFeed) {
  const TextBuffer text("a\r\nb");
  EXPECT_EQ(LinesOf(text.Replace(2, 2, "x")), (Lines{"a", "x", "b"}));
  EXPECT_EQ(LinesOf(text.Replace(2, 2, "x").Replace(2, 3, "")), (Lines{"a", "b"}));
  EXPECT_EQ(LinesOf(text.Replace(1, 2, "")), (Lines{"a", "b"}));
}

// The edges of leaves are where it is hard: every place of a text of several is tried.
TEST(TextBuffer, EveryPlaceOfALongTextCanBeDividedAndMended) {
  std::string model;
  while (model.size() < 6000) model += "é\r\n😀\r\r\n";
  const TextBuffer text(model);
  const TextCounts counts = text.counts();
  for (size_t at = 0; at <= model.size(); ++at) {
    const TextBuffer divided = text.Replace(at, at, "|");
    divided.CheckInvariants();
    const TextBuffer mended = divided.Replace(at, at + 1, "");
    mended.CheckInvariants();
    ASSERT_EQ(mended.counts(), counts) << at;
  }
  EXPECT_EQ(text.ToString(), model);
}

TEST(TextBuffer, BytesThatAreNoUtf8StayAndCountOneEach) {
  const std::string bytes = "a\xFF\xC3(\xED\xA0\x80\xF0\x9F\x98";
  const TextBuffer text(bytes);
  EXPECT_EQ(text.ToString(), bytes);
  EXPECT_EQ(text.counts().characters, bytes.size());
  EXPECT_EQ(text.counts().utf16_units, bytes.size());
  // Its last three bytes lack one to be an emoji.
  const TextBuffer completed = text.Replace(bytes.size(), bytes.size(), "\x80");
  EXPECT_EQ(completed.counts().characters, bytes.size() - 2);
  EXPECT_EQ(completed.counts().utf16_units, bytes.size() - 1);
}

TEST(TextBuffer, NothingButContinuationBytes) {
  const std::string bytes(10'000, '\x80');
  TextBuffer text(bytes);
  text.CheckInvariants();
  EXPECT_EQ(text.counts().characters, bytes.size());
  text = text.Replace(4000, 4000, "\xC3");
  text.CheckInvariants();
  EXPECT_EQ(text.counts().characters, bytes.size());
}

TEST(TextBuffer, PlacesOutsideAreClamped) {
  const TextBuffer text("abc");
  EXPECT_EQ(text.Replace(10, 20, "d").ToString(), "abcd");
  EXPECT_EQ(text.Replace(2, 1, "X").ToString(), "abXc");
  EXPECT_EQ(text.Substring(1, 99), "bc");
  EXPECT_EQ(text.Substring(5, 9), "");
  EXPECT_EQ(text.Substring(2, 1), "");
  EXPECT_EQ(text.LineStart(7), 3u);
  EXPECT_EQ(text.CountsBefore(99).bytes, 3u);
}

TEST(TextBuffer, LongTextsInOneEdit) {
  const std::string numbers = Numbers(20'000);
  TextBuffer text = TextBuffer("<>").Replace(1, 1, numbers);
  text.CheckInvariants();
  EXPECT_EQ(text.ToString(), "<" + numbers + ">");
  EXPECT_EQ(text.Line(12'345), "line 12345");
  text = text.Replace(1, numbers.size() + 1, "");
  text.CheckInvariants();
  EXPECT_EQ(text.ToString(), "<>");
}

TEST(TextBuffer, ATreeOfAThousandEditsStaysInBalance) {
  // Always at the same place, and always at the ends: what would unbalance a tree that is not kept.
  TextBuffer text;
  std::string model;
  for (int i = 0; i < 3000; ++i) {
    const std::string piece = std::to_string(i) + std::string(i % 700, '.');
    const size_t at = i % 3 == 0 ? 0 : i % 3 == 1 ? model.size() : model.size() / 2;
    text = text.Replace(at, at, piece);
    model.insert(at, piece);
    if (i % 100 == 0) text.CheckInvariants();
  }
  text.CheckInvariants();
  EXPECT_EQ(text.ToString(), model);
  std::mt19937 random(3);
  while (!text.empty()) {
    const size_t at = random() % text.size();
    const size_t end = std::min(text.size(), at + 1 + random() % 20'000);
    text = text.Replace(at, end, "");
    model.erase(at, end - at);
    text.CheckInvariants();
    ASSERT_EQ(text, TextBuffer(model));
  }
}

TEST(TextBuffer, ChunksAreTheTextInOrder) {
  const std::string numbers = Numbers(3000);
  const TextBuffer text(numbers);
  std::string joined;
  text.ForEachChunk(100, 20'000, [&](std::string_view chunk) { joined += chunk; });
  EXPECT_EQ(joined, numbers.substr(100, 19'900));
  std::string walked;
  for (size_t at = 7; at < text.size(); at += text.ChunkAt(at).size()) walked += text.ChunkAt(at);
  EXPECT_EQ(walked, numbers.substr(7));
}

TEST(TextBuffer, EqualTextsAreEqualHoweverTheyCameAbout) {
  const std::string numbers = Numbers(3000);
  const TextBuffer direct(numbers);
  TextBuffer typed;
  for (size_t at = 0; at < numbers.size(); at += 37) {
    typed = typed.Replace(at, at, numbers.substr(at, 37));
  }
  EXPECT_EQ(direct, typed);
  EXPECT_EQ(direct.Digest(), typed.Digest());
  EXPECT_EQ(direct.Digest(), XXH3_64bits(numbers.data(), numbers.size()));
  const TextBuffer other = typed.Replace(20'000, 20'001, "~");
  EXPECT_FALSE(direct == other);
  EXPECT_NE(direct.Digest(), other.Digest());
}

TEST(TextBuffer, ReadersGoOnWhileTheWriterEdits) {
  TextBuffer text(Numbers(2000));
  const TextBuffer start = text;
  const uint64_t start_digest = text.Digest();
  std::vector<std::thread> readers;
  for (int i = 0; i < 50; ++i) {
    text = text.Replace(i * 100, i * 100 + 10, "edited");
    if (i % 10 != 0) continue;
    readers.emplace_back([snapshot = text, digest = text.Digest()] {
      for (int round = 0; round < 20; ++round) EXPECT_EQ(snapshot.Digest(), digest);
      const TextBuffer mine = snapshot.Replace(5, 500, "a reader's own");
      EXPECT_FALSE(mine == snapshot);
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(start.Digest(), start_digest);
  text.CheckInvariants();
}

}  // namespace
}  // namespace astrolabe
