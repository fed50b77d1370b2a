// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/semantic_tokens.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/features/document/printing.h"
#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

constexpr const char* kTypes[] = {"variable",  "parameter", "function", "method",     "property",
                                  "class",     "interface", "enum",     "enumMember", "type",
                                  "typeParam", "namespace", "concept",  "macro",      "modifier",
                                  "operator",  "bracket",   "label",    "comment",    "unknown"};
// Scopes are said by their first letters only where a test asks for them.
constexpr const char* kModifiers[] = {"decl",     "def",     "deprecated", "readonly", "static",
                                      "abstract", "virtual", "dependent",  "library",  "mutable",
                                      "function", "class",   "file",       "global"};

// One token a line: its text, type and modifiers.
std::string Described(MarkedSource& source, const std::string& name = "main.cc",
                      bool scopes = false) {
  std::string result;
  source.Parse(
      [&](LiveAst& ast) {
        CodePlace last;
        for (const SemanticToken& token : MakeSemanticTokens(ast).tokens) {
          EXPECT_LE(last, token.begin) << "tokens are in order and apart";
          last = {token.begin.line, token.begin.column + token.length};
          if (token.type == TokenType::kBracket) continue;  // CheckBrackets looks at those
          std::string text = ast.text.substr(ast.OffsetOf(token.begin), token.length);
          EXPECT_EQ(text.find('\n'), std::string::npos);
          result += text + " " + kTypes[static_cast<int>(token.type)];
          for (int bit = 0; bit < (scopes ? 14 : 10); ++bit) {
            if ((token.modifiers & (1U << bit)) != 0) result += std::string(" ") + kModifiers[bit];
          }
          result += "\n";
        }
      },
      name);
  return result;
}

std::string Described(const std::string& text) {
  MarkedSource source(text);
  return Described(source);
}

TEST(SemanticTokens, DeclarationsAndUses) {
  EXPECT_EQ(Described("int x = 1;\nint f(int p) { int y = p + x; return f(y); }\n"),
            "x variable decl def\n"
            "f function decl def\n"
            "p parameter decl def\n"
            "y variable decl def\n"
            "p parameter\n"
            "+ operator\n"
            "x variable\n"
            "f function\n"
            "y variable\n");
}

TEST(SemanticTokens, ScopesSayWhereANameLives) {
  MarkedSource source(
      "int g; static int s; namespace { int a; } struct C { int m; }; void f() { int l; }");
  EXPECT_EQ(Described(source, "main.cc", /*scopes=*/true),
            "g variable decl def global\n"
            "s variable decl def file\n"
            "a variable decl def file\n"
            "C class decl def global\n"
            "m property decl def class\n"
            "f function decl def global\n"
            "l variable decl def function\n");
}

TEST(SemanticTokens, Classes) {
  EXPECT_EQ(Described("struct B { virtual ~B(); virtual void f() const = 0; static int n; };\n"
                      "struct D final : B {\n"
                      "  D() : x(0) {}\n"
                      "  void f() const override;\n"
                      "  int x;\n"
                      "};\n"
                      "void D::f() const {}\n"),
            "B class decl def abstract\n"
            "B class abstract\n"
            "f method decl readonly abstract virtual\n"
            "n property decl static\n"
            "D class decl def\n"
            "final modifier\n"
            "B class abstract\n"
            "D class decl def\n"
            "x property\n"
            "f method decl readonly virtual\n"
            "override modifier\n"
            "x property decl def\n"
            "D class\n"
            "f method decl def readonly virtual\n");
}

TEST(SemanticTokens, ConstantsAreReadonlyAndStaticsStatic) {
  EXPECT_EQ(Described("enum class E { kA };\nconst int c = 1;\nvoid f(const char* text, int& out) {"
                      " static E e = E::kA; }\n"),
            "E enum decl def\n"
            "kA enumMember decl def readonly\n"
            "c variable decl def readonly\n"
            "f function decl def\n"
            "text parameter decl def readonly\n"
            "out parameter decl def\n"
            "E enum\n"
            "e variable decl def static\n"
            "E enum\n"
            "kA enumMember readonly\n");
}

