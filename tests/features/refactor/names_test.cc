// Refactorings of names, macros, literals and switches.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "tests/features/refactor/refactor_check.h"

namespace astrolabe {
namespace {

// ---- using namespace

std::string RemoveUsing(std::string_view marked) {
  return Refactored("RemoveUsingNamespace", marked);
}

const char kZoo[] =
    "namespace a { struct S { static int n; }; enum E { e1 }; int f(int); template <class T> "
    "struct V { T t; };\n"
    "namespace b { struct I {}; } inline namespace v1 { struct J {}; } }\n";

TEST(RemoveUsingNamespace, NamesAreQualified) {
  EXPECT_EQ(
      RemoveUsing(
          std::string(kZoo) +
          "using ^namespace a;\n\nS s;\nV<S> v;\nint x = f(S::n) + e1;\nb::I i;\nJ j;\na::S t;\n"),
      std::string(kZoo) +
          "\na::S s;\na::V<a::S> v;\nint x = a::f(a::S::n) + a::e1;\na::b::I i;\na::J j;\na::S "
          "t;\n");
}

TEST(RemoveUsingNamespace, OnlyWhereItHeld) {
  EXPECT_EQ(RemoveUsing(
                std::string(kZoo) +
                "a::S s;\nvoid g() {\n  ^using namespace a;\n  S s;\n}\nusing a::V;\nV<int> v;\n"),
            std::string(kZoo) + "a::S s;\nvoid g() {\n  a::S s;\n}\nusing a::V;\nV<int> v;\n");
  EXPECT_EQ(RemoveUsing(std::string(kZoo) +
                        "using a::S;\nusing^ namespace a;\nS s;\nV<S> v;\nnamespace a { S t; }\n"),
            std::string(kZoo) + "using a::S;\nS s;\na::V<S> v;\nnamespace a { S t; }\n");
}

TEST(RemoveUsingNamespace, Refused) {
  EXPECT_EQ(
      RemoveUsing("namespace a { inline namespace l { int operator\"\"_x(unsigned long long); } }\n"
                  "^using namespace a;\nint x = 1_x;\n"),
      "no: a literal operator of it is used, which can't be qualified");
  EXPECT_EQ(
      RemoveUsing(std::string(kZoo) + "#define MAKE S()\n^using namespace a;\nauto x = MAKE;\n"),
      "no: a macro names something of it without saying where");
}

// ---- add using

std::string AddUsing(std::string_view marked) { return Refactored("AddUsing", marked); }

TEST(AddUsing, AheadOfTheFirstDeclaration) {
  EXPECT_EQ(AddUsing("namespace a { struct S {}; }\nint x;\n// The one.\na::^S s;\n"),
            "namespace a { struct S {}; }\nusing a::S;\n\nint x;\n// The one.\nS s;\n");
  EXPECT_EQ(
      AddUsing(std::string(
          "namespace a { struct S {}; }\nnamespace n {\n\na::^S s;\na::S f(a::S);\n}\na::S t;\n")),
      "namespace a { struct S {}; }\nnamespace n {\n\nusing a::S;\n\nS s;\nS f(S);\n}\na::S t;\n");
}

TEST(AddUsing, BesideOthersByTheirOrder) {
  const std::string zoo = "namespace a { struct S {}; struct B {}; struct T {}; }\n";
  EXPECT_EQ(AddUsing(zoo + "using a::B;\nusing a::T;\n\na::^S s;\n"),
            zoo + "using a::B;\nusing a::S;\nusing a::T;\n\nS s;\n");
  EXPECT_EQ(AddUsing(zoo + "using a::S;\n\na::^S s;\n"), zoo + "using a::S;\n\nS s;\n");
}

TEST(AddUsing, Refused) {
  EXPECT_EQ(AddUsing("namespace a { struct S { struct I {}; }; }\nnamespace n {\na::S::^I i;\n}\n"),
            "no");
  EXPECT_EQ(AddUsing("namespace a { struct S {}; }\nnamespace n {\nint x;\nint S;\na::^S s;\n}\n"),
            "no: something else has this name here");
  EXPECT_EQ(AddUsing("namespace a { struct S {}; }\nnamespace n {\n::^S s;\n}\n"), "no");
}

// ---- raw strings

std::string RawString(std::string_view marked) { return Refactored("RawStringLiteral", marked); }

TEST(RawString, WhatIsEscapedIsTyped) {
  EXPECT_EQ(RawString(R"(const char* x = "a\"b^\n";)"), "const char* x = R\"(a\"b\n)\";");
  EXPECT_EQ(RawString(R"(const char* x = "a\\" "^b\"";)"), R"x(const char* x = R"(a\b")";)x");
  EXPECT_EQ(RawString(R"x(const char* x = "\"^)\"";)x"), R"y(const char* x = R"text(")")text";)y");
}

TEST(RawString, NotWhere) {
  EXPECT_EQ(RawString(R"(const char* x = "a^b";)"), "no");
  EXPECT_EQ(RawString(R"(const char* x = "a^\x01\n";)"), "no");
  EXPECT_EQ(RawString(R"x(const char* x = R"(^a"b)";)x"), "no");
  EXPECT_EQ(RawString("#define S \"a\\n\"\nconst char* x = ^S;"), "no");
}

// ---- macros

std::string ExpandMacro(std::string_view marked) { return Refactored("ExpandMacro", marked); }

TEST(ExpandMacro, Objects) {
  EXPECT_EQ(ExpandMacro("#define TEN 5 + 5\nint x = T^EN;\n"),
            "#define TEN 5 + 5\nint x = 5 + 5;\n");
  EXPECT_EQ(ExpandMacro("#define EMPTY\nEM^PTY\nint x;\n"), "#define EMPTY\nint x;\n");
  EXPECT_EQ(Title("ExpandMacro", "#define TEN 10\nint x = T^EN;\n"), "expand macro TEN");
}

TEST(ExpandMacro, Functions) {
  EXPECT_EQ(ExpandMacro(
                "#define MAX(a, b) ((a) < (b) ? (b) : (a))\nint f(int);\nint x = M^AX(f(1), 2);\n"),
            "#define MAX(a, b) ((a) < (b) ? (b) : (a))\nint f(int);\nint x = ((f(1)) < (2) ? (2) : "
            "(f(1)));\n");
  EXPECT_EQ(ExpandMacro("#define CAT(a, b) a##b\n#define TEXT(a) #a\n#define BOTH(a, b) int CAT(a, "
                        "b); const char* t = TEXT(a)\nBO^TH(x, y);\n"),
            "#define CAT(a, b) a##b\n#define TEXT(a) #a\n#define BOTH(a, b) int CAT(a, b); const "
            "char* t = TEXT(a)\n"
            "int xy; const char* t = \"x\";\n");
}

TEST(ExpandMacro, NotWhere) {
  EXPECT_EQ(ExpandMacro("#define T^EN 10\nint x = TEN;\n"), "no");
  EXPECT_EQ(ExpandMacro("#define TEN 10\n#if T^EN\nint x;\n#endif\n"), "no");
  EXPECT_EQ(ExpandMacro("#define TEN 10\nint x = T^EN;\n#undef TEN\n#define TEN 11\n"), "no");
  EXPECT_EQ(ExpandMacro("#define ID(a) a\nint x = I^D(1 /* one */);\n"),
            "no: there is a comment in its arguments");
  EXPECT_EQ(ExpandMacro("int x = __L^INE__;\n"), "no");
}

// ---- switch

std::string Populate(std::string_view marked) { return Refactored("PopulateSwitch", marked); }

TEST(PopulateSwitch, Cases) {
  EXPECT_EQ(
      Populate("enum class E { a, b, c };\nint f(E e) {\n  swit^ch (e) {\n    case E::a:\n      "
               "return 1;\n  }\n  return 0;\n}\n"),
      "enum class E { a, b, c };\nint f(E e) {\n  switch (e) {\n    case E::a:\n      return 1;\n"
      "    case E::b:\n    case E::c:\n      break;\n  }\n  return 0;\n}\n");
  EXPECT_EQ(
      Populate(
          "namespace n { enum E { a, b, same = b }; }\nvoid f(n::E e) {\n  swit^ch (e) {}\n}\n"),
      "namespace n { enum E { a, b, same = b }; }\nvoid f(n::E e) {\n  switch (e) {\n"
      "    case n::a:\n    case n::b:\n      break;\n  }\n}\n");
  EXPECT_EQ(Populate("enum E { a, b };\nvoid f(E e) {\n  switch (^e) {\n    case a:\n      "
                     "break;\n    default:\n      break;\n  }\n}\n"),
            "enum E { a, b };\nvoid f(E e) {\n  switch (e) {\n    case a:\n      break;\n    case "
            "b:\n    default:\n      break;\n  }\n}\n");
  EXPECT_EQ(Title("PopulateSwitch", "enum E { a, b };\nvoid f(E e) { swi^tch (e) {} }"),
            "add the 2 missing cases");
}

TEST(PopulateSwitch, NotWhere) {
  EXPECT_EQ(Populate("enum E { a };\nvoid f(E e) { sw^itch (e) { case a: break; } }"), "no");
  EXPECT_EQ(Populate("void f(int e) { sw^itch (e) {} }"), "no");
  EXPECT_EQ(Populate("enum E { a, b };\nvoid f(E e) { switch (e) { case a: br^eak; } }"), "no");
  EXPECT_EQ(Populate("template <class T> void f(T e) { sw^itch (e) {} }"), "no");
}

// ---- inline variable

std::string InlineVariable(std::string_view marked) { return Refactored("InlineVariable", marked); }

TEST(InlineVariable, WhatNeverChanges) {
  EXPECT_EQ(InlineVariable("int f(int a) {\n  int ^b = a + 1;\n  return b * b;\n}\n"),
            "int f(int a) {\n  return (a + 1) * (a + 1);\n}\n");
  EXPECT_EQ(InlineVariable(
                "int g(int, int);\nint f() {\n  const int b = 7;\n  return g(^b, 1 + b);\n}\n"),
            "int g(int, int);\nint f() {\n  return g(7, 1 + 7);\n}\n");
}

TEST(InlineVariable, WhatIsUsedAtOnce) {
  EXPECT_EQ(InlineVariable("int g();\nint f() {\n  int ^b = g();\n  return b;\n}\n"),
            "int g();\nint f() {\n  return g();\n}\n");
  EXPECT_EQ(InlineVariable("struct S { int n; };\nint f(S* s) {\n  int ^n = s->n;\n  if (n > 1) "
                           "return 1;\n  return 0;\n}\n"),
            "struct S { int n; };\nint f(S* s) {\n  if (s->n > 1) return 1;\n  return 0;\n}\n");
}

TEST(InlineVariable, Refused) {
  const std::string may_change = "no: what its value is made of may change until it is used";
  EXPECT_EQ(
      InlineVariable("int g();\nint h();\nint f() {\n  int ^b = g();\n  h();\n  return b;\n}\n"),
      may_change);
  EXPECT_EQ(
      InlineVariable("int g();\nint h();\nint f() {\n  int ^b = g();\n  return h() + b;\n}\n"),
      may_change);
  EXPECT_EQ(InlineVariable("int g();\nbool f(bool c) {\n  int ^b = g();\n  return c && b;\n}\n"),
            may_change);
  EXPECT_EQ(InlineVariable("int g();\nint f() {\n  int ^b = g();\n  return b + b;\n}\n"),
            "no: what its value is made of may change between its uses");
  EXPECT_EQ(InlineVariable("int f(int a) {\n  int ^b = a;\n  a = 2;\n  return b;\n}\n"),
            may_change);
  EXPECT_EQ(InlineVariable("int f(int a) {\n  int ^b = a;\n  b = 2;\n  return b;\n}\n"),
            "no: what its value is made of may change between its uses");
  EXPECT_EQ(InlineVariable("long f(int a) {\n  long ^b = a;\n  return b;\n}\n"),
            "no: it converts its value to another type");
  EXPECT_EQ(InlineVariable("int f(int a) {\n  int ^b = a;\n  return [&] { return b; }();\n}\n"),
            "no: a lambda captures it");
  EXPECT_EQ(InlineVariable("int f(int a) {\n  static int ^b = a;\n  return b;\n}\n"), "no");
  EXPECT_EQ(InlineVariable("#define ID(x) x\nint f(int a) {\n  int ^b = a;\n  return ID(b);\n}\n"),
            "no: a macro uses it");
}

}  // namespace
}  // namespace astrolabe
