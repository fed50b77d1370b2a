// Hints as they stand in the source: `«label»` where one is shown.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/hints/inlay_hints.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

std::string Hinted(const std::string& text, const std::vector<CodeRange>& ranges = {},
                   const HintSettings& settings = {}) {
  MarkedSource source(text);
  std::string shown;
  source.Parse([&](LiveAst& ast) {
    shown = ast.text;
    HintsAnswer answer = MakeInlayHints(ast, ranges, settings);
    for (auto hint = answer.hints.rbegin(); hint != answer.hints.rend(); ++hint) {
      shown.insert(ast.OffsetOf(hint->place), "«" + hint->label + "»");
    }
  });
  return shown;
}

// The source is `shown` without its hints.
void Check(const std::string& shown, const HintSettings& settings = {}) {
  std::string text = shown;
  for (size_t open = text.find("«"); open != std::string::npos; open = text.find("«")) {
    text.erase(open, text.find("»") + std::string("»").size() - open);
  }
  EXPECT_EQ(Hinted(text, {}, settings), shown);
}

TEST(InlayHints, Parameters) {
  Check("void f(int count, bool* deep); void g() { f(«count:»1, «deep:»nullptr); }");
  Check("void f(int count); void g(int count) { f(count); }");
  Check("void f(int count); struct S { int count_; }; void g(S s) { f(s.count_); }");
  Check("void f(int count); int count(); void g() { f(count()); }");
  Check("void f(int count); void g() { f(/*count=*/1); f(/* count */ 1); }");
  Check("void f(int); void g() { f(1); }");
  Check("void f(int); void f(int count) {} void g() { f(«count:»1); }");
  Check("void f(int a, ...); void g() { f(«a:»1, 2, 3); }");
}

TEST(InlayHints, WhatACallMayChange) {
  Check("void f(int& out); void g(int x) { f(«&out:»x); }");
  Check("void f(int& out); void g(int out) { f(«&:»out); }");
  Check("void f(const int& in); void g(int in) { f(in); }");
}

TEST(InlayHints, MethodsConstructorsAndOperators) {
  Check(
      "struct S { S(int size); void add(int value); void setSize(int size); };\n"
      "void g() { S s(«size:»1); S t{«size:»1}; s.add(«value:»2); s.setSize(3); }");
  Check(
      "struct S { S operator+(S other); int operator[](int index); int operator()(int by); };\n"
      "void g(S a) { a + a; a[1]; a(«by:»1); }");
}

TEST(InlayHints, DeducedTypes) {
  Check("auto x«: int» = 1; const auto& y«: const int &» = x; int z = 1;");
  Check("auto f()«-> int» { return 1; } auto g() -> int { return 1; }");
  Check("void f() { auto l = [](int a)«-> int» { return a; }; auto m = [] {}; }");
  Check("struct P { int a; char b; }; void f(P p) { auto [x«: int», y«: char»] = p; }");
  Check("template <class T> void f(T t) { auto x = t; }");
}

TEST(InlayHints, LongTypesAreShortened) {
  MarkedSource source(
      "template <class K, class V> struct LongNameOfAMap {}; struct LongNameOfAKey {};\n"
      "LongNameOfAMap<LongNameOfAKey, LongNameOfAKey> f(); auto x = f();");
  source.Parse([&](LiveAst& ast) {
    std::vector<HintItem> hints = MakeInlayHints(ast, {}, {}).hints;
    ASSERT_EQ(hints.size(), 1u);
    EXPECT_EQ(hints[0].label, ": LongNameOfAMap<…>");
    EXPECT_EQ(hints[0].tooltip, "LongNameOfAMap<LongNameOfAKey, LongNameOfAKey>");
  });
}

TEST(InlayHints, Designators) {
  Check(
      "struct P { int x; int y; }; P p = {«.x=»1, «.y=»2}; P q = {.x = 1}; P r = {}; P s{«.x=»1};");
  Check("int a[] = {1, 2};");
}

TEST(InlayHints, KindsThatAreNotWanted) {
  HintSettings none;
  none.parameters = none.types = none.designators = false;
  Check("void f(int count); struct P { int x; }; void g() { f(1); auto y = 1; P p = {2}; }", none);
}