TEST(SemanticTokens, TemplatesAndConcepts) {
  EXPECT_EQ(
      Described("template <typename T> concept Small = sizeof(T) < 8;\n"
                "template <Small T, int N> struct Box { T value[N]; };\n"
                "Box<char, 2> box;\n"
                "template <typename T> void f(T t) { t.any(); typename T::inner i; T::call(); "
                "f(t.x); }\n"),
      "T typeParam decl def\n"
      "Small concept decl def\n"
      "T typeParam\n"
      "< operator\n"
      "Small concept\n"
      "T typeParam decl def\n"
      "N typeParam decl def readonly\n"
      "Box class decl def\n"
      "T typeParam\n"
      "value property decl def\n"
      "N typeParam readonly\n"
      "Box class\n"
      "box variable decl def\n"
      "T typeParam decl def\n"
      "f function decl def\n"
      "T typeParam\n"
      "t parameter decl def\n"
      "t parameter\n"
      "any unknown dependent\n"
      "T typeParam\n"
      "inner type dependent\n"
      "i variable decl def\n"
      "T typeParam\n"
      "call unknown dependent\n"
      "f function\n"
      "t parameter\n"
      "x unknown dependent\n");
}

TEST(SemanticTokens, DependentNamesAreGuessedFromThePrimaryTemplate) {
  EXPECT_EQ(Described("template <typename T> struct V { void push(T); };\n"
                      "template <typename T> void f(V<T> v) { v.push(T()); }\n"),
            "T typeParam decl def\n"
            "V class decl def\n"
            "push method decl\n"
            "T typeParam\n"
            "T typeParam decl def\n"
            "f function decl def\n"
            "V class\n"
            "T typeParam\n"
            "v parameter decl def\n"
            "v parameter\n"
            "push method dependent\n"
            "T typeParam\n");
}

// `[[<]]` are all that is expected.
void CheckBrackets(const std::string& marked) {
  MarkedSource source(marked);
  std::vector<CodePlace> found;
  source.Parse([&](LiveAst& ast) {
    for (const SemanticToken& token : MakeSemanticTokens(ast).tokens) {
      if (token.type != TokenType::kBracket) continue;
      EXPECT_EQ(token.length, 1U) << marked;
      EXPECT_EQ(token.modifiers, 0U) << marked;
      found.push_back(token.begin);
    }
  });
  std::vector<CodePlace> expected;
  for (const CodeRange& range : source.Ranges()) expected.push_back(range.begin);
  EXPECT_EQ(found, expected) << marked;
}

TEST(SemanticTokens, AngleBracketsOfDeclarations) {
  CheckBrackets("template [[<]]typename T, int N = (1 < 2)[[>]] struct V { T t; };");
  CheckBrackets(
      "template [[<]]class T[[>]] struct V; template [[<]]class T[[>]] struct V[[<]]T*[[>]] {};");
  CheckBrackets(
      "template [[<]]class T[[>]] struct V; template [[<]][[>]] struct V[[<]]int[[>]] {};");
  CheckBrackets("template [[<]]class T[[>]] struct V {}; template struct V[[<]]int[[>]];");
  CheckBrackets(
      "template [[<]]class T[[>]] void f(T); template [[<]][[>]] void f[[<]]int[[>]](int);");
  CheckBrackets(
      "template [[<]]class T[[>]] int v = 1; template [[<]][[>]] int v[[<]]char[[>]] = 2;\n"
      "template [[<]]class T[[>]] int v[[<]]T*[[>]] = 3;");
  CheckBrackets("template [[<]]template [[<]]class[[>]] class C[[>]] struct W {};");
  CheckBrackets(
      "template [[<]]class T[[>]] struct O { template [[<]]class U[[>]] struct I; void m(); };\n"
      "template [[<]]class T[[>]] template [[<]]class U[[>]] struct O[[<]]T[[>]]::I {};\n"
      "template [[<]]class T[[>]] void O[[<]]T[[>]]::m() {}\n"
      "template [[<]][[>]] void O[[<]]int[[>]]::m() {}");
  CheckBrackets(
      "template [[<]]class T[[>]] concept C = sizeof(T) > 4; template [[<]]C T[[>]] void f();\n"
      "template [[<]]class T[[>]] requires C[[<]]T[[>]] void g();");
  CheckBrackets(
      "template [[<]]class T[[>]] struct V { V(T); }; template [[<]]class T[[>]] V(T) -> "
      "V[[<]]T[[>]];");
  // Of a lambda not its own, as in clangd.
  CheckBrackets("template [[<]]class T[[>]] struct V {}; auto l = []<class T>(V[[<]]T[[>]]) {};");
}

