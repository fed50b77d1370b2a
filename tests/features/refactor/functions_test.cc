// Refactorings of statements: functions out of them, loops over elements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "tests/features/refactor/refactor_check.h"

namespace astrolabe {
namespace {

// ---- extract function

std::string ExtractFunction(std::string_view marked) {
  return Refactored("ExtractFunction", marked);
}

TEST(ExtractFunction, WhatItUsesIsPassed) {
  EXPECT_EQ(
      ExtractFunction(
          "int g(int);\n\n// Does.\nvoid f(int a, int b) {\n  [[a += b;\n  g(a);]]\n  g(b);\n}\n"),
      "int g(int);\n\nstatic void extracted(int &a, int b) {\n  a += b;\n  g(a);\n}\n\n"
      "// Does.\nvoid f(int a, int b) {\n  extracted(a, b);\n  g(b);\n}\n");
  EXPECT_EQ(
      ExtractFunction("struct S { int n; int get() const; void set(); };\nvoid Do(S a, S b) {\n  "
                      "int x = 0;\n  [[x = a.n + a.get();\n  b.set();]]\n  a.set();\n}\n"),
      "struct S { int n; int get() const; void set(); };\nstatic void Extracted(const S &a, S &b, "
      "int &x) {\n  x = a.n + a.get();\n  b.set();\n}\n\n"
      "void Do(S a, S b) {\n  int x = 0;\n  Extracted(a, b, x);\n  a.set();\n}\n");
}

TEST(ExtractFunction, WhatItLeavesIsReturned) {
  EXPECT_EQ(
      ExtractFunction(
          "int g(int);\nint f(int a) {\n  [[const int b = g(a);\n  g(b);]]\n  return b;\n}\n"),
      "int g(int);\nstatic int extracted(int a) {\n  const int b = g(a);\n  g(b);\n  return "
      "b;\n}\n\n"
      "int f(int a) {\n  const int b = extracted(a);\n  return b;\n}\n");
  EXPECT_EQ(ExtractFunction("int g(int);\nint f(int a) {\n  [[g(a);\n  return g(1);]]\n}\n"),
            "int g(int);\nstatic int extracted(int a) {\n  g(a);\n  return g(1);\n}\n\nint f(int "
            "a) {\n  return extracted(a);\n}\n");
}

TEST(ExtractFunction, InAClass) {
  EXPECT_EQ(ExtractFunction("struct S {\n  int n;\n  int f() const {\n    int a = 1;\n    [[a += "
                            "n;\n    a *= 2;]]\n    return a;\n  }\n};\n"),
            "struct S {\n  int n;\n  void extracted(int &a) const {\n    a += n;\n    a *= 2;\n  "
            "}\n\n  int f() const {\n    int a = 1;\n    extracted(a);\n    return a;\n  }\n};\n");
}

TEST(ExtractFunction, AMacroThatNamesTheFunction) {
  const std::string head =
      "void fail(const char*, const char*);\n#define CHECK(x) ((x) ? (void)0 : fail(#x, "
      "__func__))\n";
  EXPECT_EQ(ExtractFunction(head + "void f(int a) {\n  [[CHECK(a > 0);\n  --a;]]\n}\n"),
            head +
                "static void extracted(int &a) {\n  CHECK(a > 0);\n  --a;\n}\n\nvoid f(int a) {\n  "
                "extracted(a);\n}\n");
  EXPECT_EQ(ExtractFunction("void g(const char*);\nvoid f() { [[g(__func__);\n g(\"\");]] }"),
            "no: it uses what only this function has");
}

TEST(ExtractFunction, Refused) {
  EXPECT_EQ(ExtractFunction("void f(int a) { while (a) { [[--a;\n if (a) break;]] } }"),
            "no: it jumps to another part of the function");
  EXPECT_EQ(ExtractFunction("int f(int a) { [[if (a) return 1;]] return 2; }"),
            "no: it returns from the midst of the function");
  EXPECT_EQ(ExtractFunction("int f() { [[int a = 1; int b = 2;]] return a + b; }"),
            "no: what follows uses more than one of its variables");
  EXPECT_EQ(ExtractFunction("struct S { void f(); int n; };\nvoid S::f() { [[n = 1; n = 2;]] }"),
            "no: it uses members of a class that is declared elsewhere");
  EXPECT_EQ(ExtractFunction("template <class T> void f(T a) { [[a = 1; a = 2;]] }"), "no");
  EXPECT_EQ(ExtractFunction("void f(int a) { a = [[1; a = 2;]] }"), "no");
  EXPECT_EQ(ExtractFunction("void f(int a) { [[a = 1; a]] = 2; }"), "no");
  EXPECT_EQ(ExtractFunction("void f() { [[int a = 1;]] }"), "no");
}

// ---- range-for

std::string RangeFor(std::string_view marked) { return Refactored("ConvertToRangeFor", marked); }

const char kVector[] =
    "struct X { int n; void go(); };\nstruct V { unsigned size() const; X& operator[](unsigned); "
    "const X& operator[](unsigned) const; X* begin(); X* end(); };\n";

TEST(RangeFor, Indices) {
  EXPECT_EQ(RangeFor(std::string(kVector) +
                     "int f(V items) {\n  int sum = 0;\n  f^or (unsigned i = 0; i < items.size(); "
                     "++i) {\n    sum += items[i].n;\n  }\n  return sum;\n}\n"),
            std::string(kVector) +
                "int f(V items) {\n  int sum = 0;\n  for (const auto& item : items) {\n    sum += "
                "item.n;\n  }\n  return sum;\n}\n");
  EXPECT_EQ(
      RangeFor(
          std::string(kVector) +
          "void f(V data) {\n  f^or (unsigned i = 0; i != data.size(); i++) data[i].go();\n}\n"),
      std::string(kVector) + "void f(V data) {\n  for (auto& element : data) element.go();\n}\n");
}

TEST(RangeFor, Iterators) {
  EXPECT_EQ(RangeFor(std::string(kVector) +
                     "void f(V xs) {\n  f^or (auto it = xs.begin(); it != xs.end(); ++it) {\n    "
                     "it->go();\n    (*it).n = 1;\n  }\n}\n"),
            std::string(kVector) +
                "void f(V xs) {\n  for (auto& element : xs) {\n    element.go();\n    element.n "
                "= 1;\n  }\n}\n");
}

TEST(RangeFor, WhatIsSmallIsCopied) {
  const std::string zoo =
      "struct I { unsigned size() const; int operator[](unsigned) const; int* begin(); int* end(); "
      "};\n";
  EXPECT_EQ(RangeFor(zoo + "int f(I xs) {\n  int sum = 0;\n  f^or (unsigned i = 0; i < xs.size(); "
                           "++i) sum += xs[i];\n  return sum;\n}\n"),
            zoo +
                "int f(I xs) {\n  int sum = 0;\n  for (auto element : xs) sum += element;\n  "
                "return sum;\n}\n");
}

TEST(RangeFor, NotWhere) {
  const std::string zoo = kVector;
  EXPECT_EQ(RangeFor(zoo + "void f(V v) { f^or (unsigned i = 0; i < v.size(); ++i) v[i].n = i; }"),
            "no");
  EXPECT_EQ(
      RangeFor(zoo + "void f(V v, V w) { f^or (unsigned i = 0; i < v.size(); ++i) w[i].go(); }"),
      "no");
  EXPECT_EQ(RangeFor(zoo + "void f(V v) { f^or (unsigned i = 1; i < v.size(); ++i) v[i].go(); }"),
            "no");
  EXPECT_EQ(RangeFor(zoo + "void g(V&); void f(V v) { f^or (unsigned i = 0; i < v.size(); ++i) { "
                           "v[i].go(); g(v); } }"),
            "no");
  EXPECT_EQ(
      RangeFor(zoo + "void f(V v) { f^or (unsigned i = 0; i < v.size(); i += 2) v[i].go(); }"),
      "no");
}

// ---- includes

TEST(OrganizeIncludes, InOrderAndOnce) {
  MarkedSource source("^#include \"b.h\"\n#include \"a.h\"\n#include \"b.h\"\n\nint x;\n");
  source.File("a.h", "#pragma once\n").File("b.h", "#pragma once\n");
  EXPECT_EQ(Refactored("OrganizeIncludes", source),
            "#include \"a.h\"\n#include \"b.h\"\n\nint x;\n");
  EXPECT_EQ(Refactored("OrganizeIncludes", "^int x;\n"), "no");
}

}  // namespace
}  // namespace astrolabe
