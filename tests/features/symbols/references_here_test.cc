// References and highlights in the open file. `[[…]]` are all that is expected, with what is done to it as the
// name: `$w[[x]]` is written, `$r[[x]]` read, `[[x]]` neither.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/references_here.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "analysis/features/symbols/symbols_at.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

using Found = std::vector<std::pair<CodeRange, ReferenceKind>>;

std::string Show(const Found& found) {
  std::string text;
  for (const auto& [range, kind] : found) {
    text += std::to_string(range.begin.line) + ":" + std::to_string(range.begin.column) + "-" +
            std::to_string(range.end.column) + " " + std::to_string(static_cast<int>(kind)) + "\n";
  }
  return text;
}

Found Expected(const MarkedSource& source) {
  Found found;
  for (const CodeRange& range : source.Ranges()) found.emplace_back(range, ReferenceKind::kText);
  for (const CodeRange& range : source.Ranges("r")) found.emplace_back(range, ReferenceKind::kRead);
  for (const CodeRange& range : source.Ranges("w"))
    found.emplace_back(range, ReferenceKind::kWrite);
  std::sort(found.begin(), found.end());
  return found;
}

Found Got(const ReferencesAnswer& answer) {
  Found found;
  for (const LiveReference& one : answer.references) found.emplace_back(one.range, one.kind);
  return found;
}

// Both from every point: highlights, and references of the symbols that are there.
void Check(const char* marked) {
  MarkedSource source(marked);
  source.Parse([&](LiveAst& ast) {
    for (CodePlace point : source.Points()) {
      EXPECT_EQ(Show(Got(FindHighlights(ast, point))), Show(Expected(source))) << marked;
      std::vector<std::string> usrs;
      for (const LiveSymbol& symbol : FindSymbolsAt(ast, point).symbols) usrs.push_back(symbol.usr);
      EXPECT_EQ(Show(Got(FindReferencesHere(ast, usrs))), Show(Expected(source))) << marked;
    }
  });
}

TEST(ReferencesHere, VariablesAreReadAndWritten) {
  Check(
      "int $w[[^x]] = 1; int f() { $w[[^x]] = $r[[x]] + 1; $w[[x]]++; $w[[x]] += 2; return "
      "$r[[x]]; }");
  Check("void f(int [[^a]]) { int* p = &$r[[^a]]; (void)$r[[a]]; }");
  Check(
      "struct S { int [[^m]]; S() : $w[[m]](1) {} void f() { $w[[m]] = 1; this->$w[[m]] = 2; } };");
  Check("struct S { int $w[[m]] = 2; }; S s{.$w[[^m]] = 1}; int x = s.$r[[m]];");
  Check("int [[^a]][3]; void f(int i) { $w[[a]][i] = 1; int x = $r[[a]][i]; }");
  Check("int* [[^p]]; void f(int i) { $r[[p]][i] = 1; *$r[[p]] = 1; $w[[p]] = 0; }");
  Check(
      "void set(int&); void get(const int&); int [[^x]]; void f() { set($w[[x]]); get($r[[x]]); }");
  Check("void f() { int $w[[^x]] = 1; auto l = [$r[[x]]] { return $r[[x]]; }; }");
  Check("void f() { auto [ [[^a]], b] = (int[2]){1, 2}; int c = $r[[a]]; }");
  Check("struct S { S& operator=(int); }; S [[^s]]; void f() { $w[[s]] = 1; }");
}

TEST(ReferencesHere, FunctionsAndTypes) {
  Check("int [[^f]](int); int [[f]](int) { return [[f]](1); } auto p = &[[^f]];");
  Check("struct [[^S]]; struct [[S]] { [[S]]* next; }; [[S]] s; void f(const [[S]]&);");
  Check("namespace [[^n]] { int x; } namespace [[n]] { int y = [[n]]::x; } using namespace [[n]];");
  Check("struct S { [[^S]](int); }; S [[s]](1); S t = [[S]](2);");
  Check("struct S { [[^S]](int); }; struct T : S { using S::[[S]]; }; T [[t]](1);");
  Check("struct S { void [[^f]](); }; void S::[[f]]() {} void g(S s) { s.[[f]](); }");
  Check("template <class T> struct [[^V]] { T t; }; [[V]]<int> a; template <> struct V<char> {};");
  Check(
      "template <class T> struct V { T [[^t]]; }; V<int> a; int x = a.$r[[t]]; int y = "
      "V<char>().$r[[t]];");
  Check("template <class T> void [[^f]](T); void g() { [[f]](1); [[f]]('c'); }");
  Check("void [[^f]](int); void f(char); template <class T> void g(T t) { [[f]](1); [[f]](t); }");
  Check("template <class [[^T]]> [[T]] f([[T]] t) { return t; }");
  Check(
      "template <class T> concept [[^C]] = true; template <[[C]] T> void f([[C]] auto) requires "
      "[[C]]<T>;");
  Check("void f() { goto [[^out]]; [[out]]: ; }");
  Check("struct S { int [[^operator+]](int); }; int f(S s) { return s [[+]] 1; }");
  Check("struct A { virtual void [[^f]](); }; struct B : A { void f() override; };");
}

