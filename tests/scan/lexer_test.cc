// Tokens of marked text: every token is written between bars in the expectation.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/lexer.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe {
namespace {

std::string Tokens(std::string text) {
  text.shrink_to_fit();
  ByteClasses classes;
  classes.Classify(text);
  Lexer lexer(text, classes);
  std::string out;
  for (Token t = lexer.Next(); !t.Is(TokenKind::kEnd); t = lexer.Next()) {
    if (!out.empty()) out += '|';
    out += t.Is(TokenKind::kDirectiveEnd) ? "$" : std::string(lexer.Text(t));
  }
  return out;
}

TEST(Lexer, Punctuators) {
  EXPECT_EQ(Tokens("a->b::c ... >>= <=> x&&y"), "a|->|b|::|c|...|>|>|=|<=>|x|&&|y");
}

TEST(Lexer, Numbers) {
  EXPECT_EQ(Tokens("1'000'000 0x1F'ABull 1e-5f .5 1.2.3 0b1'0"),
            "1'000'000|0x1F'ABull|1e-5f|.5|1.2.3|0b1'0");
}

TEST(Lexer, Literals) {
  EXPECT_EQ(Tokens(R"(L"a\"b" u8'x' "c"_suffix 'a' '\'' U"z")"),
            R"(L"a\"b"|u8'x'|"c"_suffix|'a'|'\''|U"z")");
  EXPECT_EQ(Tokens("R\"x(a\n)\" }b)x\" c"), "R\"x(a\n)\" }b)x\"|c");
}

TEST(Lexer, UnterminatedLiteralsEndWithTheirLine) {
  EXPECT_EQ(Tokens("\"abc\nint x"), "\"abc|int|x");
  EXPECT_EQ(Tokens("'abc\nint x"), "'abc|int|x");
  EXPECT_EQ(Tokens("R\"(abc\nint x"), "R\"(abc|int|x");
  EXPECT_EQ(Tokens("a /* never closed\nint x"), "a");
}

TEST(Lexer, CommentsAndContinuations) {
  EXPECT_EQ(Tokens("a // b \\\n c\nd /* e\n */ f"), "a|d|f");
  EXPECT_EQ(Tokens("fo\\\no bar \\\r\n baz"), "fo\\\no|bar|baz");
  EXPECT_EQ(CleanSpelling("fo\\\r\no"), "foo");
}

TEST(Lexer, Directives) {
  EXPECT_EQ(Tokens("#define A(x) x ## 1 \\\n + 2\nint y;"),
            "#|define|A|(|x|)|x|##|1|+|2|$|int|y|;");
  EXPECT_EQ(Tokens("/* c */ # if 1\n#endif"), "#|if|1|$|#|endif|$");
  EXPECT_EQ(Tokens("a # b"), "a|#|b");
}

// What NextBrace sees of a body.
std::string Braces(std::string text) {
  ByteClasses classes;
  classes.Classify(text);
  Lexer lexer(text, classes);
  std::string out;
  for (Token t = lexer.NextBrace(); !t.Is(TokenKind::kEnd); t = lexer.NextBrace()) {
    out += text[t.offset];
    if (t.Is(TokenKind::kHash)) lexer.SkipDirective();
  }
  return out;
}

TEST(Lexer, BracesOutsideLiteralsAndComments) {
  EXPECT_EQ(Braces("{ \"}\" '}' /* } */ // }\n R\"(})\" 1'0 u8'}' }"), "{}");
  EXPECT_EQ(Braces("{ it's broken\n } a / b }"), "{}}");
  EXPECT_EQ(Braces("{\n#define X { \\\n }\n a # } \n  # if {\n}"), "{#}#}");
}

TEST(Lexer, SkipDirectiveCoversContinuationsAndComments) {
  auto end = [](const std::string& text) {
    ByteClasses classes;
    classes.Classify(text);
    Lexer lexer(text, classes);
    lexer.Next();
    return lexer.SkipDirective();
  };
  EXPECT_EQ(end("#define A 1\nint"), 11u);
  EXPECT_EQ(end("#define A \\\n 1\r\nint"), 14u);
  EXPECT_EQ(end("#define A /* x\n y */ 1\nint"), 22u);
  EXPECT_EQ(end("#define A \"/*\"\nint"), 14u);
  EXPECT_EQ(end("#define A"), 9u);
}

// Looking back is bounded: a megabyte of what forces it must not take quadratic time. (It took
// minutes; the test runner's time limit is the assertion.)
TEST(Lexer, NoQuadraticLookBack) {
  std::string quotes, comments = "/*", raw;
  for (int i = 0; i < 300000; ++i) {
    quotes += "1'";
    comments += "*/#";
    raw += "R\"(";
  }
  Braces(quotes);
  Braces(comments);
  Braces(raw);
  Tokens(raw);
}

}  // namespace
}  // namespace astrolabe
