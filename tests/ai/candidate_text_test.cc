// Where candidates end. In the marked text `|` is where the one before it should.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/candidate_text.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe {
namespace {

// `text` with a `|` where the candidate ended; none if it goes on.
std::string Ended(const std::string& marked, bool is_single_line) {
  std::string text = marked;
  if (size_t mark = text.find('|'); mark != std::string::npos) text.erase(mark, 1);
  CandidateEnd end(is_single_line);
  // By pieces, as tokens come.
  bool goes_on = true;
  for (size_t at = 0; goes_on && at < text.size(); at += 3) goes_on = end.Take(text.substr(at, 3));
  if (goes_on) return text;
  return text.substr(0, end.size()) + "|" + text.substr(end.size());
}

TEST(CandidateEnd, ALineEndsAtItsBreak) {
  for (const char* text : {"x = 1;|\nint y;", "f(a,|\n  b);", "\n  x;|\n", "x", ""}) {
    EXPECT_EQ(Ended(text, true), text);
  }
}

TEST(CandidateEnd, ABracketThatItHasNotOpenedEndsIt) {
  for (const char* text :
       {"x|);", "f(x)|) + 1", "a[i]|]", "{ return 1; }\n|}\n", "f(|]", "x|) {", "{ x"}) {
    EXPECT_EQ(Ended(text, false), text);
  }
}

TEST(CandidateEnd, BracketsInLiteralsAndCommentsAreText) {
  for (const char* text :
       {"\")\" + x|)", "')', 1|)", "\"\\\")\"|)", "1 /* ) */|)", "1;  // :)\n|}", "\"open\n|}"}) {
    EXPECT_EQ(Ended(text, false), text);
  }
}

TEST(OpenBrackets, ThoseOfTheStatementThatTheLineDoesNotClose) {
  EXPECT_EQ(OpenBrackets("f(a, b[", ""), "([");
  EXPECT_EQ(OpenBrackets("f(a, b[", "]);\n"), "");
  EXPECT_EQ(OpenBrackets("f(a, b[", "];\n)"), "(");
  EXPECT_EQ(OpenBrackets("void f() {\n  g(1);\n  return h(", ";\n}\n"), "(");
  EXPECT_EQ(OpenBrackets("g(a,\n  b", "\n"), "(");
  EXPECT_EQ(OpenBrackets("f(a) + b", ""), "");
  EXPECT_EQ(OpenBrackets("", ""), "");
  EXPECT_EQ(OpenBrackets("\n\n", ""), "");
}

TEST(CandidateEnd, WhatIsOpenMayBeClosed) {
  CandidateEnd end(/*is_single_line=*/true, "(");
  EXPECT_FALSE(end.Take("x) + y) + z"));
  EXPECT_EQ(end.size(), 6u);
}

TEST(WithoutOverlap, WhatTheLineSaysAgainIsLeftOut) {
  EXPECT_EQ(WithoutOverlap("x = 1;", ";\nint y;"), "x = 1");
  EXPECT_EQ(WithoutOverlap("value + other", " + other;"), "value");
  EXPECT_EQ(WithoutOverlap("f()", ");"), "f()");
  EXPECT_EQ(WithoutOverlap("x", ""), "x");
  EXPECT_EQ(WithoutOverlap("x;", "\n;"), "x;");
  EXPECT_EQ(WithoutOverlap("", ";"), "");
}

}  // namespace
}  // namespace astrolabe
