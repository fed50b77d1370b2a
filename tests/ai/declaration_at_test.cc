// Which declaration a place is about. In the marked text `^` is the place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/declaration_at.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe::lsp {
namespace {

// Its name, with "{}" behind it if its body is empty and "//" if it lacks a comment; "-" if there is none.
std::string At(const std::string& marked) {
  const size_t place = marked.find('^');
  const TextBuffer text(marked.substr(0, place) + marked.substr(place + 1));
  const auto found = DeclarationAt(text, "a.cc", place);
  if (!found) return "-";
  return found->name + (found->empty_body ? "{}" : "") + (found->lacks_comment ? "//" : "");
}

TEST(DeclarationAt, AFunctionByItsHeadOrItsEmptyBody) {
  EXPECT_EQ(At("int f^();\n"), "f//");
  EXPECT_EQ(At("^int f() { return 1; }\n"), "f//");
  EXPECT_EQ(At("int f() { return ^1; }\n"), "-");
  EXPECT_EQ(At("void f() {^}\n"), "f{}//");
  EXPECT_EQ(At("void f() {\n  // Later.^\n}\n"), "f{}//");
  EXPECT_EQ(At("void f() {}\n\nint x^;\n"), "-");
}

TEST(DeclarationAt, BracesAheadOfTheBodyAreNotIt) {
  EXPECT_EQ(At("struct A {\n  A^() : x{1} {}\n  int x;\n};\n"), "A::A{}//");
  EXPECT_EQ(At("struct A {\n  A() : x{1^} { x = 2; }\n  int x;\n};\n"), "A::A//");
  EXPECT_EQ(At("void f^() { g({}); }\n"), "f//");
}

TEST(DeclarationAt, AClassByItsHeadAndTheInnermostOfAll) {
  EXPECT_EQ(At("namespace a {\nclass ^B {\n};\n}\n"), "a::B//");
  EXPECT_EQ(At("class A {\n  ^int x;\n};\n"), "-");
  EXPECT_EQ(At("class A {\n  void ^f() {}\n};\n"), "A::f{}//");
}

TEST(DeclarationAt, ACommentAboveIsOne) {
  EXPECT_EQ(At("// One.\nint f^();\n"), "f");
  EXPECT_EQ(At("/* One.\n */\nint f^();\n"), "f");
  EXPECT_EQ(At("// One.\n\nint f^();\n"), "f//");
  EXPECT_EQ(At("int x;  // One.\nint f^();\n"), "f//");
  EXPECT_EQ(At("int x; int f^();\n"), "f");  // there is no line for one
}

TEST(HaveSameTokens, CommentsAndSpaceDoNotCount) {
  EXPECT_TRUE(HaveSameTokens("int f();", "// One.\nint  f( );"));
  EXPECT_FALSE(HaveSameTokens("int f();", "// One.\\\nint f();"));
  EXPECT_FALSE(HaveSameTokens("int f();", "int f(); int g();"));
  EXPECT_FALSE(HaveSameTokens("\"a // b\"", "\"a\""));
}

}  // namespace
}  // namespace astrolabe::lsp
