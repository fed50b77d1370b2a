// What is offered where, and what comes first.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/features/completion/completion_run.h"

namespace astrolabe {
namespace {

const CompletionOption* Find(const CompletionAnswer& answer, const std::string& label) {
  for (const CompletionOption& option : answer.options) {
    if (option.label == label) return &option;
  }
  return nullptr;
}

std::string Names(const CompletionAnswer& answer) {
  std::string names;
  for (size_t i = 0; i < answer.options.size() && i < 20; ++i) {
    names += answer.options[i].label + " | ";
  }
  return names;
}

// The option of that name, or one that says that there is none.
CompletionOption Get(const CompletionAnswer& answer, const std::string& label) {
  const CompletionOption* option = Find(answer, label);
  if (option != nullptr) return *option;
  ADD_FAILURE() << "no " << label << " in " << Names(answer);
  return {};
}

struct Case {
  const char* code;
  const char* first;  // empty: not said
  std::vector<const char*> there = {};
  std::vector<const char*> not_there = {};
};

void Check(const std::vector<Case>& cases, const CompletionSetup& setup = {}) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.code);
    CompletionAnswer answer = Complete(c.code, setup);
    if (*c.first != '\0') {
      ASSERT_FALSE(answer.options.empty());
      EXPECT_EQ(answer.options[0].label, c.first) << Names(answer);
    }
    for (const char* name : c.there) {
      EXPECT_NE(Find(answer, name), nullptr) << name << " not in " << Names(answer);
    }
    for (const char* name : c.not_there) {
      EXPECT_EQ(Find(answer, name), nullptr) << name << " in " << Names(answer);
    }
  }
}

TEST(Completion, Members) {
  Check({
      {"struct S { int first; void second(int x); };\nvoid f(S s) { s.^ }",
       "",
       {"first", "second"},
       {"S", "f", "int"}},
      {"struct B { int base; }; struct S : B { int own; };\nvoid f(S *s) { s->^ }",
       "own",
       {"base"}},
      {"class C { int hidden; public: int shown; };\nvoid f(C c) { c.^ }", "shown", {}, {"hidden"}},
      {"class C { int hidden; void f(C c) { c.hi^ } };", "hidden"},
      {"struct S { int alpha_beta; int alphabet; };\nint f(S s) { return s.ab^; }", "alpha_beta"},
      {"struct S { ~S(); int a; };\nvoid f(S s) { s.~^ }", "", {"~S"}},
      {"union U { int one; float two; }; int f(U u) { return u.t^wo; }", "two"},
  });
}

TEST(Completion, Scopes) {
  Check({
      {"namespace ns { int inside; class Type; namespace deep {} }\nint x = ns::^",
       "inside",
       {"Type", "deep"},
       {"x", "int", "ns"}},
      {"#include <vector>\nstd::ve^", "vector", {}, {"_Vector_base"}},
      {"enum class Color { kRed, kGreen };\nColor c = Color::^", "", {"kRed", "kGreen"}},
      {"struct S { static int count; using Type = int; int field; };\nint x = S::c^", "count"},
      {"namespace a { int in_a; }\nusing namespace a;\nint x = in_^", "in_a"},
      {"int global_one; namespace n { int global_two; int x = ::glo^; }",
       "global_one",
       {},
       {"global_two"}},
  });
}

TEST(Completion, LocalsComeFirst) {
  Check({
      {"int valueGlobal; void f(int valueParameter) { int valueLocal = 0; val^ }",
       "",
       {"valueGlobal", "valueParameter", "valueLocal"}},
      {"int value; void f() { int value2 = 0; va^ }", "value2"},
      {"int number1; struct S { int number2; void f() { int number3; numb^ } };",
       "number3",
       {"number2", "number1"}},
      {"void f() { int before = 0; bef^; int beforehand = 0; }", "before", {}, {"beforehand"}},
  });
}

TEST(Completion, TheExpectedTypeDecides) {
  Check({
      {"struct A {}; struct B {}; void take(B b);\nvoid f() { A it1; B it2; A it3; take(it^); }",
       "it2"},
      {"void f(double d1, const char *d2, bool d3) { const char *x = d^; }", "d2"},
      {"enum E { kOne, kTwo }; void f(E e) { int keep; switch (e) { case k^ } }",
       "",
       {"kOne", "kTwo"}},
      {"struct S { int size() const; S *self(); }; int f(S s) { return s.s^; }", "size"},
      {"struct S { int size() const; S *self(); }; S *f(S s) { return s.s^; }", "self"},
      {"struct Base {}; struct Derived : Base {}; struct Other {};\n"
       "Base *f(Other *p1, Derived *p2) { return p^; }",
       "p2"},
  });
}

