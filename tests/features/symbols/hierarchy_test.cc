// Callers, callees, bases and derived classes of what stands at `^`, in the words of Show.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/hierarchy.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

using Find = HierarchyAnswer (*)(LiveAst&, const std::vector<std::string>&);

// "f@2(0,2) S::g@1": names with the lines of their definitions, counted from 0, and of the calls.
std::string Show(const HierarchyAnswer& answer) {
  std::string text;
  for (const HierarchySymbol& symbol : answer.symbols) {
    if (!text.empty()) text += " ";
    text += symbol.scope + symbol.name + "@" + std::to_string(symbol.location.range.begin.line);
    std::string calls;
    for (const CodeRange& call : symbol.calls) {
      calls += (calls.empty() ? "" : ",") + std::to_string(call.begin.line);
    }
    if (!calls.empty()) text += "(" + calls + ")";
  }
  return text;
}

HierarchyAnswer Ask(MarkedSource& source, Find find) {
  HierarchyAnswer answer;
  source.Parse([&](LiveAst& ast) {
    std::vector<std::string> usrs;
    for (const HierarchySymbol& item : FindHierarchyItems(ast, source.Point()).symbols) {
      usrs.push_back(item.usr);
    }
    EXPECT_FALSE(usrs.empty());
    answer = find(ast, usrs);
  });
  return answer;
}

std::string Answer(const char* marked, Find find) {
  MarkedSource source(marked);
  return Show(Ask(source, find));
}

TEST(Hierarchy, ItemsAreWhatTheNameStandsFor) {
  MarkedSource source("namespace n {\nvoid f();\n}\nint main() { n::^f(); }\nvoid n::f() {\n}");
  source.Parse([&](LiveAst& ast) {
    HierarchyAnswer items = FindHierarchyItems(ast, source.Point());
    ASSERT_EQ(Show(items), "n::f@4");
    EXPECT_EQ(items.symbols[0].kind, SymbolKind::kFunction);
    EXPECT_EQ(items.symbols[0].usr, "c:@N@n@F@f#");
    EXPECT_EQ(items.symbols[0].location.path, ast.path);
    EXPECT_EQ(items.symbols[0].extent, (CodeRange{{4, 0}, {5, 1}}));
  });
}

TEST(Hierarchy, Callers) {
  EXPECT_EQ(Answer("void ^f();\nvoid g() { f();\nf(); }\nint x = (f(), 1);\nvoid h() { &f; }",
                   FindIncomingCalls),
            "g@1(1,2)");
  EXPECT_EQ(Answer("struct S { void ^m();\nvoid n() { m(); } };\nvoid g(S* s) { s->m(); }",
                   FindIncomingCalls),
            "S::n@1(1) g@2(2)");
  EXPECT_EQ(Answer("struct S { ^S(int); };\nvoid g() { S s(1);\nnew S(2); }", FindIncomingCalls),
            "g@1(1,2)");
  EXPECT_EQ(
      Answer("struct S { void operator^+(int); };\nvoid g(S s) { s + 1; }", FindIncomingCalls),
      "g@1(1)");
  // Calls in a lambda are those of the function around it.
  EXPECT_EQ(Answer("void ^f();\nvoid g() { auto l = [] { f(); }; }", FindIncomingCalls), "g@1(1)");
  EXPECT_EQ(Answer("template <class T> void ^f(T);\ntemplate <class T> void g(T t) { f(t); f(1); }",
                   FindIncomingCalls),
            "g@1(1,1)");
  EXPECT_EQ(Answer("void ^f();\n#define CALL f()\nvoid g() { CALL; }", FindIncomingCalls),
            "g@2(2)");
}

TEST(Hierarchy, Callees) {
  MarkedSource source(
      "void a(); struct S { S(); int m(); };\n"
      "void ^f() { a(); S().m();\na(); auto* p = &a; }\nvoid a() { f(); }");
  HierarchyAnswer answer = Ask(source, FindOutgoingCalls);
  EXPECT_EQ(Show(answer), "a@3(1,2) S::m@0(1) S::S@0(1)");
  EXPECT_TRUE(answer.is_defined_here);
  MarkedSource declared("void ^f(); void g() { f(); }");
  EXPECT_FALSE(Ask(declared, FindOutgoingCalls).is_defined_here);
}

TEST(Hierarchy, BasesAndDerivedClasses) {
  const char* classes =
      "struct A {};\ntemplate <class T> struct B {};\nnamespace n {\nstruct ^C : A, B<int> {};\n"
      "struct D : C {};\nstruct E : D {};\n}\nvoid f() { struct Local : n::C {}; }\n"
      "template <class T> struct G : T, n::C, B<T> {};";
  EXPECT_EQ(Answer(classes, FindSupertypes), "A@0 B@1");
  EXPECT_EQ(Answer(classes, FindSubtypes), "n::D@4 G@8 f::Local@7");
  EXPECT_EQ(Answer("template <class T> struct ^B {}; struct D : B<int> {};\n"
                   "template <class T> struct E : B<T> {};",
                   FindSubtypes),
            "D@0 E@1");
}

TEST(Hierarchy, ClassesOfHeadersAreSeen) {
  MarkedSource source("#include \"a.h\"\nstruct D : ^C {};");
  source.File("a.h", "struct A {};\nstruct C : A {};\nstruct E : C {};\n");
  EXPECT_EQ(Show(Ask(source, FindSubtypes)), "E@2 D@1");
  HierarchyAnswer bases = Ask(source, FindSupertypes);
  EXPECT_EQ(Show(bases), "A@0");
  EXPECT_FALSE(bases.is_defined_here);
}

}  // namespace
}  // namespace astrolabe
