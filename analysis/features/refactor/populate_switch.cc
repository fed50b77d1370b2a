// The enumerators that a switch over an enumeration leaves out, as cases at its end.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <set>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/type_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/Stmt.h"

namespace astrolabe {
namespace {

struct Found {
  const clang::SwitchStmt* statement = nullptr;
  const clang::EnumDecl* enumeration = nullptr;
  std::vector<const clang::EnumConstantDecl*> missing;
  const clang::SwitchCase* fallback = nullptr;
};

std::optional<Found> Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  size_t at = 0;
  Found found;
  found.statement = selection.Innermost<clang::SwitchStmt>(&at);
  // On `switch` or in its condition, not in the cases.
  if (found.statement == nullptr) return std::nullopt;
  const auto* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(found.statement->getBody());
  if (body == nullptr || !IsWritten(ast, body->getSourceRange())) return std::nullopt;
  for (size_t i = at + 1; i < selection.path().size(); ++i) {
    const auto* inner = selection.path()[i].node.get<clang::Stmt>();
    if (inner == body && i + 1 < selection.path().size()) return std::nullopt;
  }
  if (found.statement->getCond()->isTypeDependent()) return std::nullopt;
  const clang::QualType type = found.statement->getCond()->IgnoreImpCasts()->getType();
  const auto* as_enum = type->getAs<clang::EnumType>();
  if (as_enum == nullptr) return std::nullopt;
  found.enumeration = as_enum->getDecl()->getDefinition();
  if (found.enumeration == nullptr) return std::nullopt;
  std::set<std::string> seen;
  for (const clang::SwitchCase* next = found.statement->getSwitchCaseList(); next != nullptr;
       next = next->getNextSwitchCase()) {
    const auto* one = llvm::dyn_cast<clang::CaseStmt>(next);
    if (one == nullptr) {
      found.fallback = next;
      continue;
    }
    if (one->getLHS()->isValueDependent() || one->getRHS() != nullptr) return std::nullopt;
    clang::Expr::EvalResult value;
    if (!one->getLHS()->EvaluateAsInt(value, *ast.context)) return std::nullopt;
    llvm::SmallString<16> digits;
    value.Val.getInt().toString(digits, 10);
    seen.insert(std::string(digits));
  }
  for (const clang::EnumConstantDecl* constant : found.enumeration->enumerators()) {
    llvm::SmallString<16> digits;
    constant->getInitVal().toString(digits, 10);
    // Of names for one value the first counts.
    if (seen.insert(std::string(digits)).second) found.missing.push_back(constant);
  }
  if (found.missing.empty()) return std::nullopt;
  return found;
}

std::optional<std::string> Offer(const Selection& selection) {
  const std::optional<Found> found = Find(selection);
  if (!found) return std::nullopt;
  const size_t count = found->missing.size();
  return "add the " + (count == 1 ? "missing case" : std::to_string(count) + " missing cases");
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const Found found = *Find(selection);
  const auto* body = llvm::cast<clang::CompoundStmt>(found.statement->getBody());
  const std::optional<uint32_t> close = OffsetOf(ast, body->getRBracLoc());
  if (!close) return absl::FailedPreconditionError("a macro makes part of it");
  // Cases as deep as those that are there.
  const std::string outer = IndentAt(ast.text, *OffsetOf(ast, body->getLBracLoc()));
  std::string indent = outer + IndentUnit(ast.text);
  uint32_t at = *close;
  const clang::SwitchCase* first = found.statement->getSwitchCaseList();
  while (first != nullptr && first->getNextSwitchCase() != nullptr)
    first = first->getNextSwitchCase();
  if (first != nullptr) {
    if (const auto begin = OffsetOf(ast, first->getBeginLoc())) indent = IndentAt(ast.text, *begin);
  }
  if (found.fallback != nullptr) {
    const std::optional<uint32_t> begin = OffsetOf(ast, found.fallback->getBeginLoc());
    if (!begin) return absl::FailedPreconditionError("a macro makes the default");
    at = BeginWithComments(ast, *begin);
  }
  const auto* function = selection.Innermost<clang::FunctionDecl>();
  std::string qualifier = QualifierAt(found.enumeration->getDeclContext(), function);
  if (found.enumeration->isScoped()) qualifier += found.enumeration->getNameAsString() + "::";
  std::string cases;
  for (const clang::EnumConstantDecl* constant : found.missing) {
    cases += indent + "case " + qualifier + constant->getNameAsString() + ":\n";
  }
  // Where there is a default they go on to mean that.
  if (found.fallback == nullptr) cases += indent + IndentUnit(ast.text) + "break;\n";
  const uint32_t line = LineBegin(ast.text, at);
  if (ast.text.find_first_not_of(" \t", line) == at) return TextChanges{{line, line, cases}};
  return TextChanges{{at, at, "\n" + cases + outer}};
}

}  // namespace

extern const Refactoring kPopulateSwitch = {"PopulateSwitch", kRewrite, Offer, Make};

}  // namespace astrolabe