TEST(SemanticTokens, AngleBracketsOfUses) {
  const std::string v =
      "template [[<]]class T[[>]] struct V { template [[<]]class U[[>]] void m(U); };\n"
      "template [[<]]class T[[>]] void f(T); template [[<]]class T[[>]] int x = 0;\n";
  CheckBrackets(v + "V[[<]]V[[<]]V[[<]]int[[>]][[>]][[>]] a;");
  CheckBrackets(v +
                "void g() { f[[<]]int[[>]](1); f[[<]][[>]](1); x[[<]]int[[>]] = 1 < 2 && 3 > 2; }");
  CheckBrackets(v +
                "void g(V[[<]]int[[>]]& a) { a.m[[<]]int[[>]](1); a.template m[[<]]int[[>]](1); }");
  CheckBrackets(v +
                "void g(long l) { static_cast[[<]]int[[>]](l); "
                "reinterpret_cast[[<]]V[[<]]int[[>]]*[[>]](l); }");
  CheckBrackets(
      v +
      "template [[<]]class T[[>]] void g(T t) { f[[<]]T[[>]](t); t.template m[[<]]T[[>]]();\n"
      "  T::template n[[<]]int[[>]](); typename T::template Z[[<]]int[[>]] z; }");
  CheckBrackets(v + "struct D : V[[<]]int[[>]] { D() : V[[<]]int[[>]]() {} };");
  CheckBrackets(v + "#define ID(x) x\nID(V[[<]]V[[<]]int[[>]][[>]]) a;");
  CheckBrackets(v + "#define TYPE(x) V<x>\n#define LESS <\nTYPE(int) a; V LESS int> b;");
}

TEST(SemanticTokens, InstantiationsChangeNothing) {
  std::string pattern = "template <typename T> T twice(T t) { return t + t; }\n";
  std::string plain = Described(pattern);
  std::string with_uses =
      Described(pattern + "int i = twice(1); double d = twice(1.0);\ntemplate char twice(char);\n");
  EXPECT_TRUE(with_uses.starts_with(plain)) << with_uses;
}

TEST(SemanticTokens, NamespacesAndUsings) {
  EXPECT_EQ(Described("namespace a::b { int x; struct S; }\nnamespace c = a::b;\n"
                      "using namespace a;\nusing c::x;\nusing T = a::b::S;\nT* t;\n"),
            "a namespace decl def\n"
            "b namespace decl def\n"
            "x variable decl def\n"
            "S class decl\n"
            "c namespace decl def\n"
            "a namespace\n"
            "b namespace\n"
            "a namespace\n"
            "c namespace\n"
            "x variable\n"
            "T class decl def\n"
            "a namespace\n"
            "b namespace\n"
            "S class\n"
            "T class\n"
            "t variable decl def\n");
}

TEST(SemanticTokens, AutoIsWhatItStandsFor) {
  EXPECT_EQ(Described("struct S {} s; auto a = s; auto i = 1; decltype(s) d;"),
            "S class decl def\n"
            "s variable decl def\n"
            "auto class\n"
            "a variable decl def\n"
            "s variable\n"
            "auto type library\n"
            "i variable decl def\n"
            "decltype class\n"
            "s variable\n"
            "d variable decl def\n");
}

TEST(SemanticTokens, LambdasAndBindings) {
  EXPECT_EQ(
      Described("struct P { int x, y; };\n"
                "void f(P p) { auto [a, b] = p; auto g = [a, &p, c = b](int d) { return a + d; "
                "}; g(1); }\n"),
      "P class decl def\n"
      "x property decl def\n"
      "y property decl def\n"
      "f function decl def\n"
      "P class\n"
      "p parameter decl def\n"
      "auto class\n"
      "a variable decl def\n"
      "b variable decl def\n"
      "p parameter\n"
      "g variable decl def\n"
      "a variable\n"
      "p parameter\n"
      "c variable decl def\n"
      "b variable\n"
      "d parameter decl def\n"
      "a variable\n"
      "+ operator\n"
      "d parameter\n"
      "g variable\n"
      "( operator readonly\n"
      ") operator readonly\n");
}

TEST(SemanticTokens, OverloadedOperatorsAndConversions) {
  EXPECT_EQ(
      Described("struct S { S operator+(const S&) const; int operator[](int); operator bool(); };\n"
                "int f(S s) { if (s) return 1; return (s + s)[0]; }\n"),
      "S class decl def\n"
      "S class\n"
      "+ operator decl readonly\n"
      "S class\n"
      "[ operator decl\n"
      "] operator decl\n"
      "f function decl def\n"
      "S class\n"
      "s parameter decl def\n"
      "s parameter\n"
      "s parameter\n"
      "+ operator readonly\n"
      "s parameter\n"
      "[ operator\n"
      "] operator\n");
}