TEST(Completion, WhatIsMeantMostOftenComesFirst) {
  Check({
      {"#include <algorithm>\nvoid f() { std::so^ }", "sort"},
      {"#include <memory>\nstruct S { int member; };\nvoid f(std::unique_ptr<S> p) { p->^ }",
       "member",
       {"get"}},
      {"#include <memory>\nstruct S { int member; };\nvoid f(std::unique_ptr<S> p) { p.re^ }",
       "reset"},
      {"struct max_align {}; struct S {}; S make(); S s = ma^;", "make"},
      {"struct Wanted {}; struct Walrus {}; Wanted s = Wa^;", "Wanted"},
      {"void f() { int local; ^ }", "local"},
  });
}

TEST(Completion, KeywordsAndPatterns) {
  Check({
      {"void f() { whil^ }", "while"},
      {"void f() { for^ }", "for"},
      {"void f() { if^ }", "if"},
      {"int f() { retur^ }", "return"},
      {"names^", "namespace"},
      {"struct S { publi^ };", "public"},
      {"auto x = nullp^;", "nullptr"},
      {"#inc^", "include"},
      {"void f() { stat^ }", "static"},
  });
}

TEST(Completion, BrokenCodeAround) {
  Check({
      {"struct S { int member; };\nvoid g() { a b c ] }\nvoid f(S s) { if (x) { s.^", "member"},
      {"#include \"missing.h\"\n#include <vector>\nvoid f(std::vector<int> &v) { v.push_b^ }",
       "push_back"},
      {"struct S { int member; S(; };\nint f(S s) { return unknown(1, s.mem^); }", "member"},
      {"void f() { int local; { { loc^", "local"},
      {"void f() { int local; if (x { loc^", "local"},
      {"struct S { int member; };\nvoid f(S s) { foo bar; s.^; } }}}", "member"},
  });
}

TEST(Completion, InMacros) {
  Check({
      {"#define ID(x) x\nstruct S { int member; };\nint f(S s) { return ID(s.^); }", "member"},
      {"void g(const char*);\n#define CHECK(x) ((x) ? (void)0 : g(#x))\n"
       "struct S { bool ok; };\nvoid f(S s) { CHECK(s.^); }",
       "ok"},
      {"#define SOME_MACRO 1\nint x = SOME_M^", "SOME_MACRO"},
      {"#define SOME_MACRO 1\n#ifdef SOME_^", "SOME_MACRO"},
      {"#define CALL(x) do { x; } while (0)\nvoid f() { int local; CALL(loc^); }", "local"},
      {"int x = __cplus^", "__cplusplus"},
  });
}

TEST(Completion, LambdasTemplatesAndInitialisers) {
  Check({
      {"void f() { int outer; auto l = [&](int inner) { return inn^; }; }", "inner"},
      {"void f() { int outer; auto l = [out^] {}; }", "outer"},
      {"struct S { int member; }; template <typename T> void f(T t, S s) { s.^ }", "member"},
      {"#include <vector>\ntemplate <typename T> void f(std::vector<T> v) { v.siz^ }", "size"},
      {"template <typename Element> Elem^", "Element"},
      {"struct B { B(int); }; struct S : B { int alpha; int beta; S() : al^ };", "alpha"},
      {"struct S { int alpha; int beta; S() : alpha(1), ^ {} };", "beta", {}, {"alpha"}},
      {"struct S { int alpha; int beta; S(int alp2) : alpha(alp2) {} int g() { return be^; } };",
       "beta"},
      {"struct P { int xx; int yy; }; P p = {.^", "", {"xx", "yy"}},
      {"void f() { auto l = [] { struct S { int member; } s; s.^ }; }", "member"},
      {"template <typename T> concept Small = true; template <Sma^", "Small"},
  });
}

TEST(Completion, IncludedFiles) {
  CompletionSetup setup;
  setup.files = {{"beside.h", ""}, {"folder/deep.h", ""}, {"folder/other-one.h", ""}};
  Check({{"#include \"bes^", "beside.h\""},
         {"#include \"fold^", "folder/"},
         {"#include \"folder/^", "", {"deep.h\"", "other-one.h\""}},
         {"#include \"folder/other-o^ne.h\"\nint x;", "other-one.h\""},
         {"#include \"beside.h\"\n#include <vec^\nint y;", "vector>"},
         {"int x;\n#include <vec^>", "vector>"}},
        setup);
  CompletionOption option = Get(Complete("#include \"fold^", setup), "folder/");
  EXPECT_EQ(option.kind, 19u);
  EXPECT_EQ(Get(Complete("#include \"bes^", setup), "beside.h\"").kind, 17u);
}

