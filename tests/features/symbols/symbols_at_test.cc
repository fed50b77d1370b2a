// What a name stands for: definitions, declarations, types, links. In each example `^` is where the user is
// and `[[…]]` the names that they get to.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/symbols_at.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/features/symbols/answer.h"
#include "base/archive.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

// From every point to all ranges: definitions where they are known, otherwise declarations.
void CheckDefinition(const char* marked) {
  MarkedSource source(marked);
  source.Parse([&](LiveAst& ast) {
    std::vector<CodePlace> points = source.Points();
    ASSERT_FALSE(points.empty()) << marked;
    for (CodePlace point : points) {
      std::vector<CodeRange> got;
      SymbolsAnswer answer = FindSymbolsAt(ast, point);
      for (const LiveSymbol& symbol : answer.symbols) {
        const auto& where = symbol.definition ? symbol.definition : symbol.declaration;
        if (where.has_value() && where->path == ast.path) got.push_back(where->range);
      }
      for (const CodeLocation& target : answer.targets) got.push_back(target.range);
      std::sort(got.begin(), got.end());
      EXPECT_EQ(got, source.Ranges()) << marked << "\nat " << point.line << ":" << point.column;
      if (!source.Ranges().empty()) {
        EXPECT_LE(answer.range.begin, point) << marked;
        EXPECT_LE(point, answer.range.end) << marked;
      }
    }
  });
}

void CheckDefinitions(std::initializer_list<const char*> examples) {
  for (const char* example : examples) CheckDefinition(example);
}

TEST(SymbolsAt, NamesOfFunctionsAndVariables) {
  CheckDefinitions({
      "int [[x]] = 1; int y = ^x^;",
      "int ^f(int); int [[f]](int) { return 0; } int z = ^f(1);",
      "void f(int [[a]]) { ^a = 2; }",
      "struct S { int [[m]]; }; int f(S s) { return s.^m; }",
      "struct S { int [[m]]; int f() { return ^m + this->^m; } };",
      "struct S { void f(); }; void S::[[f]]() {} void g(S& s) { s.^f(); }",
      "struct S { static int f(); }; int S::[[f]]() { return 0; } int x = S::^f();",
      "namespace a { int [[x]]; } int y = a::^x;",
      "namespace [[a]] { int x; } int y = ^a::x;",
      "namespace a { int x; } namespace [[b]] = a; int y = ^b::x;",
      "enum class [[E]] { A }; ^E e = E::A;",
      "enum E { [[A]] }; int x = ^A;",
      "struct P { int x, y; }; void f(P p) { auto [ [[a]], b] = p; int c = ^a + b; }",
      "int f() { [[out]]: goto ^out; }",
      "struct A { int [[x]]; }; A a{.^x = 1};",
      "struct A { int [[x]]; A() : ^x(1) {} };",
      "union U { int [[i]]; float f; }; int g(U u) { return u.^i; }",
      "extern int ^[[x]];",
      "struct O { struct { int [[in]]; }; }; int f(O o) { return o.^in; }",
      "int f() { for (int [[i]] = 0; ^i < 3; ++^i) {} return 0; }",
      "int f(int (&a)[3]) { for (int& [[i]] : a) ^i = 1; return 0; }",
      "#include <stddef.h>\nstruct S { int [[a]]; }; int x = offsetof(S, ^a);",
  });
}

