// Edits between two texts: that they are right, few and small.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/line_diff.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/strings.h"

namespace astrolabe {
namespace {

std::string Apply(std::string text, const std::vector<ByteEdit>& edits) {
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
    text.replace(edit->range.begin, edit->range.end - edit->range.begin, edit->replacement);
  }
  return text;
}

// "removed>inserted" for each edit.
std::string Describe(std::string_view before, std::string_view after) {
  std::string description;
  const std::vector<ByteEdit> edits = DiffTexts(before, after);
  for (const ByteEdit& edit : edits) {
    if (!description.empty()) description += ", ";
    description += StrCat(before.substr(edit.range.begin, edit.range.end - edit.range.begin), ">",
                          edit.replacement);
  }
  EXPECT_EQ(Apply(std::string(before), edits), after);
  return description;
}

TEST(LineDiff, OnlyWhatDiffers) {
  EXPECT_EQ(Describe("int a;\n", "int a;\n"), "");
  EXPECT_EQ(Describe("int a;\nint b;\n", "int a;\nint cc;\n"), "b>cc");
  EXPECT_EQ(Describe("", "x"), ">x");
  EXPECT_EQ(Describe("x", ""), "x>");
  EXPECT_EQ(Describe("aaa", "aaaa"), ">a");
}

TEST(LineDiff, LinesFarApartAreEditsOfTheirOwn) {
  EXPECT_EQ(Describe("one\ntwo\nthree\nfour\nfive\n", "1ne\ntwo\nthree\n4our\nfive\nsix\n"),
            "o>1, f>4, >six\n");
  EXPECT_EQ(Describe("a\nb\nc\nd\n", "b\nc\nx\nd\n"), "a\n>, >x\n");
}

TEST(LineDiff, LinesThatWereAddedAreWholeWhateverTheyBeginWith) {
  EXPECT_EQ(Describe("one\nthree\n", "one\ntwo\nthree\n"), ">two\n");
  EXPECT_EQ(Describe("one\ntwo\nthree\n", "one\nthree\n"), "two\n>");
  EXPECT_EQ(Describe("  int a;\n  int b;\n", "  int a;\n  int x;\n  int b;\n"), ">  int x;\n");
  EXPECT_EQ(Describe("f(a, b);\n", "f(a, a, b);\n"),
            ">a, ");  // within a line it is where it differs
  EXPECT_EQ(Describe("a\r\n\r\n", "a\r\n\r\r\n"), ">\r");
}

TEST(LineDiff, CharactersAndLineBreaksStayWhole) {
  EXPECT_EQ(Describe("é", "è"), "é>è");  // C3 A9, C3 A8
  EXPECT_EQ(Describe("ꨀ", "ꠀ"), "ꨀ>ꠀ");  // equal first and last bytes
  EXPECT_EQ(Describe("a\r\n", "a\r"), "\r\n>\r");
  EXPECT_EQ(Describe("a\r\nb", "a\nb"), "\r\n>\n");
}

TEST(LineDiff, BeyondTheLimitsItIsOneEdit) {
  std::string before = "same\n";
  std::string after = "same\n";
  for (int i = 0; i < 100; ++i) {
    before += StrCat("old ", i, "\ncommon\n");
    after += StrCat("new ", i, "\ncommon\n");
  }
  const std::vector<ByteEdit> all = DiffTexts(before, after);
  EXPECT_EQ(all.size(), 100u);
  const std::vector<ByteEdit> one = DiffTexts(before, after, {.max_differences = 20});
  EXPECT_EQ(one.size(), 1u);
  EXPECT_EQ(Apply(before, one), after);
  EXPECT_EQ(DiffTexts(before, after, {.max_comparisons = 20}).size(), 1u);
}

TEST(LineDiff, RandomTexts) {
  std::mt19937 random(2);
  const auto make = [&] {
    std::string text;
    for (uint32_t lines = random() % 12; lines > 0; --lines) {
      text += static_cast<char>('a' + random() % 3);
      if (random() % 5 != 0) text += "\n";
    }
    return text;
  };
  for (int round = 0; round < 3000; ++round) {
    const std::string before = make();
    const std::string after = make();
    const std::vector<ByteEdit> edits = DiffTexts(before, after);
    ASSERT_EQ(Apply(before, edits), after) << before << "----\n" << after;
    for (size_t i = 1; i < edits.size(); ++i) {
      ASSERT_LE(edits[i - 1].range.end, edits[i].range.begin);
    }
  }
}

}  // namespace
}  // namespace astrolabe