TEST(InlayHints, EndsOfBlocks) {
  HintSettings settings;
  settings.block_ends = true;
  settings.flow_lines = 3;
  Check("namespace a::b {\nint x;\n}«// namespace a::b»\n", settings);
  Check(
      "namespace {\nstruct S {\n  int f() {\n    return 1;\n  }«// f»\n};«// struct S»\n}«// "
      "namespace»\n",
      settings);
  Check("enum class E {\n  a\n};«// enum class E»\nint f() { return 1; }\n", settings);
  Check(
      "void f(int n) {\n  for (int i = 0; i < n; ++i) {\n    f(i);\n  }«// for i < n»\n"
      "  while (n > 0) {\n    --n;\n  }  // while\n  switch (n) {\n    default: break;\n  }«// "
      "switch n»\n"
      "  if (n) {\n    f(1);\n  } else {\n    f(2);\n  }«// if n»\n  if (n) {\n  }\n}«// f»\n",
      [&] {
        HintSettings ends = settings;
        ends.parameters = false;
        return ends;
      }());
}

TEST(InlayHints, DefaultArguments) {
  HintSettings settings;
  settings.default_arguments = true;
  settings.parameters = false;
  Check(
      "int f(int a, int b = 2, const char* c = \"x\"); int x = f(1«, b: 2, c: \"x\"»); int y = "
      "f(1, "
      "2, nullptr);\nint g(int a = 1 + 1); int z = g(«a: 1 + 1»);\nstruct S { S(int a, int = 3); };"
      " S s(1«, 3»);",
      settings);
}

TEST(InlayHints, Conversions) {
  HintSettings settings;
  settings.conversions = true;
  settings.parameters = false;
  Check(
      "void f(long); void g(int i, double d) { f(«long(»i«)»); f(1); i = «int(»d + "
      "«double(»i«)»«)»; f(long(i)); }",
      settings);
  Check("struct S { S(int); }; void f(S); void g(int i) { f(«S(»i«)»); f(S(i)); }", settings);
}

TEST(InlayHints, Captures) {
  HintSettings settings;
  settings.captures = true;
  settings.types = false;
  Check(
      "struct S { int m; void f(int a) { int b = 0; auto l = [=«, a, this»] { return a + m; };\n"
      "auto k = [&«, &a, &b»] { return a + b; }; auto j = [a] { return a; }; auto i = [&] { return "
      "1; }; } };",
      settings);
}

TEST(InlayHints, LengthOfTypes) {
  HintSettings settings;
  settings.type_name_limit = 4;
  Check("template <class T> struct Box {}; auto x«: Box<…>» = Box<int>();", settings);
  settings.type_name_limit = 0;
  Check(
      "template <class T> struct Box {}; auto x«: Box<Box<Box<Box<Box<Box<Box<int>>>>>>>» = "
      "Box<Box<Box<Box<Box<Box<Box<int>>>>>>>();",
      settings);
}

TEST(InlayHints, WhereTheyLead) {
  MarkedSource source(
      "struct S { int x; }; S make(); void f(int count);\n"
      "void g() { auto s = make(); f(1); S t = {2}; }");
  source.Parse([&](LiveAst& ast) {
    HintSettings settings;
    settings.with_targets = true;
    std::string led;
    for (const HintItem& hint : MakeInlayHints(ast, {}, settings).hints) {
      ASSERT_TRUE(hint.target) << hint.label;
      const uint32_t begin = ast.OffsetOf(hint.target->range.begin);
      led += hint.label + " " +
             ast.text.substr(begin, ast.OffsetOf(hint.target->range.end) - begin) + "\n";
    }
    EXPECT_EQ(led, ": S S\ncount: count\n.x= x\n");
  });
}

TEST(InlayHints, Ranges) {
  std::string text = "void f(int a);\nvoid g() {\n  f(1);\n  f(2);\n}\n";
  EXPECT_EQ(Hinted(text, {{{3, 0}, {3, 9}}}),
            "void f(int a);\nvoid g() {\n  f(1);\n  f(«a:»2);\n}\n");
}

TEST(InlayHints, BrokenCode) {
  for (const char* text : {"void f(int a); void g() { f(", "auto x = ;", "auto [a, b] = nothing;",
                           "struct P { int x; }; P p = {1, 2, 3};", "f(1); auto"}) {
    Hinted(text);
  }
}

TEST(InlayHints, Macros) {
  Check("#define CALL(x) f(x)\nvoid f(int count); void g() { CALL(«count:»1); }\n");
  // What a macro hands on to another macro is the inner one's argument, and nobody has written it.
  Check(
      "#define INNER(x, y) f(x, y)\n#define OUTER(x) INNER(x, 7)\n#define NONE() INNER(1, 2)\n"
      "void f(int count, int line); void g() { OUTER(«count:»1); NONE(); }\n");
}

}  // namespace
}  // namespace astrolabe
