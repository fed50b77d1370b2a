// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/end_of_unit.h"

#include "analysis/private_member.h"
#include "clang/AST/ASTContext.h"
#include "clang/Sema/Scope.h"
#include "clang/Sema/Sema.h"

namespace astrolabe {
namespace {

struct CurrentScope : PrivateMember<CurrentScope, clang::Scope * clang::Sema::*> {};

// As if the parser were there still.
void Continue(clang::Sema& sema) {
  const_cast<clang::TranslationUnitKind&>(sema.TUKind) = clang::TU_Complete;
  // The parser has taken its scopes with it. Builtins are declared in the outermost one when first used, and classes
  // inside instantiated functions are numbered by the current one.
  auto* scope = new clang::Scope(nullptr, clang::Scope::DeclScope, sema.getDiagnostics());
  scope->setEntity(sema.Context.getTranslationUnitDecl());
  sema.TUScope = scope;
  sema.*PointerTo(CurrentScope()) = scope;
}

}  // namespace

template struct Expose<CurrentScope, &clang::Sema::CurScope>;

void EndTranslationUnit(clang::Sema& sema) {
  Continue(sema);
  sema.ActOnEndOfTranslationUnit();
}

void InstantiateFor(clang::Sema& sema, llvm::function_ref<bool(clang::SourceLocation)> is_wanted) {
  Continue(sema);
  std::erase_if(sema.PendingInstantiations,
                [&](const auto& pending) { return !is_wanted(pending.second); });
  sema.PerformPendingInstantiations();
}

}  // namespace astrolabe
