// The words of a hover: how declarations, types, values and layouts read. Each is empty where there is
// nothing to say.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "analysis/features/live_ast.h"
#include "analysis/features/symbols/macro_places.h"
#include "clang/AST/Type.h"

namespace clang {
class NamedDecl;
class ParmVarDecl;
}  // namespace clang

namespace astrolabe {

// "function", "static method", "template parameter", …
std::string KindText(const clang::NamedDecl* decl);

// "size_t (aka unsigned long)"; without the parenthesis if it tells nothing new or is not wanted.
std::string TypeText(const LiveAst& ast, clang::QualType type, bool show_aka = true);

// Of an enumerator or a variable that is known while compiling: "10 (0xa)".
std::string ValueText(const LiveAst& ast, const clang::NamedDecl* decl);

// "Size: 4 bytes (+4 bytes padding), offset: 8 bytes, alignment: 4 bytes" of a field, class, enum or alias.
std::string LayoutText(const LiveAst& ast, const clang::NamedDecl* decl);

// The comment without its markers; of an override without one that of what it overrides.
std::string DocumentationText(const LiveAst& ast, const clang::NamedDecl* decl);

// The declaration as the compiler would write it, its body left out.
std::string DefinitionText(const LiveAst& ast, const clang::NamedDecl* decl);

// "Passed by reference as `x`"
std::string PassingText(const LiveAst& ast, const clang::ParmVarDecl* parameter);

// The #include of the open file that brings a declaration: "<vector>".
std::string ProviderText(LiveAst& ast, clang::SourceLocation declared);

// "#define MAX(a, b) …" as written; of this and the next at most `limit` bytes, 0: all.
std::string MacroDefinitionText(LiveAst& ast, const MacroPlace& place, size_t limit);

// What stands in the file's stead after preprocessing; only where the macro is still defined alike at the
// end of the file. Uses the preprocessor: its state is as before, but for what it has reported.
std::string MacroExpansionText(LiveAst& ast, const MacroPlace& place, size_t limit);

}  // namespace astrolabe
