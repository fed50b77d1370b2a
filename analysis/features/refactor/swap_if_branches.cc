// `if (c) A else B` to `if (!c) B else A`.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Stmt.h"

namespace astrolabe {
namespace {

// What can stand ahead of an `else` without taking it.
bool TakesNoElse(const clang::Stmt& statement) {
  return llvm::isa<clang::CompoundStmt, clang::Expr, clang::ReturnStmt, clang::BreakStmt,
                   clang::ContinueStmt, clang::GotoStmt>(statement);
}

const clang::IfStmt* Find(const Selection& selection) {
  const auto* found = selection.Innermost<clang::Stmt>();
  const auto* statement = llvm::dyn_cast_or_null<clang::IfStmt>(found);
  if (statement == nullptr || statement->getElse() == nullptr) return nullptr;
  if (statement->getConditionVariable() != nullptr || statement->isConstexpr() ||
      statement->isConsteval()) {
    return nullptr;
  }
  if (!TakesNoElse(*statement->getThen()) || !TakesNoElse(*statement->getElse())) return nullptr;
  return statement;
}

std::optional<std::string> Offer(const Selection& selection) {
  if (Find(selection) == nullptr) return std::nullopt;
  return "swap the branches of this if";
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const clang::IfStmt& statement = *Find(selection);
  const auto condition = WholeSpan(ast, statement.getCond()->getSourceRange());
  const auto then = StatementSpan(ast, *statement.getThen());
  const auto otherwise = StatementSpan(ast, *statement.getElse());
  if (!condition || !then || !otherwise || !statement.getIfLoc().isFileID() ||
      !statement.getElseLoc().isFileID()) {
    return absl::FailedPreconditionError("a macro makes part of it");
  }
  return TextChanges{{condition->begin, condition->end, Negated(ast, *statement.getCond())},
                     {then->begin, then->end, std::string(TextOf(ast, *otherwise))},
                     {otherwise->begin, otherwise->end, std::string(TextOf(ast, *then))}};
}

}  // namespace

extern const Refactoring kSwapIfBranches = {"SwapIfBranches", kRewrite, Offer, Make};

}  // namespace astrolabe
