// Refactorings that are about more than one file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "tests/features/refactor/refactor_check.h"

namespace astrolabe {
namespace {

OpenAs Header(const std::string& source) {
  return {.name = "a.h", .source = FileText{"/test/a.cc", source}};
}

std::string InHeader(std::string_view id, std::string_view marked, const std::string& source) {
  MarkedSource header(marked);
  header.Flags({"-std=c++20", "-xc++"});
  return RefactoredFiles(id, header, Header(source));
}

std::string WithHeader(std::string_view id, std::string_view marked, const std::string& header) {
  return RefactoredFiles(id, MarkedSource(marked).File("a.h", header));
}

// ---- define what is declared

TEST(DefineMissing, InTheSource) {
  EXPECT_EQ(InHeader("DefineMissing",
                     "namespace n {\nstruct T {};\nclass C {\n public:\n  struct I {};\n  virtual "
                     "I ^get(const T& t, "
                     "I i = {}) const noexcept;\n};\n}\n",
                     "#include \"a.h\"\nnamespace n {\nint x;\n}  // namespace n\n"),
            "namespace n {\nstruct T {};\nclass C {\n public:\n  struct I {};\n  virtual I "
            "get(const T& t, I i = {}) "
            "const noexcept;\n};\n}\n"
            "== a.cc ==\n#include \"a.h\"\nnamespace n {\nint x;\n\nC::I C::get(const T &t, I i) "
            "const noexcept {\n"
            "  return {};\n}\n\n}  // namespace n\n");
}

TEST(DefineMissing, BehindWhatIsDeclaredAhead) {
  EXPECT_EQ(InHeader("DefineMissing",
                     "struct C {\n  C();\n  void a();\n  static void ^b();\n  void c();\n};\n",
                     "#include \"a.h\"\nvoid C::a() {\n}\nvoid C::c() {}\n"),
            "struct C {\n  C();\n  void a();\n  static void b();\n  void c();\n};\n"
            "== a.cc ==\n#include \"a.h\"\nvoid C::a() {\n}\n\nvoid C::b() {}\nvoid C::c() {}\n");
}

TEST(DefineMissing, WithoutTheNamespaceItIsQualified) {
  EXPECT_EQ(InHeader("DefineMissing", "namespace n { struct T {}; T ^f(T t); }\n",
                     "#include \"x/a.h\"\n"),
            "namespace n { struct T {}; T f(T t); }\n"
            "== a.cc ==\n#include \"x/a.h\"\n\nn::T n::f(T t) {\n  return {};\n}\n");
}

TEST(DefineMissing, WhatStaysInTheHeader) {
  EXPECT_EQ(InHeader("DefineMissing", "struct C {\n  int ^f();\n};\n", "int x;\n"),
            "struct C {\n  int f();\n};\n\ninline int C::f() {\n  return {};\n}\n");
}

TEST(DefineMissing, InASource) {
  EXPECT_EQ(
      RefactoredFiles("DefineMissing", MarkedSource("struct C {\n  C(int a);\n  ^~C();\n};\n")),
      "struct C {\n  C(int a);\n  ~C();\n};\n\nC::~C() {}\n");
}

TEST(DefineMissing, NotWhatHasATemplateOfAFunctionAheadOfItsName) {
  EXPECT_EQ(InHeader("DefineMissing",
                     "template <class T> struct F;\nstruct C { F<void(int, int)> ^f(); };\n",
                     "#include \"a.h\"\nF<void(int, int)>\nC::f() { return {}; }\n"),
            "no");
  EXPECT_EQ(InHeader("DefineMissing", "struct C { bool operator^<(const C& other); };\n",
                     "#include \"a.h\"\nbool C::operator<(const C& other) { return false; }\n"),
            "no");
}

TEST(DefineMissing, NotWhere) {
  EXPECT_EQ(InHeader("DefineMissing", "template <class T> struct C { void ^f(); };\n",
                     "#include \"a.h\"\n"),
            "no");
  EXPECT_EQ(InHeader("DefineMissing", "struct C { void ^f(int); };\n",
                     "#include \"a.h\"\nusing namespace x;\nvoid C::f(int a) {}\n"),
            "no");
  EXPECT_EQ(
      InHeader("DefineMissing", "struct C { virtual void ^f() = 0; };\n", "#include \"a.h\"\n"),
      "no");
  EXPECT_EQ(
      InHeader("DefineMissing", "struct C { C(const C&) = ^delete; };\n", "#include \"a.h\"\n"),
      "no");
  EXPECT_EQ(InHeader("DefineMissing", "struct C { void ^f() {} };\n", "#include \"a.h\"\n"), "no");
  EXPECT_EQ(InHeader("DefineMissing", "struct C { void ^f(int); };\n",
                     "#include \"a.h\"\nvoid C::f(int a\n#ifdef X\n, int b\n#endif\n) {}\n"),
            "no");
}

// ---- declare what is defined

TEST(DeclareMember, InTheHeader) {
  EXPECT_EQ(
      WithHeader(
          "DeclareMember",
          "#include \"a.h\"\nvoid C::g() {}\nint C::^f(int a, const char* b) const { return a; }\n",
          "class C {\n public:\n  C();\n\n private:\n  void g();\n  int x;\n};\n"),
      "#include \"a.h\"\nvoid C::g() {}\nint C::f(int a, const char* b) const { return a; }\n"
      "== a.h ==\nclass C {\n public:\n  C();\n\n private:\n  void g();\n  int x;\n  int f(int a, "
      "const char "
      "*b) const;\n};\n");
}

TEST(DeclareMember, InTheSameFile) {
  EXPECT_EQ(RefactoredFiles("DeclareMember",
                            MarkedSource("struct C {\n  int x;\n};\nC::^C(int a) : x(a) {}\n")),
            "struct C {\n  int x;\n  C(int a);\n};\nC::C(int a) : x(a) {}\n");
  EXPECT_EQ(
      RefactoredFiles("DeclareMember", MarkedSource("struct C { void f(); };\nvoid C::^f() {}\n")),
      "no");
}

TEST(DeclareCalled, InTheClassOfTheObject) {
  EXPECT_EQ(
      WithHeader("DeclareCalled",
                 "#include \"a.h\"\nint f(const C& c, int n) {\n  int r = c.^find(n, \"x\");\n  "
                 "return r;\n}\n",
                 "class C {\n public:\n  C();\n};\n"),
      "#include \"a.h\"\nint f(const C& c, int n) {\n  int r = c.find(n, \"x\");\n  return r;\n}\n"
      "== a.h ==\nclass C {\n public:\n  C();\n  int find(int n, const char *text) const;\n};\n");
}

TEST(DeclareCalled, AheadOfTheFunction) {
  EXPECT_EQ(
      RefactoredFiles("DeclareCalled",
                      MarkedSource("int x;\n\n// Does.\nvoid f(double d) {\n  ^help(d, 1);\n}\n")),
      "int x;\n\nvoid help(double d, int value);\n\n// Does.\nvoid f(double d) {\n  help(d, "
      "1);\n}\n");
  EXPECT_EQ(RefactoredFiles("DeclareCalled", MarkedSource("void g(); void f() { ^g(1); }")), "no");
}

// ---- out of line and in line, over files

TEST(DefineOutline, InTheSource) {
  EXPECT_EQ(InHeader("DefineOutline",
                     "namespace n {\nstruct T {};\nstruct C {\n  struct I {};\n  I ^f(T t, int a = "
                     "1) const {\n    "
                     "return {};\n  }\n};\n}\n",
                     "#include \"a.h\"\n\nnamespace m {\n}\n"),
            "namespace n {\nstruct T {};\nstruct C {\n  struct I {};\n  I f(T t, int a = 1) "
            "const;\n};\n}\n"
            "== a.cc ==\n#include \"a.h\"\n\nnamespace m {\n}\n\nn::C::I n::C::f(T t, int a) const "
            "{\n  return {};\n}\n");
  EXPECT_EQ(InHeader("DefineOutline", "struct C {\n  inline int ^f() { return 1; }\n};\n",
                     "#include \"a.h\"\n"),
            "struct C {\n  inline int f();\n};\n\ninline int C::f() { return 1; }\n");
}

TEST(DefineInline, FromASourceToTheHeader) {
  EXPECT_EQ(
      WithHeader("DefineInline",
                 "#include \"a.h\"\n\n// Adds.\nint C::^f(int a) {\n  return a + x;\n}\n\nint z;\n",
                 "struct C {\n  int f(int);\n  int x;\n};\n"),
      "#include \"a.h\"\n\nint z;\n"
      "== a.h ==\nstruct C {\n  // Adds.\n  int f(int a) {\n    return a + x;\n  }\n  int "
      "x;\n};\n");
}

TEST(DefineInline, FromTheHeader) {
  EXPECT_EQ(InHeader("DefineInline",
                     "namespace n {\nstruct C {\n  ^C(int*, int b = 1);\n  int* a;\n};\n}\n",
                     "#include \"a.h\"\nnamespace n {\nC::C(int* p, int b) : a(p) {\n}\n}\n"),
            "namespace n {\nstruct C {\n  C(int* p, int b = 1) : a(p) {\n  }\n  int* a;\n};\n}\n"
            "== a.cc ==\n#include \"a.h\"\nnamespace n {\n}\n");
}

// ---- signatures

std::string Signature(std::string_view id, std::string_view marked) {
  return RefactoredFiles(id, MarkedSource(marked));
}

TEST(ChangeParameters, Remove) {
  EXPECT_EQ(Signature("RemoveParameter", "int f(int a, int ^b) { return a; }"), "f: 0");
  EXPECT_EQ(Signature("RemoveParameter", "int f(int ^a, int b) { return a; }"), "no");
  EXPECT_EQ(Signature("RemoveParameter", "int f(int ^a);"), "no");
  EXPECT_EQ(Signature("RemoveParameter", "struct A { int n; A(int a, int ^b) : n(a) {} };"),
            "A: 0");
  EXPECT_EQ(Signature("RemoveParameter", "struct A { int n; A(int ^a, int b) : n(a) {} };"), "no");
  EXPECT_EQ(Signature("RemoveParameter", "struct A { A(const A& ^a) {} };"), "no");
  EXPECT_EQ(Signature("RemoveParameter", "struct A { bool operator==(int ^a) { return true; } };"),
            "no");
}

TEST(ChangeParameters, Swap) {
  EXPECT_EQ(Signature("SwapParameters", "void f(int ^a, int b, int c);"), "f: 1, 0, 2");
  EXPECT_EQ(Signature("SwapParameters", "void f(int a, int ^b);"), "no");
  EXPECT_EQ(Signature("SwapParameters", "void f(int ^a, int b, ...);"), "no");
}

TEST(ChangeParameters, Add) {
  EXPECT_EQ(Signature("AddParameter", "void f(int a);\nvoid g(bool deep) { ^f(1, deep); }"),
            "f: 0, bool deep = false");
  EXPECT_EQ(Signature("AddParameter", "struct S { void f(); };\nvoid g(S s) { s.^f(\"x\"); }"),
            "f: const char *text = nullptr");
  EXPECT_EQ(Signature("AddParameter",
                      "void f(int a);\nvoid f(int a, int b, int c);\nvoid g() { ^f(1, 2); }"),
            "no");
}

// ---- a new file

TEST(MoveToFile, AClassWithWhatItNeeds) {
  MarkedSource source(
      "// SPDX\n#pragma once\n#include \"one.h\"\n#include \"two.h\"\n\nnamespace n {\n\n// A "
      "box.\nclass ^BigBox {\n  One one;\n};"
      "\n\nBigBox* g();\n\n}  // namespace n\n");
  source.Flags({"-std=c++20", "-xc++"});
  source.File("one.h", "#pragma once\nstruct One {};\n")
      .File("two.h", "#pragma once\nstruct Two {};\n");
  EXPECT_EQ(RefactoredFiles("MoveToFile", source, {.name = "small_box.h"}),
            "// SPDX\n#pragma once\n#include \"one.h\"\n#include \"two.h\"\n#include "
            "\"big_box.h\"\n\nnamespace n {\n\n"
            "BigBox* g();\n\n}  // namespace n\n"
            "== big_box.h ==\n// SPDX\n#pragma once\n\n#include \"one.h\"\n\nnamespace n {\n\n// A "
            "box.\nclass BigBox {\n"
            "  One one;\n};\n\n}  // namespace n\n");
}

TEST(MoveToFile, WithWhatIsKnownByName) {
  MarkedSource source(
      "#pragma once\nnamespace n {\nclass One;\nstruct Two;\n\nstruct ^Box {\n  One* "
      "one;\n};\n\nTwo* "
      "g(One*);\n}\n");
  source.Flags({"-std=c++20", "-xc++"});
  EXPECT_EQ(RefactoredFiles("MoveToFile", source, {.name = "a.h"}),
            "#pragma once\n\n#include \"box.h\"\n\nnamespace n {\nclass One;\nstruct Two;\n\nTwo* "
            "g(One*);\n}\n"
            "== box.h ==\n#pragma once\n\nnamespace n {\n\nclass One;\n\nstruct Box {\n  One* "
            "one;\n};\n\n}  // "
            "namespace n\n");
  EXPECT_EQ(RefactoredFiles("MoveToFile", source, {.name = "box.h"}), "no");
}

TEST(MoveToFile, FunctionsOfASource) {
  EXPECT_EQ(RefactoredFiles("MoveToFile",
                            MarkedSource("[[struct A {};\nA f() { return {}; }]]\n\nA a = f();\n")),
            "#include \"a.h\"\n\nA a = f();\n"
            "== a.h ==\n#pragma once\n\nstruct A {};\ninline A f() { return {}; }\n");
}

TEST(MoveToFiles, WithTheDefinitionsOfTheSource) {
  EXPECT_EQ(
      InHeader("MoveToFiles",
               "#pragma once\nnamespace n {\nclass ^Box {\n public:\n  Box(int a);\n  int f() "
               "const;\n  int g();\n  int x;\n};\n\nint h();\n}\n",
               "// SPDX\n#include \"x/a.h\"\n#include <vector>\n\nnamespace n {\nBox::Box(int a) : "
               "x(a) {}\n\nint h() { return 1; }\n\n// Does.\nint Box::f() const {\n  return "
               "1;\n}\n\n}  // namespace n\n\nint n::Box::g() { return 2; }\n"),
      "#pragma once\n\n#include \"box.h\"\n\nnamespace n {\n\nint h();\n}\n"
      "== box.h ==\n#pragma once\n\nnamespace n {\n\nclass Box {\n public:\n  Box(int a);\n  int "
      "f() const;\n  int g();\n  int x;\n};\n\n}  // namespace n\n"
      "== box.cc ==\n// SPDX\n#include \"x/box.h\"\n\n#include \"x/a.h\"\n#include "
      "<vector>\n\nnamespace n {\n\nBox::Box(int a) : x(a) {}\n\n// Does.\nint Box::f() const {\n "
      " return 1;\n}\n\n}  // namespace n\n\nint n::Box::g() { return 2; }\n"
      "== a.cc ==\n// SPDX\n#include \"x/a.h\"\n#include <vector>\n\nnamespace n {\n\nint h() { "
      "return 1; }\n\n}  // namespace n\n");
}

// As RocksDB does, to be linked twice.
MarkedSource InNamespaceOfMacro(std::string_view marked) {
  MarkedSource header(marked);
  header.Flags({"-std=c++20", "-xc++"}).File("ns.h", "#pragma once\n#define NS n\n");
  return header;
}

TEST(NamespacesOfMacros, TheSourceIsUnderstood) {
  const OpenAs open = Header("#include \"a.h\"\nnamespace NS {\nvoid C::f() {}\n}\n");
  EXPECT_EQ(RefactoredFiles("DefineMissing",
                            InNamespaceOfMacro("#include \"ns.h\"\nnamespace NS { struct C { void "
                                               "^f(); void g(); }; }\n"),
                            open),
            "no");
  EXPECT_EQ(RefactoredFiles("DefineMissing",
                            InNamespaceOfMacro("#include \"ns.h\"\nnamespace NS { struct C { void "
                                               "f(); void ^g(); }; }\n"),
                            open),
            "#include \"ns.h\"\nnamespace NS { struct C { void f(); void g(); }; }\n"
            "== a.cc ==\n#include \"a.h\"\nnamespace NS {\nvoid C::f() {}\n\nvoid C::g() {}\n}\n");
}

TEST(NamespacesOfMacros, NewFilesHaveThem) {
  EXPECT_EQ(
      RefactoredFiles("MoveToFiles",
                      InNamespaceOfMacro("#pragma once\n#include \"ns.h\"\nnamespace NS {\nstruct "
                                         "^Box {\n  void f();\n};\nint x();\n}\n"),
                      Header("#include \"a.h\"\n\nnamespace NS {\n\nvoid Box::f() {}\n\nint x() { "
                             "return 1; }\n}\n")),
      "#pragma once\n#include \"ns.h\"\n#include \"box.h\"\nnamespace NS {\nint x();\n}\n"
      "== box.h ==\n#pragma once\n\n#include \"ns.h\"\n\nnamespace NS {\n\nstruct Box {\n  void "
      "f();\n};\n\n}  // namespace NS\n"
      "== box.cc ==\n#include \"box.h\"\n\n#include \"a.h\"\n\nnamespace NS {\n\nvoid Box::f() "
      "{}\n\n}  // namespace NS\n"
      "== a.cc ==\n#include \"a.h\"\n\nnamespace NS {\n\nint x() { return 1; }\n}\n");
}

TEST(MoveToFiles, WithOperatorsAndStaticMembers) {
  EXPECT_EQ(
      InHeader(
          "MoveToFiles",
          "#pragma once\nnamespace n {\nstruct ^Box {\n  bool operator()(int) const;\n  bool "
          "operator==(const Box&) const;\n  static int count;\n  static const char names[2];\n  "
          "int x;\n};\nbool operator<(const Box& a, const Box& b);\nint h();\n}\n",
          "#include \"a.h\"\n\nnamespace n {\n\nint Box::count = 1;\nconst char Box::names[2] = "
          "{'a', 'b'};\n\nbool Box::operator()(int) const { return true; }\n\nbool "
          "Box::operator==(const Box& o) const {\n  return x == o.x;\n}\n\nbool operator<(const "
          "Box& a, const Box& b) { return a.x < b.x; }\n\nint h() { return 1; }\n\n}\n"),
      "#pragma once\n\n#include \"box.h\"\n\nnamespace n {\nint h();\n}\n"
      "== box.h ==\n#pragma once\n\nnamespace n {\n\nstruct Box {\n  bool operator()(int) const;\n "
      " "
      "bool operator==(const Box&) const;\n  static int count;\n  static const char names[2];\n  "
      "int x;\n};\nbool operator<(const Box& a, const Box& b);\n\n}  // namespace n\n"
      "== box.cc ==\n#include \"box.h\"\n\n#include \"a.h\"\n\nnamespace n {\n\nint Box::count = "
      "1;\n\nconst char Box::names[2] = {'a', 'b'};\n\nbool Box::operator()(int) const { return "
      "true; "
      "}\n\nbool Box::operator==(const Box& o) const {\n  return x == o.x;\n}\n\nbool "
      "operator<(const "
      "Box& a, const Box& b) { return a.x < b.x; }\n\n}  // namespace n\n"
      "== a.cc ==\n#include \"a.h\"\n\nnamespace n {\n\nint h() { return 1; }\n\n}\n");
}

TEST(MoveToFiles, Refused) {
  const std::string header = "struct ^B { void f(); };\nint x;\n";
  EXPECT_EQ(InHeader("MoveToFiles", header, "#include \"a.h\"\n"), "no");
  EXPECT_EQ(InHeader("MoveToFiles", header, "void B::f() {}\n"), "no");
  EXPECT_EQ(InHeader("MoveToFiles", header, "#include \"a.h\"\n#ifdef X\nvoid B::f() {}\n#endif\n"),
            "no: a condition of the preprocessor is around a definition in a.cc");
  EXPECT_EQ(InHeader("MoveToFiles", "struct ^B { struct I; void f(); };\nint x;\n",
                     "#include \"a.h\"\nstruct B::I {};\nvoid B::f() {}\n"),
            "no: \"I\" is defined in a.cc");
  EXPECT_EQ(InHeader("MoveToFiles", "struct ^B { void f() {} };\nint x;\n", "#include \"a.h\"\n"),
            "no");
  EXPECT_EQ(RefactoredFiles("MoveToFiles", MarkedSource("struct ^B { void f(); };\nint x;\n")),
            "no");
}

TEST(MoveToFile, Refused) {
  EXPECT_EQ(RefactoredFiles("MoveToFile", MarkedSource("struct B {};\nstruct ^A { B b; };\n")),
            "no: it uses \"B\", which stays");
  EXPECT_EQ(RefactoredFiles("MoveToFile",
                            MarkedSource("#define N 1\nstruct ^A { int b = N; };\nint x;\n")),
            "no: it uses \"N\", which stays");
  EXPECT_EQ(RefactoredFiles("MoveToFile", MarkedSource("namespace { struct ^A {}; }\n")), "no");
  EXPECT_EQ(RefactoredFiles("MoveToFile", MarkedSource("struct A { struct ^B {}; };\n")), "no");
}

}  // namespace
}  // namespace astrolabe
