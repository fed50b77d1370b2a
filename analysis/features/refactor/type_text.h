// Types as a person would spell them at a place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>

#include "analysis/features/live_ast.h"
#include "clang/AST/Type.h"

namespace clang {
class DeclContext;
class NamedDecl;
}  // namespace clang

namespace astrolabe {

// `type name`, the name where the type has it: "int (*name)(char)". With an empty name the type alone. Without the
// namespaces and classes that `where` is in. Nothing if it can't be spelled: a lambda's, an unnamed one, one that depends
// on a template's parameters in a way that has no name.
std::optional<std::string> SpellType(const LiveAst& ast, clang::QualType type,
                                     const clang::DeclContext* where, const std::string& name = "");

// "ns::Class::" of the scope around a declaration as it has to be written at `where`; empty if it is visible there.
std::string QualifierAt(const clang::DeclContext* of, const clang::DeclContext* where);

}  // namespace astrolabe