TEST(Completion, NothingInCommentsStringsAndNumbers) {
  for (const char* code : {"int x; // comm^", "const char *s = \"te^xt\";", "int x = 12^;",
                           "/* in^ */ int interesting;"}) {
    CompletionAnswer answer = Complete(code);
    EXPECT_TRUE(answer.options.empty()) << code << ": " << Names(answer);
    EXPECT_FALSE(answer.wants_index) << code;
  }
}

TEST(Completion, SnippetsHavePlaceholders) {
  const std::string begin =
      "int add(int left, const char *right = nullptr);\nint none();\n"
      "template <typename T> T make(int n);\n";
  CompletionOption add = Get(Complete(begin + "int x = ad^"), "add");
  EXPECT_EQ(add.insert, "add");
  EXPECT_EQ(add.snippet, "add(${1:int left})");
  EXPECT_EQ(add.signature, "(int left, const char *right = nullptr)");
  EXPECT_EQ(add.result, "int");
  EXPECT_EQ(add.kind, 3u);
  EXPECT_EQ(add.usr, "c:@F@add#I#*1C#");
  EXPECT_EQ(Get(Complete(begin + "int x = ad^(1)"), "add").snippet, "");
  EXPECT_EQ(Get(Complete(begin + "int x = non^"), "none").snippet, "none()");
  EXPECT_EQ(Get(Complete(begin + "int x = mak^"), "make").snippet,
            "make<${1:typename T}>(${2:int n})");
  EXPECT_EQ(Get(Complete("#define F(a, b) a\nint x = F^"), "F").snippet, "F(${1:a}, ${2:b})");
  CompletionOption loop = Get(Complete("void f() { whil^ }"), "while");
  EXPECT_EQ(loop.snippet, "while (${1:condition}) {\n\t${2:statements}\n}");
  EXPECT_EQ(Get(Complete("void f() { whil^ (true) {} }"), "while").snippet, "");
}

TEST(Completion, OverloadsAreOneOption) {
  CompletionAnswer answer = Complete(
      "struct S { void put(int); void put(char); void put(int, int) const; void pull(); };\n"
      "void f(S s) { s.pu^ }");
  EXPECT_EQ(answer.options.size(), 2u) << Names(answer);
  CompletionOption put = Get(answer, "put");
  EXPECT_EQ(put.signature, "(…)");
  EXPECT_EQ(put.result, "[3 overloads]");
  EXPECT_EQ(put.snippet, "put($0)");
}

TEST(Completion, AClassIsOneOptionWithItsConstructors) {
  CompletionAnswer answer =
      Complete("struct Thing { Thing(int); Thing(char); };\nvoid f() { auto x = Thi^; }");
  EXPECT_EQ(answer.options.size(), 1u) << Names(answer);
  EXPECT_EQ(Get(answer, "Thing").kind, 22u);
}

TEST(Completion, DotBecomesArrow) {
  CompletionAnswer answer =
      Complete("struct S { int member; };\nint f(S *s) {\n  return s.mem^;\n}");
  CompletionOption member = Get(answer, "member");
  ASSERT_EQ(member.edits.size(), 1u);
  EXPECT_EQ(member.edits[0].text, "->");
  EXPECT_EQ(member.edits[0].range, (CodeRange{{2, 10}, {2, 11}}));
  EXPECT_EQ(answer.replaced, (CodeRange{{2, 11}, {2, 14}}));
}

TEST(Completion, OverridesAreWrittenOut) {
  CompletionAnswer answer = Complete(
      "struct B { virtual int run(const char *x) const; virtual void walk() = 0; };\n"
      "struct D : B { ru^ };");
  CompletionOption run = Get(answer, "int run(const char *x) const override");
  EXPECT_EQ(run.filter, "run");
  EXPECT_EQ(run.kind, 2u);
  EXPECT_EQ(run.snippet, "");
}

TEST(Completion, DeprecatedOnesAreMarkedAndLater) {
  CompletionAnswer answer =
      Complete("__attribute__((deprecated)) void call_a();\nvoid call_b();\nvoid f() { call_^ }");
  ASSERT_EQ(answer.options.size(), 2u) << Names(answer);
  EXPECT_EQ(answer.options[0].label, "call_b");
  EXPECT_TRUE(answer.options[1].is_deprecated);
}

TEST(Completion, SpecialMembersAreLast) {
  CompletionAnswer answer = Complete(
      "struct S { ~S(); S &operator=(const S &); void plain(); operator int(); };\n"
      "void f(S s) { s.^ }");
  ASSERT_EQ(answer.options.size(), 4u) << Names(answer);
  EXPECT_EQ(answer.options[0].label, "plain");
}

