// What a hover says. Each example has a point and lines that must be found in the markdown.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/hover.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

std::string HoverAt(const char* marked) {
  MarkedSource source(marked);
  source.File("lib.h", "#include \"inner.h\"\n")
      .File("inner.h", "#pragma once\nint in_header();\n");
  std::string text;
  source.Parse([&](LiveAst& ast) {
    HoverAnswer answer = MakeHover(ast, source.Point());
    text = answer.markdown;
    EXPECT_EQ(answer.name.empty(), answer.markdown.empty());
  });
  return text;
}

void Check(const char* marked, const std::vector<std::string>& expected) {
  std::string text = HoverAt(marked);
  for (const std::string& line : expected) {
    EXPECT_NE(text.find(line), std::string::npos) << marked << "\nwants " << line << "\nhas\n"
                                                  << text;
  }
}

TEST(Hover, Declarations) {
  Check(
      "namespace ns { struct S { protected: int f(int a, const char* b = \"\"); }; } int "
      "ns::S::^f(int a, const char* b) { return 0; }",
      {"### method `f`", "Returns: `int`", "- `int a`", "- `const char *b`", "// In ns::S",
       "protected: int f(int a, const char *b = \"\")"});
  Check("/// Adds numbers.\nint add(int, int); int x = ^add(1, 2);",
        {"### function `add`", "Adds numbers."});
  Check("struct S { virtual void f() = 0; }; void g(S& s) { s.^f(); }",
        {"### pure virtual method `f`", "virtual void f() = 0"});
  Check(
      "struct A { /* Runs it. */ /** Runs. */ virtual void f(); }; struct B : A { void ^f() "
      "override; };",
      {"Runs."});
  Check("namespace ^n { }", {"### namespace `n`"});
  Check("void f() { int loc = 1; ^loc++; }",
        {"### local variable `loc`", "// In f", "int loc = 1"});
  Check("struct S { S(int); }; S x ^(1);", {"### constructor `S`"});
  Check("enum class E { A, B }; E ^e;", {"Type: `E`"});
  Check("class ^C final { };", {"### class `C`"});
  Check("auto [^a, b] = (int[2]){1, 2};", {"### structured binding `a`", "int a"});
}

TEST(Hover, TypesTheirAliasesAndAuto) {
  Check("using Size = unsigned long; Size ^x;", {"Type: `Size (aka unsigned long)`"});
  Check("using Size = unsigned long; ^Size x;", {"### type alias `Size`", "Size: 8 bytes"});
  Check("^auto x = 1.5;", {"### type `auto`", "Stands for: `double`"});
  Check("/// A thing.\nstruct S {}; ^auto x = S();",
        {"Stands for: `S`", "A thing.", "struct S {}"});
  Check("auto ^x = 1.5;", {"Type: `double`"});
  Check("auto l = [](int a) { return a; }; ^auto m = l;", {"### type `auto`"});
  Check("int a; ^decltype(a) b;", {"Stands for: `int`"});
  Check("struct S { void f() const { ^this; } };", {"### pointer `this`", "Type: `const S *`"});
}

TEST(Hover, Values) {
  Check("constexpr int x = 5 * 7; int y = ^x;", {"### constant `x`", "Value: `35 (0x23)`"});
  Check("enum E { A = 3, B }; int y = ^B;", {"### enumerator `B`", "Value: `4`"});
  Check("const bool yes = 1 < 2; bool y = ^yes;", {"Value: `true`"});
  Check("constexpr int sq(int a) { return a * a; } constexpr int ^x = sq(-3);", {"Value: `9`"});
  Check("constexpr double d = 0.5; double e = ^d;", {"Value: `"});
  Check("template <int N> struct S { static constexpr int v = N; }; int x = S<12>::^v;",
        {"Value: `12 (0xc)`"});
}

