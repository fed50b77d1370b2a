// Refactorings of classes, functions and operators.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "tests/features/refactor/refactor_check.h"

namespace astrolabe {
namespace {

// ---- out of line

std::string DefineOutline(std::string_view marked) { return Refactored("DefineOutline", marked); }

TEST(DefineOutline, BehindTheClass) {
  EXPECT_EQ(DefineOutline("namespace n {\nstruct S {\n  // Adds.\n  int a^dd(int x, int y = 2) "
                          "const {\n    // Yes.\n    return x + y;\n  }\n};\nint z;\n}\n"),
            "namespace n {\nstruct S {\n  // Adds.\n  int add(int x, int y = 2) const;\n};\n\n"
            "int S::add(int x, int y) const {\n  // Yes.\n  return x + y;\n}\nint z;\n}\n");
}

TEST(DefineOutline, WhatIsSaidOnce) {
  EXPECT_EQ(DefineOutline("struct B { virtual int f(); };\nstruct S : B {\n  virtual int ^f() "
                          "override { return 1; }\n};\n"),
            "struct B { virtual int f(); };\nstruct S : B {\n  virtual int f() "
            "override;\n};\n\nint S::f() { return 1; }\n");
  EXPECT_EQ(DefineOutline("struct S {\n  static inline int ^f() { return 1; }\n};\n"),
            "struct S {\n  static inline int f();\n};\n\nint S::f() { return 1; }\n");
}

TEST(DefineOutline, NamesOfTheClassAheadOfTheName) {
  EXPECT_EQ(DefineOutline("struct S {\n  struct I {};\n  I ^f(I i) { return i; }\n};\n"),
            "struct S {\n  struct I {};\n  I f(I i);\n};\n\nS::I S::f(I i) { return i; }\n");
  EXPECT_EQ(
      DefineOutline(
          "struct S {\n  struct T {\n    T& operator^=(const T& t) { return *this; }\n  };\n};\n"),
      "struct S {\n  struct T {\n    T& operator=(const T& t);\n  };\n};\n\nS::T& "
      "S::T::operator=(const T& t) { return *this; }\n");
}

TEST(DefineOutline, Constructors) {
  EXPECT_EQ(DefineOutline("struct S {\n  explicit ^S(int x) : a(x), b(0) {}\n  int a, b;\n};\n"),
            "struct S {\n  explicit S(int x);\n  int a, b;\n};\n\nS::S(int x) : a(x), b(0) {}\n");
  EXPECT_EQ(DefineOutline("struct S {\n  ^~S() {};\n};\n"),
            "struct S {\n  ~S();\n};\n\nS::~S() {}\n");
}

TEST(DefineOutline, Conditions) {
  EXPECT_EQ(DefineOutline("struct S {\n#if 1\n  int ^f() { return 1; }\n#endif\n};\n"),
            "no: it is there under a condition of the preprocessor");
  EXPECT_EQ(DefineOutline("struct S {\n#if 1\n  int a;\n#endif\n  int ^f() { return 1; }\n};\n"),
            "struct S {\n#if 1\n  int a;\n#endif\n  int f();\n};\n\nint S::f() { return 1; }\n");
}

TEST(DefineOutline, NotWhere) {
  EXPECT_EQ(DefineOutline("template <class T> struct S { int ^f() { return 1; } };"), "no");
  EXPECT_EQ(DefineOutline("struct S { template <class T> int ^f() { return 1; } };"), "no");
  EXPECT_EQ(DefineOutline("struct S { constexpr int ^f() { return 1; } };"), "no");
  EXPECT_EQ(DefineOutline("struct S { auto ^f() { return 1; } };"), "no");
  EXPECT_EQ(DefineOutline("struct S { int f() { return ^1; } };"), "no");
  EXPECT_EQ(DefineOutline("void g() { struct S { int ^f() { return 1; } }; }"), "no");
  EXPECT_EQ(DefineOutline("#define INT int\nstruct S {\n  const INT ^f() { return 1; }\n};\n"),
            "no: a macro makes part of its head");
}

// ---- in line

std::string DefineInline(std::string_view marked) { return Refactored("DefineInline", marked); }

TEST(DefineInline, ToItsClass) {
  EXPECT_EQ(DefineInline("struct S {\n  int f(int, int y = 2) const;\n};\n\n// Adds.\nint "
                         "S::^f(int x, int y) const {\n  return x + y;\n}\n\nint z;\n"),
            "struct S {\n  // Adds.\n  int f(int x, int y = 2) const {\n    return x + y;\n  "
            "}\n};\n\nint z;\n");
  EXPECT_EQ(DefineInline("struct S {\n  S(int* b);\n  int* a;\n};\nS::^S(int* x) : a(x) {}\n"),
            "struct S {\n  S(int* x) : a(x) {}\n  int* a;\n};\n");
}

TEST(DefineInline, Refused) {
  EXPECT_EQ(
      DefineInline("struct S {\n  // One.\n  int f();\n};\n// Two.\nint S::^f() { return 1; }\n"),
      "no: both the declaration and the definition have comments");
  EXPECT_EQ(DefineInline("int f();\nint ^f() { return 1; }\n"), "no");
  EXPECT_EQ(DefineInline("struct S { int ^f() { return 1; } };\n"), "no");
}

// ---- operands

std::string SwapOperands(std::string_view marked) {
  return Refactored("SwapBinaryOperands", marked);
}

TEST(SwapOperands, MeaningStays) {
  EXPECT_EQ(SwapOperands("bool f(int a, int b) { return a ^< b + 1; }"),
            "bool f(int a, int b) { return b + 1 > a; }");
  EXPECT_EQ(SwapOperands("bool f(int* a) { return nullptr =^= a; }"),
            "bool f(int* a) { return a == nullptr; }");
  EXPECT_EQ(SwapOperands("int f(int a, int b) { return a ^- b; }"), "no");
  EXPECT_EQ(SwapOperands("int f(int a, int b) { return a + b ^+ 1; }"), "no");
  EXPECT_EQ(SwapOperands("int g(); int f() { return g() ^+ g(); }"), "no");
  EXPECT_EQ(SwapOperands("template <class T> bool f(T a, T b) { return a ^< b; }"), "no");
}

TEST(SwapOperands, WhatBindsTighterStays) {
  EXPECT_EQ(SwapOperands("int f(int a, int b, int c) { return a / b ^* c; }"), "no");
  EXPECT_EQ(SwapOperands("int f(int a, int b, int c) { return a * b ^+ c; }"),
            "int f(int a, int b, int c) { return c + a * b; }");
  EXPECT_EQ(SwapOperands("bool f(int a, int b, int c) { return a == b ^== c; }"), "no");
}

// ---- enumerations

std::string Scoped(std::string_view marked) { return Refactored("ScopifyEnum", marked); }

TEST(ScopedEnum, ValuesAreQualified) {
  EXPECT_EQ(Scoped("enum ^E { a, b = a };\nE f(E e) { return e == a ? E::b : ::b; }\n"),
            "enum class E { a, b = a };\nE f(E e) { return e == E::a ? E::b : ::E::b; }\n");
  EXPECT_EQ(Scoped("enum class ^E { a };\n"), "no");
  EXPECT_EQ(Scoped("enum ^{ a };\n"), "no");
  EXPECT_EQ(Scoped("#define A a\nenum ^E { a };\nE e = A;\n"),
            "no: a macro names one of its values");
}

// ---- pure virtuals

std::string Override(std::string_view marked) { return Refactored("OverridePureVirtuals", marked); }

const char kBase[] =
    "namespace n { struct T {}; struct B {\n  virtual ~B() = 0;\n  virtual T get(const T& t, int "
    "(*f)(char)) const = 0;\n"
    "  virtual void done() noexcept = 0;\n  virtual int other() { return 1; }\n protected:\n  "
    "virtual int own(int) = 0;\n}; }\n";

TEST(OverrideVirtuals, WhatIsOpen) {
  EXPECT_EQ(
      Override(
          std::string(kBase) +
          "class ^D : public n::B {\n public:\n  D();\n  void done() noexcept override;\n};\n"),
      std::string(kBase) +
          "class D : public n::B {\n public:\n  D();\n  void done() noexcept override;\n"
          "  n::T get(const n::T &t, int (*f)(char)) const override;\n protected:\n  int own(int) "
          "override;\n};\n");
  EXPECT_EQ(Override("struct B { virtual void f() = 0; };\nstruct ^D : B {};\n"),
            "struct B { virtual void f() = 0; };\nstruct D : B {\n  void f() override;\n};\n");
}

TEST(OverrideVirtuals, NotWhere) {
  EXPECT_EQ(Override("struct ^B { virtual void f() = 0; };\n"), "no");
  EXPECT_EQ(
      Override("struct B { virtual void f() = 0; };\nstruct ^D : B { void f() override; };\n"),
      "no");
  EXPECT_EQ(Override("template <class T> struct B { virtual void f() = 0; };\ntemplate <class T> "
                     "struct ^D : B<T> {};\n"),
            "no");
}

// ---- constructors

TEST(SpecialMembers, AllThatAreMissing) {
  EXPECT_EQ(
      Refactored("SpecialMembers", "class ^S {\n public:\n  S(const S&) = delete;\n  int a;\n};\n"),
      "class S {\n public:\n  S& operator=(const S&) = delete;\n  S(S&&) = default;\n  S& "
      "operator=(S&&) = default;\n\n  S(const S&) = delete;\n  int a;\n};\n");
  EXPECT_EQ(
      Refactored(
          "SpecialMembers",
          "struct M { M(); M(const M&) = delete; M(M&&); };\nstruct ^S {\n  M m;\n  int& r;\n};\n"),
      "struct M { M(); M(const M&) = delete; M(M&&); };\nstruct S {\n  S() = default;\n  S(const "
      "S&) = delete;\n"
      "  S& operator=(const S&) = delete;\n  S(S&&) = default;\n  S& operator=(S&&) = delete;\n\n  "
      "M m;\n  int& r;\n};\n");
}

TEST(Constructor, FromTheFields) {
  EXPECT_EQ(Refactored(
                "MemberwiseConstructor",
                "struct Big { Big(const Big&); Big(); };\nclass ^S {\n public:\n  int count() { "
                "return count_; }\n\n private:\n  int count_;\n  Big big_;\n  int zero = 0;\n};\n"),
            "struct Big { Big(const Big&); Big(); };\nclass S {\n public:\n  S(int count, const "
            "Big &big) : count_(count), big_(big) {}\n\n  int count() { return count_; }\n\n "
            "private:\n  int count_;\n  Big big_;\n  int zero = 0;\n};\n");
  EXPECT_EQ(Refactored("MemberwiseConstructor", "struct ^S {\n  int a;\n};\n"),
            "struct S {\n  explicit S(int a) : a(a) {}\n\n  int a;\n};\n");
  EXPECT_EQ(Refactored("MemberwiseConstructor", "struct ^S { S(int); int a; };\n"), "no");
  EXPECT_EQ(Refactored("MemberwiseConstructor", "struct ^S { int a = 1; };\n"), "no");
}

}  // namespace
}  // namespace astrolabe
