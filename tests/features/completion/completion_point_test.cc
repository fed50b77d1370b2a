// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/completion_point.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

// `marked` has a '^' where the cursor is.
CompletionPoint Find(std::string_view marked) {
  size_t at = marked.find('^');
  std::string text = std::string(marked.substr(0, at)) + std::string(marked.substr(at + 1));
  return FindCompletionPoint(text, static_cast<uint32_t>(at));
}

TEST(CompletionPoint, TheNameAroundTheCursor) {
  CompletionPoint point = Find("x = foo^bar ( y");
  EXPECT_EQ(point.begin, 4u);
  EXPECT_EQ(point.cursor, 7u);
  EXPECT_EQ(point.end, 10u);
  EXPECT_EQ(point.typed, "foo");
  EXPECT_EQ(point.next, '(');
  EXPECT_FALSE(point.in_include);
}

TEST(CompletionPoint, NothingTypedAtTheEnds) {
  EXPECT_EQ(Find("^").typed, "");
  EXPECT_EQ(Find("^ab").end, 2u);
  EXPECT_EQ(Find("ab^").begin, 0u);
  EXPECT_EQ(Find("ab^\n(").next, '\0');
  EXPECT_EQ(FindCompletionPoint("ab", 900).cursor, 2u);
}

TEST(CompletionPoint, NumbersAreNoNames) {
  EXPECT_TRUE(Find("x = 12^").in_number);
  EXPECT_TRUE(Find("x = 0xab^").in_number);
  EXPECT_FALSE(Find("x2^").in_number);
}

TEST(CompletionPoint, ADestructorBeginsWithItsTilde) {
  EXPECT_EQ(Find("x.~Fo^").typed, "~Fo");
  EXPECT_EQ(Find("y = ~fo^").typed, "fo");
}

TEST(CompletionPoint, TheLastPartOfAnIncludedPath) {
  EXPECT_EQ(Find("#include <ve^").typed, "ve");
  EXPECT_TRUE(Find("#include <ve^").in_include);
  EXPECT_EQ(Find(" # include \"a/b-c.h^").typed, "b-c.h");
  EXPECT_EQ(Find("#include_next <sys/^").typed, "");
  EXPECT_EQ(Find("#import\"a b ^").typed, "a b ");
  CompletionPoint closed = Find("#include <ve^c>\n");
  EXPECT_EQ(closed.end, 14u);  // with the '>'
  EXPECT_FALSE(Find("#include <vector> // ve^").in_include);
  EXPECT_FALSE(Find("#included \"x^").in_include);
}

TEST(CompletionPoint, TextToParseKeepsOffsets) {
  std::string text = "#include <a>\nint fo;\nfoo x;";
  CompletionPoint point = FindCompletionPoint(text, 23);
  EXPECT_EQ(TextToParse(text, 13, point), "            \nint fo;\n    x;");
}

TEST(CompletionPoint, OfThePreambleOnlyTheDirectiveIsRead) {
  std::string text = "#include <a>\n#include <b>\n#define X \\\n yy\nint x;";
  CompletionPoint point = FindCompletionPoint(text, 24);
  EXPECT_EQ(TextToParse(text, 42, point), "            \n#include <  ");
  point = FindCompletionPoint(text, 41);
  EXPECT_EQ(TextToParse(text, 42, point), "            \n            \n#define X \\\n   ");
}

}  // namespace
}  // namespace astrolabe