TEST(SymbolsAt, TypesAndConstructors) {
  CheckDefinitions({
      "struct [[S]] {}; ^S s;",
      "struct S; ^S* p; struct [[S]] {};",
      "struct [[S]] {}; void f(const struct ^S&);",
      "using [[T]] = int; ^T x;",
      "typedef int [[T]]; ^T x;",
      "struct B { B(int); }; struct [[D]] : B { using B::B; }; ^D d(1);",
      "struct [[B]] {}; struct D : ^B {};",
      "struct [[S]] { S(int); }; auto x = ^S(1);",
      "struct S { [[S]](int); }; auto x = S ^(1);",
      "struct S { [[S]](int); }; S x ^{1};",
      "struct S { S(); ~S(); }; S::[[~S]]() {} void f(S* s) { s->~^S(); s->^~S(); }",
      "struct [[S]] {}; ^auto s = S();",
      "struct [[S]] {}; S s; ^decltype(s) t;",
      "struct [[S]] {}; ^auto f() { return S(); }",
      "struct [[S]] { S* f() { return ^this; } };",
      "struct S { void* [[operator new]](unsigned long); }; void* p = ^new S;",
      "struct [[S]] {}; auto g = [](^S s) {};",
      "struct A { struct [[B]] {}; }; A::^B b;",
      "struct A { virtual void [[f]](); }; struct B : A { void f() ^override; };",
      "struct A { virtual void [[f]](); }; struct B : A { void f() ^final {} };",
      "struct A { friend void [[g]](A); }; void f(A a) { ^g(a); }",
  });
}

TEST(SymbolsAt, Operators) {
  CheckDefinitions({
      "struct S {}; int [[operator+]](S, S); int x = S() ^+ S();",
      "struct S { int [[operator()]](int); }; int f(S s) { return s ^(1); }",
      ("struct S { bool operator==(const S&) const; }; bool S::[[operator==]](const S&) const "
       "{ return true; } bool f(S a) { return a ^== a; }"),
      "struct S { void [[^oper^ator^=^=]](int); };",
      "int [[operator\"\"_km]](unsigned long long); int x = 12_^km;",
      "struct S { explicit [[operator bool]](); }; bool f(S s) { return s.^operator bool(); }",
      "struct T { int m; }; struct S { T* [[operator->]](); }; int f(S s) { return s ^->m; }",
  });
}

TEST(SymbolsAt, TemplatesAndConcepts) {
  CheckDefinitions({
      "template <typename T> struct [[V]] {}; ^V<int> v;",
      "template <typename T> struct V {}; template <> struct [[V]]<int> {}; ^V<int> v;",
      "template <typename T> struct V { void [[f]](T) {} }; void g(V<int> v) { v.^f(1); }",
      "template <typename T> struct V { T [[x]]; }; int g(V<int> v) { return v.^x; }",
      "template <typename T> struct V { enum { [[A]] }; }; int x = V<int>::^A;",
      "template <typename T> struct V { using [[type]] = T; }; V<int>::^type x;",
      "template <typename [[T]]> ^T f(^T);",
      "template <int [[N]]> int x = ^N;",
      "template <template <class> class [[C]]> struct D { ^C<int> c; };",
      "template <typename T> struct [[V]] {}; template <template <class> class C> struct D {}; "
      "D<^V> "
      "d;",
      "template <typename T> T [[f]](T t) { return t; } int x = ^f(1) + ^f<int>(1);",
      "template <typename T> concept [[C]] = true; template <^C T> void f(^C auto x) requires "
      "^C<T>;",
      "template <typename T> int [[v]] = 1; int x = ^v<int>;",
      "template <typename T> struct S { S(T); }; template <typename T> struct [[V]] { V(T); }; ^V "
      "v(1);",
      "template <typename T> using [[P]] = T*; ^P<int> p;",
      "void [[f]](int); void [[f]](char); template <typename T> void g(T t) { ^f(t); }",
      "template <typename T> struct S { void [[f]](); void g() { this->^f(); } };",
      "template <typename T> struct S { int [[m]]; }; template <typename T> int f(S<T> s) { return "
      "s.^m; }",
      "template <typename T> struct S { struct [[I]] {}; }; template <typename T> void f() { "
      "typename "
      "S<T>::^I i; }",
      "template <typename... [[T]]> int x = sizeof...(^T);",
      "template <typename T> struct [[S]] { S(T); }; ^S(int) -> S<int>;",
      "template <typename T> struct S { static int [[x]]; }; template <typename T> int S<T>::x2; "
      "int y "
      "= S<int>::^x;",
  });
}

