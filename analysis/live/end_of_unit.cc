// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/end_of_unit.h"

#include "clang/AST/ASTContext.h"
#include "clang/Sema/Scope.h"
#include "clang/Sema/Sema.h"

namespace astrolabe {
namespace {

// A private member may be named as the argument of an explicit instantiation ([temp.spec.general]).
template <typename Member, typename Member::Pointer kPointer>
struct Expose {
  friend typename Member::Pointer PointerTo(Member) { return kPointer; }
};

struct CurrentScope {
  using Pointer = clang::Scope* clang::Sema::*;
  friend Pointer PointerTo(CurrentScope);
};
template struct Expose<CurrentScope, &clang::Sema::CurScope>;

}  // namespace

void EndTranslationUnit(clang::Sema& sema) {
  const_cast<clang::TranslationUnitKind&>(sema.TUKind) = clang::TU_Complete;
  // The parser has taken its scopes with it. Builtins are declared in the outermost one when first used, and classes
  // inside instantiated functions are numbered by the current one.
  auto* scope = new clang::Scope(nullptr, clang::Scope::DeclScope, sema.getDiagnostics());
  scope->setEntity(sema.Context.getTranslationUnitDecl());
  sema.TUScope = scope;
  sema.*PointerTo(CurrentScope()) = scope;
  sema.ActOnEndOfTranslationUnit();
}

}  // namespace astrolabe
