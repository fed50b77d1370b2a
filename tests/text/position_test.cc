// Positions in all encodings, and every place where they are clamped or rounded.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/position.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/text/text_model.h"

namespace astrolabe {
namespace {

constexpr PositionEncoding kUtf8 = PositionEncoding::kUtf8;
constexpr PositionEncoding kUtf16 = PositionEncoding::kUtf16;
constexpr PositionEncoding kUtf32 = PositionEncoding::kUtf32;

size_t At(std::string_view text, uint32_t line, uint32_t column, PositionEncoding encoding) {
  const TextOffset offset = OffsetOf(TextBuffer(text), {line, column}, encoding);
  EXPECT_FALSE(offset.outside);
  return offset.offset;
}

TEST(Position, ColumnsCountCodeUnitsOfTheEncoding) {
  // a: 1 byte, é: 2 bytes, €: 3 bytes, 😀: 4 bytes and two UTF-16 units.
  const std::string text = "first\naé€😀z";
  const size_t z = text.find('z');
  EXPECT_EQ(At(text, 1, 10, kUtf8), z);
  EXPECT_EQ(At(text, 1, 5, kUtf16), z);
  EXPECT_EQ(At(text, 1, 4, kUtf32), z);
  EXPECT_EQ(PositionOf(TextBuffer(text), z, kUtf8), (TextPosition{1, 10}));
  EXPECT_EQ(PositionOf(TextBuffer(text), z, kUtf16), (TextPosition{1, 5}));
  EXPECT_EQ(PositionOf(TextBuffer(text), z, kUtf32), (TextPosition{1, 4}));
}

TEST(Position, InsideACharacterIsItsStart) {
  const std::string text = "é😀z";
  EXPECT_EQ(At(text, 0, 1, kUtf8), 0u);
  for (uint32_t column : {2u, 3u, 4u, 5u}) EXPECT_EQ(At(text, 0, column, kUtf8), 2u);
  EXPECT_EQ(At(text, 0, 2, kUtf16), 2u) << "between the two halves of a surrogate pair";
  for (size_t offset : {2u, 3u, 4u, 5u}) {
    EXPECT_EQ(PositionOf(TextBuffer(text), offset, kUtf16), (TextPosition{0, 1}));
  }
}

TEST(Position, BeyondTheLineIsItsEndBeforeTheLineBreak) {
  const TextBuffer text("ab\r\ncd\nef\rgh");
  struct Case {
    uint32_t line;
    size_t end;
  };
  for (const Case& c : {Case{0, 2}, Case{1, 6}, Case{2, 9}, Case{3, 12}}) {
    for (const PositionEncoding encoding : {kUtf8, kUtf16, kUtf32}) {
      EXPECT_FALSE(OffsetOf(text, {c.line, 2}, encoding).outside);
      EXPECT_EQ(OffsetOf(text, {c.line, 2}, encoding).offset, c.end);
      for (const uint32_t column : {3u, 4u, 1000u, UINT32_MAX}) {
        EXPECT_TRUE(OffsetOf(text, {c.line, column}, encoding).outside);
        EXPECT_EQ(OffsetOf(text, {c.line, column}, encoding).offset, c.end);
      }
    }
  }
}

TEST(Position, BeyondTheLastLineIsTheEndOfTheText) {
  const TextBuffer text("ab\ncd\n");
  EXPECT_FALSE(OffsetOf(text, {2, 0}, kUtf16).outside);
  EXPECT_EQ(OffsetOf(text, {2, 0}, kUtf16).offset, 6u);
  for (const uint32_t line : {3u, 9u, UINT32_MAX}) {
    EXPECT_TRUE(OffsetOf(text, {line, 0}, kUtf16).outside);
    EXPECT_EQ(OffsetOf(text, {line, 0}, kUtf16).offset, 6u);
  }
  EXPECT_EQ(PositionOf(text, 99, kUtf16), (TextPosition{2, 0}));
}

TEST(Position, BetweenReturnAndLineFeedIsTheLinesEnd) {
  EXPECT_EQ(PositionOf(TextBuffer("ab\r\ncd"), 3, kUtf16), (TextPosition{0, 2}));
}

TEST(Position, EmptyText) {
  EXPECT_EQ(PositionOf({}, 0, kUtf16), (TextPosition{0, 0}));
  EXPECT_FALSE(OffsetOf({}, {0, 0}, kUtf16).outside);
  EXPECT_TRUE(OffsetOf({}, {0, 1}, kUtf16).outside);
  EXPECT_TRUE(OffsetOf({}, {1, 0}, kUtf16).outside);
}

TEST(Position, ALineOfAMegabyte) {
  std::string line;
  while (line.size() < 1'000'000) line += "x = 'é';";
  const TextBuffer text("first\n" + line + "z\nlast");
  const auto columns = static_cast<uint32_t>(line.size() / 9 * 8);
  EXPECT_EQ(OffsetOf(text, {1, columns}, kUtf16).offset, 6 + line.size());
  EXPECT_EQ(PositionOf(text, 6 + line.size(), kUtf16), (TextPosition{1, columns}));
  EXPECT_EQ(PositionOf(text, text.size(), kUtf16), (TextPosition{2, 4}));
}

TEST(Position, AgreesWithTheModelEverywhere) {
  constexpr std::string_view kPieces[] = {"a",    "bc ",  "é",    "€",           "😀",
                                          "\r",   "\r\n", "\n",   "\n",          "\xF0\x9F",
                                          "\xE2", "\x80", "\xFF", "\xED\xA0\x80"};
  std::mt19937 random(1);
  for (int round = 0; round < 30; ++round) {
    std::string model;
    const size_t size = random() % 400;
    while (model.size() < size) model += kPieces[random() % std::size(kPieces)];
    const TextBuffer text(model);
    for (const PositionEncoding encoding : {kUtf8, kUtf16, kUtf32}) {
      for (size_t offset = 0; offset <= model.size(); ++offset) {
        const TextPosition position = PositionOf(text, offset, encoding);
        ASSERT_EQ(position, ModelPositionOf(model, offset, encoding)) << offset;
        ASSERT_EQ(PositionOf(text, OffsetOf(text, position, encoding).offset, encoding), position);
      }
      for (uint32_t line = 0; line <= text.line_count(); ++line) {
        for (uint32_t column = 0; column < 40; ++column) {
          const TextOffset ours = OffsetOf(text, {line, column}, encoding);
          const TextOffset wanted = ModelOffsetOf(model, {line, column}, encoding);
          ASSERT_EQ(ours.offset, wanted.offset) << line << ":" << column;
          ASSERT_EQ(ours.outside, wanted.outside) << line << ":" << column;
        }
      }
    }
  }
}

TEST(CodeUnits, BoundariesAreNeitherInCharactersNorInLineBreaks) {
  const std::string text = "é\r\n\x80\x80\x80\x80";
  std::string boundaries;
  for (size_t at = 0; at <= text.size(); ++at) boundaries += IsBoundary(text, at) ? '|' : '.';
  EXPECT_EQ(boundaries, "|.|.|||||");
  EXPECT_EQ(BoundaryBefore(text, 3), 2u);
  EXPECT_EQ(BoundaryAfter(text, 3), 4u);
}

}  // namespace
}  // namespace astrolabe