TEST(SemanticTokens, ArgumentsThatACallMayChange) {
  EXPECT_EQ(Described("void swap(int& a, const int& b);\nstruct S { int m; S(int&); };\n"
                      "void f(int x, S& s) { swap(x, x); swap(s.m, x); S t(x); }\n"),
            "swap function decl\n"
            "a parameter decl def\n"
            "b parameter decl def readonly\n"
            "S class decl def\n"
            "m property decl def\n"
            "S class decl\n"
            "f function decl def\n"
            "x parameter decl def\n"
            "S class\n"
            "s parameter decl def\n"
            "swap function\n"
            "x parameter mutable\n"
            "x parameter\n"
            "swap function\n"
            "s parameter\n"
            "m property mutable\n"
            "x parameter\n"
            "S class\n"
            "t variable decl def\n"
            "x parameter mutable\n");
}

TEST(SemanticTokens, MacrosAndTheirArguments) {
  EXPECT_EQ(Described("#define TWICE(x) ((x) + (x))\n#ifdef TWICE\nint a = TWICE(1);\n#endif\n"
                      "int b = TWICE(a);\n#define DECLARE int hidden\nDECLARE;\n#undef TWICE\n"),
            "TWICE macro decl\n"
            "TWICE macro\n"
            "a variable decl def\n"
            "TWICE macro\n"
            "b variable decl def\n"
            "TWICE macro\n"
            "a variable\n"
            "DECLARE macro decl\n"
            "DECLARE macro\n"
            "TWICE macro\n");
}

TEST(SemanticTokens, InactiveCodeIsCommentLineByLine) {
  EXPECT_EQ(Described("#if 0\nint no;\n\n  int never;\n#else\nint x;\n#endif\n"),
            "int no; comment\n"
            "  int never; comment\n"
            "x variable decl def\n");
}

TEST(SemanticTokens, DeprecatedAndLibrary) {
  MarkedSource source(
      "#include <lib.h>\n__attribute__((deprecated)) int old;\nint f() { return from_library(); "
      "}\n");
  source.File("lib.h", "int from_library();\n").Flags({"-isystem", "/test"});
  EXPECT_EQ(Described(source),
            "old variable decl def deprecated\n"
            "f function decl def\n"
            "from_library function library\n");
}

TEST(SemanticTokens, LabelsAndDesignators) {
  EXPECT_EQ(Described("struct P { int x; } p = {.x = 1};\nvoid f() { again: goto again; }\n"),
            "P class decl def\n"
            "x property decl def\n"
            "p variable decl def\n"
            "x property\n"
            "f function decl def\n"
            "again label decl def\n"
            "again label\n");
}

TEST(SemanticTokens, PlainC) {
  MarkedSource source("typedef struct { int x; } point;\nint norm(point* p) { return p->x; }\n");
  source.Flags({"-xc"});
  EXPECT_EQ(Described(source, "main.c"),
            "x property decl def\n"
            "point class decl def\n"
            "norm function decl def\n"
            "point class\n"
            "p parameter decl def\n"
            "p parameter\n"
            "x property\n");
}

TEST(SemanticTokens, ObjectiveC) {
  MarkedSource source(
      "@protocol P - (void)go; @end\n@interface C <P> @property int size; - (void)put:(int)x "
      "at:(int)y; "
      "@end\nvoid f(C* c) { [c put:1 at:c.size]; [c go]; }\n");
  source.Flags({"-xobjective-c", "-fno-objc-arc"});
  EXPECT_EQ(Described(source, "main.m"),
            "P interface decl def\n"
            "go method decl\n"
            "C class decl def\n"
            "P interface\n"
            "size property decl def\n"
            "put method decl\n"
            "x parameter decl def\n"
            "at method decl\n"
            "y parameter decl def\n"
            "f function decl def\n"
            "C class\n"
            "c parameter decl def\n"
            "c parameter\n"
            "put method\n"
            "at method\n"
            "c parameter\n"
            "size property\n"
            "c parameter\n"
            "go method\n");
}

TEST(SemanticTokens, BrokenCodeKeepsWhatIsKnown) {
  EXPECT_EQ(Described("int x;\nvoid f( { x = unknown(x);\nint g() { return x +; }\n"),
            "x variable decl def\n"
            "f variable decl def\n"
            "g function decl def\n");
  for (const char* text : {"", "{", "template <", "struct A { A(", "#if 0\nint", "#if 0", "enum {",
                           "namespace {", "auto f = [", "int a[", "#define"}) {
    Described(text);
  }
}

}  // namespace
}  // namespace astrolabe