TEST(SymbolsAt, UsingAndLambdas) {
  CheckDefinitions({
      "namespace a { int [[x]]; } using a::^x;",
      "namespace a { int [[x]]; } using a::x; int y = ^x;",
      "namespace a { void [[f]](int); void [[f]](char); } using a::^f;",
      "namespace [[a]] {} using namespace ^a;",
      "enum class [[E]] { A }; using enum ^E;",
      "struct B { void [[f]](); }; struct D : B { using B::^f; };",
      "void f() { int [[x]] = 1; auto l = [^x] { return ^x; }; }",
      "void f() { int x = 1; auto l = [ [[y]] = x] { return ^y; }; }",
      "void f() { int [[x]] = 1; auto l = [&^x, y = ^x] { return 1; }; }",
      "void f() { int [[x]] = 1; auto l = [&] { ++^x; }; }",
      "struct [[S]] { void f() { auto l = [^this] {}; } };",
  });
}

TEST(SymbolsAt, Macros) {
  CheckDefinitions({
      "#define [[A]] 1\nint x = ^A;",
      "#define [[F]](x) x\nint y = ^F(1);",
      "#define F(x) x\nint [[z]]; int y = F(^z);",
      "#define [[A]] 1\n#ifdef ^A\n#endif\n#if defined(^A)\n#endif\n#undef ^A",
      "#define [[A]] 1\n#define B ^A\n",
      "#define ^[[A]] 1\n",
      "#define A 1\n#undef A\n#define [[A]] 2\nint x = ^A;",
      "#define MAKE(name) int name = 1;\nMAKE([[x]]) int y = ^x;",
      "// #define\n#define f(x) x\nstruct S { int [[f]]; }; int g(S s) { return s.^f; }",
  });
}

TEST(SymbolsAt, KeywordsLeadSomewhere) {
  CheckDefinitions({
      "int [[f]]() { ^return 1; }",
      "void [[f]]() { ^throw 1; }",
      "void f() { [[while]] (true) { ^continue; } }",
      "void f() { while (true) { ^break; }[[]] }",
      "void f(int x) { [[switch]] (x) { ^case 1: break; ^default: {} } }",
      "void f(int x) { switch (x) { case 1: ^break; }[[]] }",
      "struct S { S() = ^default; }; // ^break",
  });
}

TEST(SymbolsAt, BrokenCode) {
  CheckDefinitions({
      "int [[x]]; int y = undefined_name(^x);",
      "struct S { int [[m]]; }; void f(S s) { missing(s.^m); }",
      "void f(int [[a]]) { ^a = 1; if (",
      "^missing x;",
      "void f() { ^unknown(1); }",
      "int [[x]]; } ; int y = ^x;",
  });
}

TEST(SymbolsAt, WhatIsSaidOfASymbol) {
  MarkedSource source(R"marked(
    namespace ns {
    inline namespace v1 {
    struct Base {
      virtual void Run();
    };
    }  // namespace v1
    void f(int local) {
      ^local = 1;
      Base b;
      b.^Run();
    }
    }  // namespace ns
  )marked");
  source.Parse([&](LiveAst& ast) {
    SymbolsAnswer local = FindSymbolsAt(ast, source.Points()[0]);
    ASSERT_EQ(local.symbols.size(), 1u);
    EXPECT_TRUE(local.symbols[0].is_local);
    EXPECT_EQ(local.symbols[0].name, "local");
    SymbolsAnswer method = FindSymbolsAt(ast, source.Points()[1]);
    ASSERT_EQ(method.symbols.size(), 1u);
    EXPECT_EQ(method.symbols[0].usr, "c:@N@ns@N@v1@S@Base@F@Run#");
    EXPECT_EQ(method.symbols[0].scope, "ns::Base::");
    EXPECT_TRUE(method.symbols[0].is_virtual);
    EXPECT_FALSE(method.symbols[0].is_local);
    EXPECT_FALSE(method.symbols[0].definition.has_value());
    EXPECT_TRUE(method.symbols[0].declaration.has_value());
  });
}