TEST(Completion, ReservedNamesOnlyIfTyped) {
  CompletionSetup setup;
  setup.files = {{"h.h", "int _Reserved; int __reserved2; int ordinary;"}};
  Check({{"#include \"h.h\"\nint x = ^", "", {"ordinary"}, {"_Reserved", "__reserved2"}},
         {"#include \"h.h\"\nint x = res^", "", {}, {"_Reserved", "__reserved2"}},
         {"#include \"h.h\"\nint x = _Res^", "_Reserved"},
         {"int _Mine; int x = Min^;", "_Mine"}},
        setup);
}

TEST(Completion, Documentation) {
  CompletionSetup setup;
  setup.files = {{"h.h",
                  "/// Adds two numbers.\n///\n/// With care.\nint add(int a, int b);\n"
                  "// Plain words.\nint sub(int a, int b);\n"}};
  EXPECT_EQ(Get(Complete("#include \"h.h\"\nint x = ad^", setup), "add").documentation,
            "Adds two numbers.");
  EXPECT_EQ(Get(Complete("#include \"h.h\"\nint x = su^", setup), "sub").documentation,
            "Plain words.");
}

TEST(Completion, OtherBodiesAreSkippedButNotThoseThatCount) {
  bool has_parsed_other_body = true;
  CompletionSetup setup;
  setup.has_parsed_other_body = &has_parsed_other_body;
  setup.files = {{"h.h", "inline int in_header() { int x = 1; return x; }"}};
  CompletionAnswer answer = Complete(
      "#include \"h.h\"\nvoid other() { int x; }\nauto deduced() { struct S { int member; }; "
      "return "
      "S(); }\nvoid f() { deduced().^ }",
      setup);
  EXPECT_EQ(Names(answer), "member | ");
  EXPECT_FALSE(has_parsed_other_body);
}

TEST(Completion, WhatTheIndexIsAsked) {
  CompletionAnswer answer = Complete("namespace a { namespace { namespace b { int x = f^ } } }");
  EXPECT_TRUE(answer.wants_index);
  EXPECT_EQ(answer.scopes, (std::vector<std::string>{"a::b::", "a::", ""}));
  answer = Complete("namespace used {} using namespace used; int x = f^;");
  EXPECT_EQ(answer.scopes, (std::vector<std::string>{"", "used::"}));
  answer = Complete("namespace a { int y; } int x = a::^;");
  EXPECT_EQ(answer.scopes, (std::vector<std::string>{"a::"}));
  answer = Complete("void f() { unknown::name::^ }");
  EXPECT_TRUE(answer.wants_index);
  EXPECT_EQ(answer.scopes, (std::vector<std::string>{"unknown::name::"}));
  EXPECT_FALSE(Complete("struct S { int x; }; void f(S s) { s.^ }").wants_index);
}

TEST(Completion, TheLimitMakesItIncomplete) {
  CompletionSetup setup;
  setup.limit = 3;
  CompletionAnswer answer = Complete("int a1, a2, a3, a4; int x = a^", setup);
  EXPECT_EQ(answer.options.size(), 3u);
  EXPECT_TRUE(answer.is_incomplete);
  EXPECT_FALSE(Complete("int a1; struct S { int y; } s; int x = s.^", setup).is_incomplete);
}

TEST(Completion, PlainC) {
  CompletionSetup setup;
  setup.name = "main.c";
  setup.flags = {"-std=c17"};
  Check({{"struct point { int xx; };\nint f(struct point *p) { return p->^; }", "xx"},
         {"struct point { int xx; };\nstruct poi^", "point"},
         {"typedef struct { int field; } T; void f(void) { T local; loc^ }", "local"},
         {"struct s { int aa; int bb; }; struct s x = { .b^ };", "bb"}},
        setup);
}

// Whatever is around the point, there is an answer, whole or empty.
TEST(Completion, EveryPlaceCanBeAsked) {
  const std::string text =
      "#include <cstddef>\n#define ID(x) x\n/* c */ struct S : Unknown { int m = ID(1);\n"
      " S() : m(\"s\\n\"[0]) {} template <typename T> auto f(T t) { return [=] { return t.m->x; }; "
      "}\n"
      "};\n#if FOO\nint no;\n#else\nenum E { kA = 'x' };\n#endif\n"
      "void g(S *s) { for (auto x : {1, 2}) s.f<int>(x)(); switch (E()) { case kA:; }\n";
  size_t with_options = 0;
  for (size_t at = 0; at <= text.size(); ++at) {
    std::string marked = text.substr(0, at) + "^" + text.substr(at);
    SCOPED_TRACE(marked);
    CompletionSetup setup;
    setup.limit = 5;
    CompletionAnswer answer = Complete(marked, setup);
    EXPECT_LE(answer.replaced.begin, answer.replaced.end);
    if (!answer.options.empty()) ++with_options;
    SignatureHelp(marked, setup);
  }
  EXPECT_GT(with_options, text.size() / 2);
}

}  // namespace
}  // namespace astrolabe
