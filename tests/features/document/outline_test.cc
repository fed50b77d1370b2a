// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/outline.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/features/document/printing.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

// One item a line, indented by depth: kind, name: detail.
void Describe(const std::vector<OutlineItem>& items, const std::string& indent,
              std::string& result) {
  for (const OutlineItem& item : items) {
    EXPECT_LE(item.range.begin, item.selection.begin) << item.name;
    EXPECT_LE(item.selection.end, item.range.end) << item.name;
    result += indent + std::to_string(item.kind) + " " + item.name;
    if (!item.detail.empty()) result += ": " + item.detail;
    if (item.is_deprecated) result += " (deprecated)";
    result += "\n";
    Describe(item.children, indent + "  ", result);
  }
}

std::string Described(MarkedSource& source, const std::string& name = "main.cc") {
  std::string result;
  source.Parse([&](LiveAst& ast) { Describe(MakeOutline(ast).items, "", result); }, name);
  return result;
}

std::string Described(const std::string& text) {
  MarkedSource source(text);
  return Described(source);
}

TEST(Outline, IsATreeInTheOrderOfTheText) {
  EXPECT_EQ(
      Described("namespace a {\n"
                "class C {\n public:\n  C(int);\n  ~C();\n  int f(char) const;\n  int field;\n"
                "  static int count;\n  enum E { kOne, kTwo = 5 };\n};\n"
                "}\nint main(int argc, char** argv) { struct Local {}; return 0; }\n"
                "using Alias = a::C*;\nextern \"C\" { void from_c(); }\n"),
      "3 a\n"
      "  5 C: class\n"
      "    9 C: (int)\n"
      "    9 ~C: ()\n"
      "    6 f: int (char) const\n"
      "    8 field: int\n"
      "    8 count: int\n"
      "    10 E: enum\n"
      "      22 kOne: 0\n"
      "      22 kTwo: 5\n"
      "12 main: int (int, char **)\n"
      "5 Alias: a::C *\n"
      "12 from_c: void ()\n");
}

TEST(Outline, MembersOutsideTheirClassHaveItsName) {
  EXPECT_EQ(Described("namespace n { struct S { S(); void f(); static int x; struct I; }; }\n"
                      "n::S::S() {}\nvoid n::S::f() {}\nint n::S::x = 1;\nstruct n::S::I {};\n"),
            "3 n\n"
            "  23 S: struct\n"
            "    9 S: ()\n"
            "    6 f: void ()\n"
            "    8 x: int\n"
            "    23 I: struct\n"
            "9 n::S::S: ()\n"
            "6 n::S::f: void ()\n"
            "8 n::S::x: int\n"
            "23 n::S::I: struct\n");
}

TEST(Outline, TemplatesAndTheirSpecialisations) {
  EXPECT_EQ(Described("template <typename T> struct Box { T value; };\n"
                      "template <> struct Box<int> { int other; };\n"
                      "template <typename T> struct Box<T*> {};\n"
                      "template <typename T> T twice(T t) { return t; }\n"
                      "template <> int twice<int>(int t) { return t; }\n"
                      "template <typename T> concept Any = true;\n"
                      "Box<char> box; char c = twice('c');\n"
                      "template struct Box<long>;\n"),
            "23 Box: template <typename T> struct\n"
            "  8 value: T\n"
            "23 Box<int>: struct\n"
            "  8 other: int\n"
            "23 Box<T *>: struct\n"
            "12 twice: template <typename T> T (T)\n"
            "12 twice<int>: int (int)\n"
            "11 Any: concept\n"
            "13 box: Box<char>\n"
            "13 c: char\n"
            "23 Box<long>: struct\n");
}