TEST(SymbolsAt, Includes) {
  MarkedSource source(
      "#include $a[[\"dir/^a.h\"]]\n#  include <b.h> // b\n#^include \"missing.h\"\n"
      "#define NAME <b.h>\n#include NAME\n#include \"half\nint x = in_^a;\n");
  source.File("dir/a.h", "#pragma once\nint in_a;\n").File("inc/b.h", "\n");
  source.Flags({"-std=c++20", "-I/test/inc"});
  source.Parse([&](LiveAst& ast) {
    SymbolsAnswer include = FindSymbolsAt(ast, source.Points()[0]);
    ASSERT_EQ(include.targets.size(), 1u);
    EXPECT_EQ(include.targets[0].path, "/test/dir/a.h");
    EXPECT_EQ(include.range, source.Range("a"));
    EXPECT_TRUE(FindSymbolsAt(ast, source.Points()[1]).targets.empty());
    SymbolsAnswer other_file = FindSymbolsAt(ast, source.Points()[2]);
    ASSERT_EQ(other_file.symbols.size(), 1u);
    ASSERT_TRUE(other_file.symbols[0].definition.has_value());
    EXPECT_EQ(other_file.symbols[0].definition->path, "/test/dir/a.h");
    EXPECT_EQ(other_file.symbols[0].definition->range, (CodeRange{{1, 4}, {1, 8}}));
  });
}

void CheckType(const char* marked) {
  MarkedSource source(marked);
  source.Parse([&](LiveAst& ast) {
    std::vector<CodeRange> got;
    for (const LiveSymbol& symbol : FindTypeDefinition(ast, source.Point()).symbols) {
      const auto& where = symbol.definition ? symbol.definition : symbol.declaration;
      got.push_back(where->range);
    }
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, source.Ranges()) << marked;
  });
}

TEST(TypeDefinition, IsThatOfTheThing) {
  CheckType("struct [[S]] {}; S x; auto y = ^x;");
  CheckType("struct [[S]] {}; S* const* ^x;");
  CheckType("struct [[S]] {}; S f(); auto y = ^f();");
  CheckType("struct [[S]] {}; S x[3]; auto& y = ^x;");
  CheckType("enum [[E]] { A }; int x = ^A;");
  CheckType("using [[T]] = int; T ^x;");
  CheckType("struct [[S]] {}; void f() { ^auto x = S(); }");
  CheckType("struct [[S]] {}; void f() { auto ^x = S(); }");
  CheckType(
      "template <class T> struct V { T front(); }; struct [[S]] {}; void f(V<S> v) { "
      "v.^front(); }");
  CheckType(
      "template <class T> struct [[my_ptr]] { T* operator->(); }; struct [[S]] {}; my_ptr<S> ^p;");
  CheckType("int ^x;");
}

TEST(Answer, IsTheEncodedOne) {
  MarkedSource source("int [[x]] = 1; int y = ^x;");
  source.Parse([&](LiveAst& ast) {
    Question question;
    question.kind = QuestionKind::kSymbols;
    question.place = source.Point();
    auto answer = Decode<SymbolsAnswer>(AnswerSymbolQuestion(ast, question));
    ASSERT_TRUE(answer.ok());
    ASSERT_EQ(answer->symbols.size(), 1u);
    EXPECT_EQ(answer->symbols[0].definition->range, source.Range());
    question.kind = QuestionKind::kSemanticTokens;
    EXPECT_EQ(AnswerSymbolQuestion(ast, question), "");
  });
}

TEST(SymbolsAt, AMethodNamesWhatItOverrides) {
  MarkedSource source(
      "struct A { virtual void f(); }; struct B : A { void f() override; };"
      "struct C : B { void ^f() override; void g(); };");
  source.Parse([&](LiveAst& ast) {
    SymbolsAnswer answer = FindSymbolsAt(ast, source.Point());
    ASSERT_EQ(answer.symbols.size(), 1U);
    EXPECT_TRUE(answer.symbols[0].is_virtual);
    EXPECT_EQ(answer.symbols[0].overridden,
              (std::vector<std::string>{"c:@S@B@F@f#", "c:@S@A@F@f#"}));
  });
}

}  // namespace
}  // namespace astrolabe