TEST(ReferencesHere, ConstructorsAndDestructorsNameTheirClass) {
  Check(
      "struct [[^S]] { [[S]](); ~[[S]](); }; [[S]]::[[S]]() {} void f([[S]]* s) { s->~[[S]](); }");
  Check("template <class T> struct [[^V]] { [[V]](T); ~[[V]](); }; [[V]] v(1);");
}

TEST(ReferencesHere, Macros) {
  Check(
      "#define [[^A]] 1\n#ifdef [[A]]\nint x = [[A]];\n#endif\n#undef [[^A]]\n#define A 2\nint y = "
      "A;");
  Check("#define ID(x) x\nint [[^v]]; int y = ID($r[[v]]);");
}

TEST(ReferencesHere, WhatAMacroProducesIsAReferenceAndNoHighlight) {
  MarkedSource source("int [[^x]];\n#define USE x\nint y = $use[[USE]];");
  source.Parse([&](LiveAst& ast) {
    ReferencesAnswer highlights = FindHighlights(ast, source.Point());
    ASSERT_EQ(highlights.references.size(), 1u);
    EXPECT_EQ(highlights.references[0].range, source.Range());
    ReferencesAnswer all =
        FindReferencesHere(ast, {FindSymbolsAt(ast, source.Point()).symbols[0].usr});
    ASSERT_EQ(all.references.size(), 2u);
    EXPECT_EQ(all.references[1].range, source.Range("use"));
  });
}

TEST(ReferencesHere, FlagsAndContainers) {
  MarkedSource source(
      "namespace n { int f^(int); struct S { void g() { f(1); } }; } int n::f(int) { return 0; }");
  source.Parse([&](LiveAst& ast) {
    ReferencesAnswer answer =
        FindReferencesHere(ast, {FindSymbolsAt(ast, source.Point()).symbols[0].usr});
    ASSERT_EQ(answer.references.size(), 3u);
    EXPECT_TRUE(answer.references[0].is_declaration);
    EXPECT_FALSE(answer.references[0].is_definition);
    EXPECT_FALSE(answer.references[1].is_declaration);
    EXPECT_EQ(answer.references[1].container, "n::S::g");
    EXPECT_TRUE(answer.references[2].is_definition);
  });
}

void CheckFlow(const char* marked) {
  MarkedSource source(marked);
  source.Parse([&](LiveAst& ast) {
    for (CodePlace point : source.Points()) {
      EXPECT_EQ(Show(Got(FindHighlights(ast, point))), Show(Expected(source)))
          << marked << "\nat " << point.line << ":" << point.column;
    }
  });
}

TEST(Highlights, ControlFlow) {
  CheckFlow("int [[f]](int a) { if (a) [[^return]] 1; auto l = [] { return 3; }; [[^throw]] 2; }");
  CheckFlow("void f() { [[^for]] (;;) { [[^break]]; for (;;) break; [[^continue]]; } }");
  CheckFlow(
      "void f(int (&a)[2]) { [[^for]] (int x : a) { switch (x) { case 1: break; default: "
      "[[^continue]]; } } }");
  CheckFlow("void f() { [[^while]] (true) { if (1) [[^break]]; } }");
  CheckFlow("void f() { [[^do]] { [[continue]]; } [[^while]] (true); }");
  CheckFlow(
      "void f(int x) { [[^switch]] (x) { [[^case]] 1: for (;;) break; [[^break]]; [[^default]]: "
      "{} } }");
  CheckFlow(
      "void f(int x) { [[^if]] (x) {} [[^else]] [[^if]] (x > 1) { if (x) {} } [[^else]] {} }");
  CheckFlow("void f() { [[^try]] { } [[^catch]] (int) {} [[catch]] (...) {} }");
}

TEST(Highlights, Coroutines) {
  CheckFlow(R"marked(
    namespace std {
    template <class R, class...>
    struct coroutine_traits {
      using promise_type = R::promise_type;
    };
    template <class P = void>
    struct coroutine_handle {
      static coroutine_handle from_address(void*);
      operator coroutine_handle<>() const;
    };
    template <>
    struct coroutine_handle<void> {
      static coroutine_handle from_address(void*);
    };
    struct suspend_never {
      bool await_ready() noexcept;
      void await_suspend(coroutine_handle<>) noexcept;
      int await_resume() noexcept;
    };
    }  // namespace std
    struct task {
      struct promise_type {
        task get_return_object();
        std::suspend_never initial_suspend() noexcept;
        std::suspend_never final_suspend() noexcept;
        void return_value(int);
        std::suspend_never yield_value(int);
        void unhandled_exception();
      };
    };
    task [[f]](int a) {
      int b = [[^co_await]] std::suspend_never();
      [[co_yield]] 1;
      [[^co_return]] a + b;
    }
  )marked");
}

TEST(Highlights, NothingIsNothing) {
  MarkedSource source("// re^turn\n^\nint x = ^1; const char* s = \"bre^ak\"; missing^_name y;");
  source.Parse([&](LiveAst& ast) {
    for (CodePlace point : source.Points()) {
      EXPECT_TRUE(FindHighlights(ast, point).references.empty()) << point.line;
    }
  });
}

}  // namespace
}  // namespace astrolabe
