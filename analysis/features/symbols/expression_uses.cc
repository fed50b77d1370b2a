// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/expression_uses.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

namespace astrolabe {

void ExpressionUses::Note(const clang::BinaryOperator* expression) {
  if (expression->isAssignmentOp()) NoteWritten(expression->getLHS());
}

void ExpressionUses::Note(const clang::UnaryOperator* expression) {
  if (expression->isIncrementDecrementOp()) NoteWritten(expression->getSubExpr());
}

void ExpressionUses::Note(const clang::CallExpr* call) {
  NotePassing(call, call->getDirectCallee());
  if (call->getCallee() != nullptr) called_.insert(call->getCallee()->IgnoreParenImpCasts());
  if (const auto* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call)) {
    clang::OverloadedOperatorKind kind = operation->getOperator();
    bool writes =
        operation->isAssignmentOp() || kind == clang::OO_PlusPlus || kind == clang::OO_MinusMinus;
    if (writes && call->getNumArgs() > 0) NoteWritten(call->getArg(0));
    return;
  }
  const clang::FunctionDecl* callee = call->getDirectCallee();
  if (callee == nullptr || callee->isInStdNamespace()) return;
  for (unsigned i = 0; i < call->getNumArgs() && i < callee->getNumParams(); ++i) {
    clang::QualType type = callee->getParamDecl(i)->getType();
    if (type->isLValueReferenceType() && !type->getPointeeType().isConstQualified()) {
      NoteWritten(call->getArg(i));
    }
  }
}

void ExpressionUses::Note(const clang::CXXConstructExpr* call) {
  NotePassing(call, call->getConstructor());
}

void ExpressionUses::NoteWritten(const clang::Expr* expression) {
  for (;;) {
    expression = expression->IgnoreParenImpCasts();
    const auto* element = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression);
    if (element == nullptr) break;
    const clang::Expr* base = element->getBase()->IgnoreParenImpCasts();
    if (!base->getType()->isArrayType()) return;  // it is what the pointer points to
    expression = base;
  }
  if (llvm::isa<clang::DeclRefExpr, clang::MemberExpr>(expression)) written_.insert(expression);
}

template <typename Call>
void ExpressionUses::NotePassing(const Call* call, const clang::FunctionDecl* callee) {
  if (!with_parameters_ || callee == nullptr) return;
  // Of an operator that is a member the first argument is the object.
  unsigned first = 0;
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
  if (llvm::isa<clang::CXXOperatorCallExpr>(call) && method != nullptr && method->isInstance()) {
    first = 1;
  }
  for (unsigned i = first; i < call->getNumArgs() && i - first < callee->getNumParams(); ++i) {
    const clang::Expr* argument = call->getArg(i)->IgnoreImplicit();
    passed_as_.try_emplace(argument, callee->getParamDecl(i - first));
  }
}

}  // namespace astrolabe
