// The text of declarations and the comments ahead of them. In the marked text `^` begins the declaration's line, and
// `$` ends it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/declaration_text.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe::lsp {
namespace {

std::string Above(const std::string& marked) {
  const TextBuffer text(marked);
  return CommentAbove(text, text.CountsBefore(marked.find('^')).line_breaks).value_or("-");
}

std::string Text(std::string marked, bool head_only, size_t limit = 24) {
  const size_t end = marked.find('$');
  marked.erase(end, 1);
  const TextBuffer text(marked);
  const auto line = static_cast<uint32_t>(text.CountsBefore(end).line_breaks);
  return DeclarationText(text,
                         {.begin = {}, .end = {line, 0}, .limit = limit, .head_only = head_only});
}

TEST(CommentAbove, LinesWithoutTheirMarkers) {
  EXPECT_EQ(Above("// One.\n^int x;\n"), "One.");
  EXPECT_EQ(Above("int y;\n/// One.\n//! Two.\n  //\n  // Three.\n  ^int x;\n"),
            "One.\nTwo.\n\nThree.");
  EXPECT_EQ(Above("/** One. */\n^int x;\n"), "One.");
  EXPECT_EQ(Above("/*\n * One.\n * Two.\n */\n^int x;\n"), "\nOne.\nTwo.\n");
  EXPECT_EQ(Above("// One.\r\n^int x;\r\n"), "One.");
}

TEST(CommentAbove, OfOthersIsNone) {
  EXPECT_EQ(Above("^int x;\n"), "-");
  EXPECT_EQ(Above("int y;  // Y.\n^int x;\n"), "-");
  EXPECT_EQ(Above("// Of nothing.\n\n^int x;\n"), "-");
  EXPECT_EQ(Above("int y;  /* Y,\n and more. */\n^int x;\n"), "-");
  // What ends there began nowhere.
  EXPECT_EQ(Above("int y; */\n^int x;\n"), "-");
}

TEST(DeclarationText, WholeLinesOrAHead) {
  EXPECT_EQ(Text("struct A {\n  int x;\n};$\n", false), "struct A {\n  int x;\n};\n");
  EXPECT_EQ(Text("struct A {\n  int x;\n};$\n", true), "struct A;\n");
  EXPECT_EQ(Text("int f(int a,\n      int b)\n{\n  return a;\n}$\n", true),
            "int f(int a,\n      int b);\n");
  EXPECT_EQ(Text("int f();$\n", true), "int f();\n");
  EXPECT_EQ(Text("enum A {\n  a,\n  b,\n};$\n", false, 2), "enum A {\n  a,\n");
}

TEST(DeclarationText, APlaceThatIsNotThere) {
  EXPECT_EQ(DeclarationText(TextBuffer("int x;"), {.begin = {7, 0}, .end = {9, 0}}), "");
}

}  // namespace
}  // namespace astrolabe::lsp