TEST(Outline, WhatHasNoNameGetsOne) {
  EXPECT_EQ(Described("namespace { int a; }\nstruct { int b; } c;\nenum { kD };\n"
                      "typedef struct { int e; } F;\nstruct G { union { int h; }; int : 4; };\n"),
            "3 (anonymous namespace)\n"
            "  13 a: int\n"
            "23 (anonymous struct): struct\n"
            "  8 b: int\n"
            "13 c: struct (unnamed)\n"
            "10 (anonymous enum): enum\n"
            "  22 kD: 0\n"
            "23 F: struct\n"
            "  8 e: int\n"
            "23 G: struct\n"
            "  23 (anonymous union): union\n"
            "    8 h: int\n"
            "  8 (anonymous): int\n");
}

TEST(Outline, MacrosStandWhereTheyAreDefined) {
  EXPECT_EQ(Described("#ifndef H\n#define H\n#define MAX(a, b) a\nnamespace n {\n#define INNER 1\n"
                      "int x;\n}\n#endif\n"),
            "14 MAX: macro\n"
            "3 n\n"
            "  14 INNER: macro\n"
            "  13 x: int\n");
}

TEST(Outline, WhatMacrosMakeIsAtTheirUse) {
  MarkedSource source("#define MAKE(name) int name() { return 1; }\n$all[[MAKE($name[[made]])]]\n");
  source.Parse([&](LiveAst& ast) {
    std::vector<OutlineItem> items = MakeOutline(ast).items;
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(items[1].name, "made");
    EXPECT_EQ(items[1].range, source.Range("all"));
    EXPECT_EQ(items[1].selection, source.Range("name"));
  });
}

TEST(Outline, RangesCoverAllAndSelectionsTheName) {
  MarkedSource source(
      "template <typename T>\n$all[[]]struct C {\n  $member[[int $name[[operator()]](int) { return "
      "1; "
      "}]]\n};\n");
  source.Parse([&](LiveAst& ast) {
    std::vector<OutlineItem> items = MakeOutline(ast).items;
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].range, (CodeRange{{0, 0}, {3, 1}}));
    ASSERT_EQ(items[0].children.size(), 1u);
    EXPECT_EQ(items[0].children[0].name, "operator()");
    EXPECT_EQ(items[0].children[0].kind, 25u);
    EXPECT_EQ(items[0].children[0].range, source.Range("member"));
    EXPECT_EQ(items[0].children[0].selection, source.Range("name"));
  });
}

TEST(Outline, HeadersAreElsewhereAndDeprecatedIsSaid) {
  MarkedSource source("#include \"a.h\"\n__attribute__((deprecated)) void old();\n");
  source.File("a.h", "int in_header;\n#define IN_HEADER\n");
  EXPECT_EQ(Described(source), "12 old: void () (deprecated)\n");
}

TEST(Outline, FriendsAndBindings) {
  EXPECT_EQ(
      Described("struct S { int a, b; friend bool same(S, S) { return true; } friend struct T; };\n"
                "auto [x, y] = S();\n"),
      "23 S: struct\n"
      "  8 a: int\n"
      "  8 b: int\n"
      "  12 same: bool (S, S)\n"
      "13 x: int\n"
      "13 y: int\n");
}

TEST(Outline, ObjectiveC) {
  MarkedSource source(
      "@interface C @property int size; - (void)put:(int)x at:(int)y; + (C*)make; @end\n"
      "@implementation C\n- (void)put:(int)x at:(int)y {}\n+ (C*)make { return 0; }\n@end\n");
  source.Flags({"-xobjective-c", "-Wno-everything"});
  std::string shown = Described(source, "main.m");
  EXPECT_TRUE(shown.starts_with("5 C\n  7 size: int\n  6 -put:at:\n  6 +make\n5 C\n")) << shown;
}

TEST(Outline, BrokenCodeKeepsWhatWasUnderstood) {
  EXPECT_EQ(Described("int x;\nstruct S { void f( ; int y; };\nint z = ;\n"),
            "13 x: int\n"
            "23 S: struct\n"
            "  6 f: void ()\n"
            "  8 y: int\n"
            "13 z: int\n");
  for (const char* text : {"", "{", "template <", "struct A { A(", "enum {", "namespace {",
                           "auto [a, b", "struct { struct { union {", "using A =", "concept"}) {
    Described(text);
  }
}

}  // namespace
}  // namespace astrolabe
