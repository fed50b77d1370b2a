// Where completion may begin to parse: `^` is the cursor, `$` the expected start.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/declaration_start.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe {
namespace {

void Check(std::string marked) {
  SCOPED_TRACE(marked);
  size_t expected = marked.find('$');
  size_t offset = marked.find('^');
  ASSERT_LT(expected, offset);
  marked.erase(offset, 1);
  marked.erase(expected, 1);
  EXPECT_EQ(DeclarationStarts("/a.cc", marked).Of(offset - 1), expected);
}

TEST(DeclarationStarts, OfTheFunctionAroundTheCursor) {
  Check("int a;\n$int f() {\n  return ^;\n}\n");
  Check("int a() {}\nnamespace n {\nint b() {}\n$int C::f(int x) {\n  if (x) { x.^ }\n}\n}\n");
  Check("namespace n {\n$template <typename T>\nT f() { return ^; }\n}\n");
}

TEST(DeclarationStarts, OfTheWholeClassForACursorInAMember) {
  Check("int a() {}\n$class A {\n  int m();\n  int f() { return ^; }\n};\n");
}

TEST(DeclarationStarts, BetweenDeclarationsTheEndOfTheLastOne) {
  Check("int f() { return 1; }$\n\n^\nint g();\n");
  Check("struct A {};$\nfo^\n");
  Check("int a;\nstruct A {} b;$\n^\n");
}

TEST(DeclarationStarts, ThereMayBeNone) {
  EXPECT_EQ(DeclarationStarts().Of(7), 0U);
  EXPECT_EQ(DeclarationStarts("/a.cc", "").Of(0), 0U);
  EXPECT_EQ(DeclarationStarts("/a.cc", "int f() {").Of(0), 0U);
  EXPECT_EQ(DeclarationStarts("/a.cc", "\"open").Of(100), 0U);
}

}  // namespace
}  // namespace astrolabe
