// Refactorings of single expressions and statements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "tests/features/refactor/refactor_check.h"

namespace astrolabe {
namespace {

// ---- auto

std::string ExpandAuto(std::string_view marked) { return Refactored("ExpandDeducedType", marked); }

TEST(ExpandAuto, Variables) {
  EXPECT_EQ(ExpandAuto("au^to x = 1;"), "int x = 1;");
  EXPECT_EQ(ExpandAuto("const ^auto& x = 1.5;"), "const double& x = 1.5;");
  EXPECT_EQ(ExpandAuto("void f(char* p) { au^to* q = p; }"), "void f(char* p) { char* q = p; }");
  EXPECT_EQ(Title("ExpandDeducedType", "au^to x = 'c';"), "replace auto with char");
}

TEST(ExpandAuto, NamesAreWrittenAsTheyMustBeThere) {
  const std::string zoo =
      "namespace a { template <class T> struct B { struct I {}; I i(); }; using C = B<int>; C c(); "
      "}\n";
  EXPECT_EQ(ExpandAuto(zoo + "auto^ x = a::c();"), zoo + "a::C x = a::c();");
  EXPECT_EQ(ExpandAuto(zoo + "auto^ x = a::c().i();"), zoo + "a::B<int>::I x = a::c().i();");
  EXPECT_EQ(ExpandAuto(zoo + "namespace a { auto^ x = c(); }"), zoo + "namespace a { C x = c(); }");
  EXPECT_EQ(ExpandAuto(zoo + "namespace a::d { auto^ x = c().i(); }"),
            zoo + "namespace a::d { B<int>::I x = c().i(); }");
}

TEST(ExpandAuto, TheDeclarationStaysTheSame) {
  EXPECT_EQ(ExpandAuto("void f(char* p) { const au^to q = p; }"),
            "void f(char* p) { char *const q = p; }");
  EXPECT_EQ(ExpandAuto("int f(char); au^to g = &f;"), "int f(char); int (*g)(char) = &f;");
  EXPECT_EQ(ExpandAuto("int y; auto^&& x = y;"), "int y; int &x = y;");
  EXPECT_EQ(ExpandAuto("void f(char* p) { au^to q = p, r = p; }"), "no");
  EXPECT_EQ(ExpandAuto("void f() { au^to q = 1, r = 2; }"), "void f() { int q = 1, r = 2; }");
  EXPECT_EQ(ExpandAuto("int v[3]; void f() { for (aut^o& x : v) x = 1; }"),
            "int v[3]; void f() { for (int& x : v) x = 1; }");
}

TEST(ExpandAuto, Functions) {
  EXPECT_EQ(ExpandAuto("au^to f() { return 1L; }"), "long f() { return 1L; }");
  EXPECT_EQ(ExpandAuto("au^to f() -> int { return 1; }"), "no");
}

TEST(ExpandAuto, NamesOfTheLibrarysOwn) {
  EXPECT_EQ(ExpandAuto("struct __it {}; __it begin(); au^to i = begin();"), "no");
  EXPECT_EQ(ExpandAuto("struct a__b {}; a__b begin(); au^to i = begin();"),
            "struct a__b {}; a__b begin(); a__b i = begin();");
}

TEST(ExpandAuto, WhatHasNoNameOrIsNotKnown) {
  EXPECT_EQ(ExpandAuto("au^to f = [] {};"), "no");
  EXPECT_EQ(ExpandAuto("struct { int a; } s; au^to t = s;"), "no");
  EXPECT_EQ(ExpandAuto("template <class T> void f(T t) { au^to u = t.x; }"), "no");
  EXPECT_EQ(ExpandAuto("struct P { int a; int b; }; void f(P p) { au^to [x, y] = p; }"), "no");
  EXPECT_EQ(ExpandAuto("#define A auto\nA^ x = 1;"), "no");
  EXPECT_EQ(ExpandAuto("int^ x = 1;"), "no");
}

// ---- extract variable

std::string ExtractVariable(std::string_view marked) {
  return Refactored("ExtractVariable", marked);
}

TEST(ExtractVariable, AheadOfTheStatement) {
  EXPECT_EQ(ExtractVariable("int f(int a) {\n  return a * [[(a + 1)]];\n}\n"),
            "int f(int a) {\n  int value = a + 1;\n  return a * value;\n}\n");
  EXPECT_EQ(ExtractVariable(
                "int g(int);\nint f(int a) {\n  if ([[g(a)]] > 2) return 1;\n  return 0;\n}\n"),
            "int g(int);\nint f(int a) {\n  int result = g(a);\n  if (result > 2) return 1;\n  "
            "return 0;\n}\n");
  EXPECT_EQ(ExtractVariable("int f(int a) { return a * [[2]]; }"),
            "int f(int a) { int value = 2; return a * value; }");
}

TEST(ExtractVariable, NamesAsTheyAreAround) {
  const std::string zoo =
      "struct S { int GetSize(); int size_; S* next(); const S& self() const; };\n";
  EXPECT_EQ(ExtractVariable(zoo + "int f(S s) {\n  return 1 + s.Get^Size();\n}\n"),
            zoo + "int f(S s) {\n  int size = s.GetSize();\n  return 1 + size;\n}\n");
  EXPECT_EQ(
      ExtractVariable(zoo + "int f(S s, int size) {\n  return size + s.Get^Size();\n}\n"),
      zoo + "int f(S s, int size) {\n  int size2 = s.GetSize();\n  return size + size2;\n}\n");
  EXPECT_EQ(ExtractVariable(zoo + "int f(S s) {\n  return [[s.next()]]->size_;\n}\n"),
            zoo + "int f(S s) {\n  auto* next = s.next();\n  return next->size_;\n}\n");
  EXPECT_EQ(ExtractVariable(zoo + "int f(S s) {\n  return [[s.self()]].size_;\n}\n"),
            zoo + "int f(S s) {\n  const auto& self = s.self();\n  return self.size_;\n}\n");
  EXPECT_EQ(
      ExtractVariable(
          zoo + "int f(S s, int fooBar) {\n  return [[s.GetSize() + fooBar]] > 1 && fooBar;\n}\n"),
      zoo +
          "int f(S s, int fooBar) {\n  int value = s.GetSize() + fooBar;\n  return value > 1 && "
          "fooBar;\n}\n");
}

TEST(ExtractVariable, BehindTheArrowOfASmartPointer) {
  const std::string zoo =
      "struct S { int GetSize(); void Go(); };\nstruct P { S* operator->(); };\n";
  EXPECT_EQ(ExtractVariable(zoo + "int f(P p) {\n  return 1 + p->^GetSize();\n}\n"),
            zoo + "int f(P p) {\n  int size = p->GetSize();\n  return 1 + size;\n}\n");
  EXPECT_EQ(ExtractVariable(zoo + "void f(P p) { p->^Go(); }"), "no");
  EXPECT_EQ(ExtractVariable(zoo + "void f(P p) { [[p->]]Go(); }"), "no");
}

TEST(ExtractVariable, AWholeStatement) {
  EXPECT_EQ(ExtractVariable("int make();\nvoid f() {\n  [[make()]];\n}\n"),
            "int make();\nvoid f() {\n  int result = make();\n}\n");
}

TEST(ExtractVariable, BracesWhereAStatementStandsAlone) {
  EXPECT_EQ(
      ExtractVariable(
          "int g(int);\nint f(int a) {\n  if (a) return 1 + [[g(a)]];\n  return 0;\n}\n"),
      "int g(int);\nint f(int a) {\n  if (a) {\n    int result = g(a);\n    return 1 + result;\n  "
      "}\n  return 0;\n}\n");
  EXPECT_EQ(
      ExtractVariable(
          "int g(int);\nint f(int a) {\n  if (a)\n    return 1 + [[g(a)]];\n  return 0;\n}\n"),
      "int g(int);\nint f(int a) {\n  if (a) {\n    int result = g(a);\n    return 1 + result;\n  "
      "}\n  "
      "return 0;\n}\n");
}

TEST(ExtractVariable, WhatIsNotAlwaysEvaluatedStays) {
  EXPECT_EQ(ExtractVariable("bool f(int* p) { return p && [[*p > 1]]; }"), "no");
  EXPECT_EQ(ExtractVariable("int f(int* p) { return p ? [[*p + 1]] : 0; }"), "no");
  EXPECT_EQ(ExtractVariable("void f(int i) { while ([[i + 1]] < 3) ++i; }"), "no");
  EXPECT_EQ(ExtractVariable("void f() { for (int i = 0; i < [[3 + 4]]; ++i) {} }"), "no");
  EXPECT_EQ(ExtractVariable(
                "int g(); int f(int a) { switch (a) { case 1: return 1 + [[g()]]; } return 0; }"),
            "no");
  EXPECT_EQ(ExtractVariable("int g(); unsigned long f() { return sizeof([[g()]]); }"), "no");
}

TEST(ExtractVariable, WhatIsNoValueStays) {
  EXPECT_EQ(ExtractVariable("void f(int a[]) { [[a[1]]] = 2; }"), "no");
  EXPECT_EQ(ExtractVariable("void g(); void f() { [[g()]]; }"), "no");
  EXPECT_EQ(ExtractVariable("void f(int a) { [[a = 2]]; }"), "no");
  EXPECT_EQ(ExtractVariable("int f(int a) { return [[a]]; }"), "no");
  EXPECT_EQ(ExtractVariable("int f(int a) { int b = [[a + 1]]; return b; }"), "no");
  EXPECT_EQ(ExtractVariable("int f(int a) { int b = a, c = 1 + [[b + 1]]; return c; }"), "no");
  EXPECT_EQ(ExtractVariable("int x = 1 + [[2 + 3]];"), "no");
  EXPECT_EQ(ExtractVariable("struct S { S() : a(1 + [[2 + 3]]) {} int a; };"), "no");
  EXPECT_EQ(ExtractVariable("void f(int a = 1 + [[2]]);"), "no");
}

TEST(ExtractVariable, WhatWouldPointIntoATemporaryStays) {
  const std::string zoo =
      "struct S { ~S(); const char* c(); S& self(); S copy(); int n; };\nS make();\n";
  EXPECT_EQ(ExtractVariable(zoo + "char f() {\n  return *[[make().c()]];\n}\n"), "no");
  EXPECT_EQ(ExtractVariable(zoo + "int f() {\n  return [[make().self()]].n;\n}\n"), "no");
  EXPECT_EQ(ExtractVariable(zoo + "int f() {\n  return [[make().n]] + 1;\n}\n"),
            zoo + "int f() {\n  int n = make().n;\n  return n + 1;\n}\n");
  EXPECT_EQ(ExtractVariable(zoo + "char f() {\n  return *[[make().copy()]].c();\n}\n"),
            zoo + "char f() {\n  auto copy = make().copy();\n  return *copy.c();\n}\n");
}

TEST(ExtractVariable, Macros) {
  EXPECT_EQ(
      ExtractVariable("#define TWICE(x) ((x) + (x))\nint g(); int f() { return TWICE([[g()]]); }"),
      "no");
  EXPECT_EQ(ExtractVariable("#define ONE 1\nint f(int a) { return a + [[(ONE + 2)]]; }"),
            "#define ONE 1\nint f(int a) { int value = ONE + 2; return a + value; }");
}

// ---- if branches

std::string SwapIf(std::string_view marked) { return Refactored("SwapIfBranches", marked); }

TEST(SwapIfBranches, ConditionsAreNegated) {
  EXPECT_EQ(
      SwapIf("void f(bool a) {\n  i^f (a) {\n    f(1);\n  } else {\n    f(2);  // two\n  }\n}\n"),
      "void f(bool a) {\n  if (!a) {\n    f(2);  // two\n  } else {\n    f(1);\n  }\n}\n");
  const auto swapped = [](const std::string& condition) {
    const std::string after = SwapIf("int f(bool a, bool b, int i, double d) { i^f (" + condition +
                                     ") return 1; else return 2; }");
    const size_t begin = after.find("if (") + 4;
    const size_t end = after.find(") return 2; else return 1;");
    return end == std::string::npos ? after : after.substr(begin, end - begin);
  };
  EXPECT_EQ(swapped("!a"), "a");
  EXPECT_EQ(swapped("!(a && b)"), "a && b");
  EXPECT_EQ(swapped("a && b"), "!(a && b)");
  EXPECT_EQ(swapped("i < 3"), "i >= 3");
  EXPECT_EQ(swapped("i == 3"), "i != 3");
  EXPECT_EQ(swapped("d < 3"), "!(d < 3)");
  EXPECT_EQ(swapped("f(a, b, i, d)"), "!f(a, b, i, d)");
}

TEST(SwapIfBranches, NotWhere) {
  EXPECT_EQ(SwapIf("void f(bool a) { i^f (a) { f(1); } }"), "no");
  EXPECT_EQ(SwapIf("void f(bool a) { i^f (a) { f(1); } else if (!a) { f(2); } }"), "no");
  EXPECT_EQ(SwapIf("void f(bool a) { if (a) { f^(1); } else { f(2); } }"), "no");
  EXPECT_EQ(SwapIf("void f(bool a) { i^f (bool b = a) { f(1); } else { f(2); } }"), "no");
  EXPECT_EQ(SwapIf("void f(bool a) { i^f constexpr (true) { f(1); } else { f(2); } }"), "no");
}

TEST(SwapIfBranches, Macros) {
  EXPECT_EQ(SwapIf("#define YES true\nint f() { i^f (YES) return 1; else return 2; }"),
            "#define YES true\nint f() { if (!YES) return 2; else return 1; }");
  EXPECT_EQ(SwapIf("#define E } else {\nvoid f(bool a) { i^f (a) { f(1); E f(2); } }"),
            "no: a macro makes part of it");
}

}  // namespace
}  // namespace astrolabe
