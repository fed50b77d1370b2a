// `a < b` to `b > a`.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"

namespace astrolabe {
namespace {

// The operator that says the same with its operands the other way round.
std::optional<clang::BinaryOperatorKind> Mirrored(clang::BinaryOperatorKind kind) {
  switch (kind) {
    case clang::BO_LT:
      return clang::BO_GT;
    case clang::BO_GT:
      return clang::BO_LT;
    case clang::BO_LE:
      return clang::BO_GE;
    case clang::BO_GE:
      return clang::BO_LE;
    case clang::BO_EQ:
    case clang::BO_NE:
    case clang::BO_Add:
    case clang::BO_Mul:
    case clang::BO_And:
    case clang::BO_Or:
    case clang::BO_Xor:
      return kind;
    default:
      return std::nullopt;
  }
}

const clang::BinaryOperator* Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* binary =
      llvm::dyn_cast_or_null<clang::BinaryOperator>(selection.Innermost<clang::Stmt>());
  if (binary == nullptr || !Mirrored(binary->getOpcode()) || binary->isTypeDependent())
    return nullptr;
  if (!binary->getOperatorLoc().isFileID() || !selection.path().back().is_written) return nullptr;
  // `a / b * c` would be another product, `a == b == c` another comparison.
  const auto* left = llvm::dyn_cast<clang::BinaryOperator>(binary->getLHS()->IgnoreImpCasts());
  const auto* right = llvm::dyn_cast<clang::BinaryOperator>(binary->getRHS()->IgnoreImpCasts());
  const auto is_below = [&](const clang::BinaryOperator* operand) {
    if (operand == nullptr) return false;
    if (binary->isComparisonOp()) return operand->isComparisonOp();
    return binary->getOpcode() != clang::BO_Add || !operand->isMultiplicativeOp();
  };
  if (is_below(left) || is_below(right)) return nullptr;
  const bool has_effects = binary->getLHS()->HasSideEffects(*ast.context) &&
                           binary->getRHS()->HasSideEffects(*ast.context);
  return has_effects ? nullptr : binary;
}

std::optional<std::string> Offer(const Selection& selection) {
  const auto* binary = Find(selection);
  if (binary == nullptr) return std::nullopt;
  return "swap the operands of " + binary->getOpcodeStr().str();
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const clang::BinaryOperator& binary = *Find(selection);
  const std::optional<TextSpan> left = WholeSpan(ast, binary.getLHS()->getSourceRange());
  const std::optional<TextSpan> right = WholeSpan(ast, binary.getRHS()->getSourceRange());
  const std::optional<uint32_t> sign = OffsetOf(ast, binary.getOperatorLoc());
  if (!left || !right || !sign) return absl::FailedPreconditionError("a macro makes part of it");
  const auto size = static_cast<uint32_t>(binary.getOpcodeStr().size());
  const std::string mirrored =
      clang::BinaryOperator::getOpcodeStr(*Mirrored(binary.getOpcode())).str();
  TextChanges changes = {{left->begin, left->end, std::string(TextOf(ast, *right))},
                         {right->begin, right->end, std::string(TextOf(ast, *left))}};
  if (mirrored != binary.getOpcodeStr()) changes.push_back({*sign, *sign + size, mirrored});
  return changes;
}

}  // namespace

extern const Refactoring kSwapOperands = {"SwapBinaryOperands", kRewrite, Offer, Make};

}  // namespace astrolabe
