// Which declaration a name stands for in the eyes of the index, and how it is told to others.
//
// An AST has many declarations of one thing: redeclarations, a template and what it describes, what was
// instantiated from it, shadows of using declarations. The index knows one symbol by one USR; so do all
// features here, and what the index does not hold (variables of functions, parameters) gets a name of ours.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/features/live_ast.h"

namespace clang {
class NamedDecl;
}  // namespace clang

namespace astrolabe {

// What was written: of an instantiation its pattern, of a template what it describes, of a shadow its
// target. Null for null.
const clang::NamedDecl* WrittenDecl(const clang::NamedDecl* decl);

// Whether only the open file can refer to it: a variable of a function, a parameter, a label.
bool IsLocalDecl(const clang::NamedDecl* decl);

// The USR that the index has for it, or "local:…", which holds as long as the file is not edited.
std::string SymbolKey(const clang::NamedDecl* decl);

// Keys of what a method of a function's class overrides, by which the index and other files know it: of all that it
// overrides. Empty for everything else.
std::vector<std::string> KeysOfOverridden(const clang::NamedDecl* decl);

// "ns::Class::", without inline and unnamed namespaces, as the index has it.
std::string ScopeOf(const clang::NamedDecl* decl);

// The name alone: "Get", "~Table", "operator==", "(anonymous struct)".
std::string NameOf(const clang::NamedDecl* decl);

// The redeclaration with a body or value, if this translation unit has one.
const clang::NamedDecl* DefinitionOf(const clang::NamedDecl* decl);

// Whether this very declaration is one.
bool IsDefinition(const clang::NamedDecl* decl);

// The tokens of the name in a declaration: of `operator==` both.
std::optional<CodeLocation> NameLocation(const LiveAst& ast, const clang::NamedDecl* decl);

LiveSymbol DescribeSymbol(const LiveAst& ast, const clang::NamedDecl* decl);

}  // namespace astrolabe
