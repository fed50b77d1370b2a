// Hints as they stand in the source: `«label»` where one is shown.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/hints/inlay_hints.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

std::string Hinted(const std::string& text, const std::vector<CodeRange>& ranges = {},
                   const AnswerSettings& settings = {}) {
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
void Check(const std::string& shown, const AnswerSettings& settings = {}) {
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

TEST(InlayHints, ArgumentsThatAreLeftOut) {
  const AnswerSettings settings{.hint_default_arguments = true};
  Check("void f(int a, int b = 2, char* c = nullptr); void g() { f(«a:»1«, b: 2, c: nullptr»); }",
        settings);
  Check("void f(int b = 2, int = 3); void g() { f(«b: 2, 3»); f(«b:»1«, 3»); f(«b:»1, 2); }",
        settings);
  Check("struct S { S(int size = 7); }; void g() { S{«size: 7»}; S s; }", settings);
  Check("void f(int a = 1000000000 + 1000000000 / 1000); void g() { f(«a: …»); }",
        {.type_limit = 10, .hint_default_arguments = true});
}

TEST(InlayHints, EndsOfBlocks) {
  const AnswerSettings settings{.hint_block_ends = true};
  Check(
      "namespace a {\n\n}« // namespace a»\nnamespace {\n\n}« // namespace»\n"
      "struct S {\n\n};« // struct S»\nenum E {\n\n};« // enum E»\n",
      settings);
  Check(
      "void f(bool ready) {\n  if (ready) {\n\n  }« // if ready»\n  while (true) {\n\n  }« // "
      "while»\n"
      "  for (;;) {\n\n  }« // for»\n}« // f»\n",
      settings);
  // Short ones, and those with something behind them.
  Check("void f() {\n}\nstruct S {\n\n} s;\nvoid g() {\n\n}  // end\n", settings);
  Check("void f(bool a) {\n  if (a) {\n\n  } else {\n\n  }« // if a»\n}« // f»\n", settings);
  Check("#define END }\nvoid f() {\n\nEND\n", settings);
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
    std::vector<HintItem> hints = MakeInlayHints(ast, {}).hints;
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
}

}  // namespace
}  // namespace astrolabe
