// Every name in the open file that stands for a declaration, in one walk over its AST.
//
// Hover, definitions and references all need the same knowledge: which tokens name what. It is here and
// nowhere else. A walk with a place goes only into declarations and statements around that place, and takes
// well under a millisecond; one without goes through the whole file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <optional>

#include "analysis/features/live_ast.h"
#include "clang/AST/Type.h"
#include "llvm/ADT/SmallVector.h"

namespace clang {
class Expr;
class NamedDecl;
class ParmVarDecl;
}  // namespace clang

namespace astrolabe {

// One name. Ordered by how well it answers "what is this?" when several stand at one place.
enum class NameStanding : uint32_t {
  kDirect,   // it is its name
  kDeduced,  // `auto`, `decltype`, `this`: it has a type and no decls
  kKeyword,  // `override`, `final`: the methods that are overridden
  kImplied,  // a constructor or operator that is called here
};

struct NamePlace {
  uint32_t begin = 0;  // offsets in LiveAst::text
  uint32_t end = 0;
  // What it stands for; several in dependent code and for overloads. As the AST has them, see WrittenDecl.
  llvm::SmallVector<const clang::NamedDecl*, 1> decls;
  NameStanding standing = NameStanding::kDirect;
  bool is_spelled = true;     // false: a macro that is expanded here produced it
  bool is_candidate = false;  // in dependent code: one of those that it may mean
  bool is_call = false;
  bool is_declaration = false;
  bool is_definition = false;
  ReferenceKind kind = ReferenceKind::kText;
  const clang::Expr* expression = nullptr;  // that the name makes up, if any
  const clang::ParmVarDecl* passed_as =
      nullptr;              // that it is the argument of; only in walks with a place
  clang::QualType deduced;  // kDeduced
  const clang::NamedDecl* container = nullptr;  // function or class around it
};

// Calls `found` for each name, in no particular order, some more than once. With `at` (an offset in the
// text) only for those near it: the caller still has to look whether they hold it.
void WalkNames(LiveAst& ast, std::optional<uint32_t> at,
               const std::function<void(const NamePlace&)>& found);

}  // namespace astrolabe
