// Clang's syntax tree, as people are shown it: for a range, the node around it with all below.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/syntax_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "tests/features/marked_source.h"

namespace astrolabe {
namespace {

// "role Kind 'detail'" a line, indented by depth.
std::string Printed(const SyntaxNode& node, int depth = 0) {
  std::string text(static_cast<size_t>(depth) * 2, ' ');
  text += node.role + " " + node.kind;
  if (!node.detail.empty()) text += " '" + node.detail + "'";
  text += "\n";
  for (const SyntaxNode& child : node.children) text += Printed(child, depth + 1);
  return text;
}

// The tree of the marked range is `expected`, and its root stands there.
void Check(const char* marked, const std::string& expected) {
  MarkedSource source(marked);
  source.Parse([&](LiveAst& ast) {
    SyntaxTreeAnswer answer = MakeSyntaxTree(ast, source.Range());
    ASSERT_EQ(answer.roots.size(), 1U) << marked;
    EXPECT_EQ(Printed(answer.roots[0]), expected) << marked;
    EXPECT_EQ(answer.roots[0].range, source.Range()) << marked;
    EXPECT_FALSE(answer.roots[0].arcana.empty()) << marked;
  });
}

TEST(SyntaxTree, Expressions) {
  Check("int f(int a) { return [[a * 2]]; }",
        "expression BinaryOperator '*'\n"
        "  expression ImplicitCast 'LValueToRValue'\n"
        "    expression DeclRef 'a'\n"
        "  expression IntegerLiteral '2'\n");
  Check("struct S { int m; }; bool g(S* s) { return !([[s->m]]); }",
        "expression Member 'm'\n"
        "  expression ImplicitCast 'LValueToRValue'\n"
        "    expression DeclRef 's'\n");
}

TEST(SyntaxTree, Declarations) {
  Check("[[namespace n { int x; }]]",
        "declaration Namespace 'n'\n"
        "  declaration Var 'x'\n"
        "    type Builtin 'int'\n");
  Check("namespace n { struct T {}; } [[void f(n::T* t) {}]]",
        "declaration Function 'f'\n"
        "  type FunctionProto 'void (n::T *)'\n"
        "    type Builtin 'void'\n"
        "    declaration ParmVar 't'\n"
        "      type Pointer 'n::T *'\n"
        "        type Record 'n::T'\n"
        "          specifier NestedNameSpecifier 'n::'\n"
        "  statement Compound\n");
}

TEST(SyntaxTree, ARangeBetweenNodesHasTheOneAroundThem) {
  MarkedSource source("void f() { int [[a; int b]]; }");
  source.Parse([&](LiveAst& ast) {
    SyntaxTreeAnswer answer = MakeSyntaxTree(ast, source.Range());
    ASSERT_EQ(answer.roots.size(), 1U);
    EXPECT_EQ(answer.roots[0].kind, "Compound");
  });
}

TEST(SyntaxTree, WithoutARangeItIsTheFile) {
  MarkedSource source(
      "#include \"a.h\"\nint x;\ntemplate <class T> T f(T t) { return t; }\nint y = f(1);\n");
  source.File("a.h", "int in_header;\n");
  source.Parse([&](LiveAst& ast) {
    SyntaxTreeAnswer answer = MakeSyntaxTree(ast, std::nullopt);
    ASSERT_EQ(answer.roots.size(), 1U);
    EXPECT_EQ(answer.roots[0].kind, "TranslationUnit");
    std::string names;
    for (const SyntaxNode& child : answer.roots[0].children) names += child.detail + " ";
    EXPECT_EQ(names, "x f y ");
  });
}

size_t Depth(const SyntaxNode& node) {
  size_t deepest = 0;
  for (const SyntaxNode& child : node.children) deepest = std::max(deepest, Depth(child));
  return deepest + 1;
}

TEST(SyntaxTree, BrokenAndDeepCodeIsShownAsFarAsItGoes) {
  MarkedSource broken("int f( { return [[x +]] ; struct");
  broken.Parse([&](LiveAst& ast) { MakeSyntaxTree(ast, broken.Range()); });
  std::string sum = "int x = 0";
  for (int i = 0; i < 3000; ++i) sum += "+1";
  MarkedSource deep(sum + ";");
  deep.Parse([&](LiveAst& ast) {
    SyntaxTreeAnswer answer = MakeSyntaxTree(ast, std::nullopt);
    size_t depth = Depth(answer.roots.at(0));
    EXPECT_GT(depth, 100U);
    EXPECT_LT(depth, 2000U);
  });
}

}  // namespace
}  // namespace astrolabe