TEST(Hover, Layout) {
  Check("struct S { char a; int ^b; };", {"Offset: 4 bytes, size: 4 bytes, alignment: 4 bytes"});
  Check("struct S { char ^a; int b; };", {"Offset: 0 bytes, size: 1 byte (+3 bytes padding)"});
  Check("struct S { int a : 3; int ^b : 5; };", {"Offset: 3 bits, size: 5 bits"});
  Check("struct ^S { char a; int b; };", {"Size: 8 bytes, alignment: 4 bytes"});
  Check("template <class T> struct V { char c; T t; }; int f(V<long> v) { return v.^t; }",
        {"Offset: 8 bytes, size: 8 bytes", "Type: `long`", "T t"});
}

TEST(Hover, TemplatesAndConcepts) {
  Check("template <typename T> struct ^V { T t; };",
        {"### template struct `V`", "template <typename T>"});
  Check("template <typename T> concept ^C = sizeof(T) > 1;", {"### concept `C`", "sizeof(T) > 1"});
  Check("template <typename T, int ^N> int f();", {"### template parameter `N`", "int N"});
  Check("template <typename T> T id(T t) { return t; } int x = ^id(1);",
        {"### template function `id`", "Returns: `int`", "template <typename T> T id(T t)"});
  Check("void f(int); void f(char); template <class T> void g(T t) { ^f(t); }", {"and 1 more"});
  Check("template <class T> struct V { V(T); }; ^V v(1);",
        {"### template struct `V`", "Deduced: `V<int>`"});
}

TEST(Hover, ArgumentsAndProviders) {
  Check("void f(int& out); void g() { int v = 1; f(^v); }", {"Passed by reference as `out`"});
  Check("void f(const int& in); void g() { int v = 1; f(^v); }",
        {"Passed by const reference as `in`"});
  Check("struct S { S(int n); }; int v; S s(^v);", {"Passed by value as `n`"});
  Check("#include \"lib.h\"\nint x = ^in_header();", {"provided by `\"lib.h\"`"});
  Check("#include \"^lib.h\"\n", {"### header `\"lib.h\"`", "`/test/lib.h`"});
}

TEST(Hover, Macros) {
  Check("#define MAX(a, b) ((a) > (b) ? (a) : (b))\nint x = ^MAX(1, 2);",
        {"### macro `MAX`", "#define MAX(a, b) ((a) > (b) ? (a) : (b))", "// Expands to",
         "((1) > (2) ? (1) : (2))"});
  Check("#define A B\n#define B 7\nint x = ^A;", {"#define A B", "// Expands to\n7"});
  Check("int x = ^__LINE__;", {"### macro `__LINE__`", "1"});
  Check("#define A 1\n#ifdef ^A\n#endif", {"#define A 1"});
  Check("#define EMPTY\n^EMPTY int x;", {"#define EMPTY"});
}

TEST(Hover, NothingToSay) {
  EXPECT_EQ(HoverAt("int x = 1^2;"), "");
  EXPECT_EQ(HoverAt("// wo^rd"), "");
  EXPECT_EQ(HoverAt("int x = 1;  ^  int y;"), "");
  EXPECT_EQ(HoverAt("mis^sing x;"), "");
  EXPECT_EQ(HoverAt("#include \"missing^.h\"\n"), "");
  EXPECT_EQ(HoverAt("^"), "");
}

TEST(Hover, DamagedDeclarationsAreDescribed) {
  Check("struct S { Missing a; int ^b; };", {"### field `b`"});
  Check("struct ^S : Missing { int b; };", {"### struct `S`"});
  Check("constexpr int ^x = missing();", {"### constant `x`"});
  Check("template <class T> struct V { T a; V<T> ^b; };", {"### field `b`"});
  Check("struct S { S ^s; };", {"### field `s`"});
  Check("int ^x[] = {1, missing, 3};", {"x"});
  Check("const int ^x = x + 1;", {"### variable `x`"});
  Check("enum ^E { A = missing };", {"### enum `E`"});
}

}  // namespace
}  // namespace astrolabe
