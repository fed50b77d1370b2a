// A local variable's value to the places that use it, where that means the same: what it is made of can't have changed
// until then.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/Stmt.h"

namespace astrolabe {
namespace {

const clang::Expr* Bare(const clang::Expr* expression) { return expression->IgnoreParens(); }

// How a function uses a variable.
class Uses : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  explicit Uses(const clang::VarDecl& variable) : variable_(variable) {}

  std::vector<const clang::DeclRefExpr*> all;
  bool only_read() const { return loads_ == all.size(); }
  bool is_captured() const { return is_captured_; }

  bool VisitDeclRefExpr(const clang::DeclRefExpr* reference) override {
    if (reference->getDecl() == &variable_) all.push_back(reference);
    return true;
  }
  bool VisitImplicitCastExpr(const clang::ImplicitCastExpr* cast) override {
    const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(Bare(cast->getSubExpr()));
    const bool is_load = cast->getCastKind() == clang::CK_LValueToRValue && reference != nullptr &&
                         reference->getDecl() == &variable_;
    if (is_load) ++loads_;
    return true;
  }
  bool VisitLambdaExpr(const clang::LambdaExpr* lambda) override {
    for (const clang::LambdaCapture& capture : lambda->captures()) {
      is_captured_ |= capture.capturesVariable() && capture.getCapturedVar() == &variable_;
    }
    return true;
  }

 private:
  const clang::VarDecl& variable_;
  size_t loads_ = 0;
  bool is_captured_ = false;
};

// Whether an expression has the same value wherever it stands in the function: numbers, and variables that only
// ever get one.
class Stable : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  explicit Stable(const clang::Stmt& body) : body_(body) {}
  bool holds = true;

  bool VisitStmt(const clang::Stmt* statement) override {
    holds &=
        llvm::isa<clang::IntegerLiteral, clang::FloatingLiteral, clang::CharacterLiteral,
                  clang::CXXBoolLiteralExpr, clang::StringLiteral, clang::ParenExpr,
                  clang::CastExpr, clang::UnaryOperator, clang::BinaryOperator, clang::DeclRefExpr,
                  clang::ConstantExpr, clang::ConditionalOperator, clang::UnaryExprOrTypeTraitExpr>(
            statement);
    if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(statement)) {
      holds &= unary->isArithmeticOp() || unary->getOpcode() == clang::UO_AddrOf;
    }
    if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
      holds &= !binary->isAssignmentOp();
    }
    return holds;
  }
  bool VisitDeclRefExpr(const clang::DeclRefExpr* reference) override {
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (variable == nullptr) {
      holds &= llvm::isa<clang::EnumConstantDecl, clang::FunctionDecl>(reference->getDecl());
      return holds;
    }
    if (variable->isConstexpr()) return true;
    if (!variable->hasLocalStorage() || variable->getType()->isReferenceType())
      return holds = false;
    Uses uses(*variable);
    uses.TraverseStmt(&body_);
    return holds = uses.only_read() && !uses.is_captured();
  }

 private:
  const clang::Stmt& body_;
};

struct Found {
  const clang::VarDecl* variable = nullptr;
  const clang::DeclStmt* statement = nullptr;
  const clang::Expr* value = nullptr;
  std::vector<const clang::DeclRefExpr*> uses;
};

// The block that holds the statement, and the statement behind it.
class BlockOf : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  explicit BlockOf(const clang::DeclStmt* wanted) : wanted_(wanted) {}
  const clang::CompoundStmt* block = nullptr;
  const clang::Stmt* next = nullptr;
  bool VisitCompoundStmt(const clang::CompoundStmt* compound) override {
    const auto at = std::find(compound->body_begin(), compound->body_end(), wanted_);
    if (at == compound->body_end()) return true;
    block = compound;
    next = at + 1 == compound->body_end() ? nullptr : at[1];
    return false;
  }

 private:
  const clang::Stmt* wanted_;
};

// Finds the declaration statement of a variable.
class StatementOf : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  explicit StatementOf(const clang::VarDecl* wanted) : wanted_(wanted) {}
  const clang::DeclStmt* found = nullptr;
  bool VisitDeclStmt(const clang::DeclStmt* statement) override {
    if (statement->isSingleDecl() && statement->getSingleDecl() == wanted_) found = statement;
    return found == nullptr;
  }

 private:
  const clang::VarDecl* wanted_;
};

// Whether the variable is used in `expression` once, ahead of everything in it that does something.
bool IsUsedFirst(const clang::ASTContext& context, const clang::Stmt* expression,
                 const clang::DeclRefExpr* use) {
  if (expression == use) return true;
  const clang::Stmt* around = nullptr;
  for (const clang::Stmt* child : expression->children()) {
    if (child == nullptr) continue;
    Uses uses(*llvm::cast<clang::VarDecl>(use->getDecl()));
    uses.TraverseStmt(child);
    if (std::ranges::find(uses.all, use) != uses.all.end()) {
      around = child;
      continue;
    }
    const auto* other = llvm::dyn_cast<clang::Expr>(child);
    if (other == nullptr || other->HasSideEffects(context)) return false;
  }
  const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(expression);
  const bool may_skip =
      llvm::isa<clang::AbstractConditionalOperator, clang::LambdaExpr,
                clang::UnaryExprOrTypeTraitExpr, clang::CXXNoexceptExpr>(expression) ||
      (binary != nullptr && (binary->isLogicalOp() || binary->isCommaOp()));
  const bool is_plain = llvm::isa<clang::Expr, clang::ReturnStmt>(expression);
  return is_plain && !may_skip && around != nullptr && IsUsedFirst(context, around, use);
}

bool IsUsedAtOnce(const clang::ASTContext& context, const clang::Stmt* next,
                  const clang::DeclRefExpr* use) {
  if (next == nullptr) return false;
  if (const auto* declaration = llvm::dyn_cast<clang::DeclStmt>(next)) {
    // What is declared may point into it.
    if (use->getType().isDestructedType() != clang::QualType::DK_none) return false;
    if (!declaration->isSingleDecl()) return false;
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(declaration->getSingleDecl());
    // A reference to what then goes away at the end of its statement.
    if (variable == nullptr || variable->getInit() == nullptr ||
        variable->getType()->isReferenceType())
      return false;
    return IsUsedFirst(context, variable->getInit(), use);
  }
  if (const auto* condition = llvm::dyn_cast<clang::IfStmt>(next)) {
    return condition->getInit() == nullptr && condition->getConditionVariable() == nullptr &&
           IsUsedFirst(context, condition->getCond(), use);
  }
  return IsUsedFirst(context, next, use);
}

std::optional<Found> Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* function = selection.Innermost<clang::FunctionDecl>();
  if (function == nullptr || selection.path().empty() || function->getBody() == nullptr)
    return std::nullopt;
  Found found;
  const clang::DynTypedNode& node = selection.path().back().node;
  if (const auto* reference = node.get<clang::DeclRefExpr>()) {
    found.variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
  } else if (const auto* variable = node.get<clang::VarDecl>()) {
    const std::optional<uint32_t> name = OffsetOf(ast, variable->getLocation());
    const auto size = static_cast<uint32_t>(variable->getName().size());
    if (name && TextSpan{*name, *name + size}.Holds(selection.span())) found.variable = variable;
  }
  if (found.variable == nullptr || !found.variable->isLocalVarDecl() ||
      found.variable->isStaticLocal() || found.variable->getInit() == nullptr ||
      found.variable->getInitStyle() == clang::VarDecl::CallInit || found.variable->isConstexpr() ||
      found.variable->hasAttrs() || found.variable->getType()->isDependentType() ||
      found.variable->getType()->isArrayType() ||
      llvm::isa<clang::DecompositionDecl>(found.variable) || found.variable->isCXXForRangeDecl()) {
    return std::nullopt;
  }
  StatementOf statement(found.variable);
  statement.TraverseStmt(function->getBody());
  found.statement = statement.found;
  if (found.statement == nullptr) return std::nullopt;
  found.value = found.variable->getInit()->IgnoreImplicit();
  return found;
}

std::optional<std::string> Offer(const Selection& selection) {
  const std::optional<Found> found = Find(selection);
  if (!found) return std::nullopt;
  return "inline variable " + found->variable->getNameAsString();
}

absl::Status CheckMeaning(const Selection& selection, Found& found) {
  const clang::ASTContext& context = *selection.ast().context;
  const auto refused = [](const char* why) { return absl::FailedPreconditionError(why); };
  const clang::Stmt& body = *selection.Innermost<clang::FunctionDecl>()->getBody();
  Uses uses(*found.variable);
  uses.TraverseStmt(&body);
  if (uses.all.empty()) return refused("it is never used");
  if (uses.is_captured()) return refused("a lambda captures it");
  if (llvm::isa<clang::InitListExpr, clang::LambdaExpr>(found.value)) {
    return refused("its value can't stand elsewhere");
  }
  clang::QualType type = found.variable->getType().getNonReferenceType();
  if (!context.hasSameUnqualifiedType(type, found.value->getType())) {
    return refused("it converts its value to another type");
  }
  found.uses = uses.all;
  BlockOf block(found.statement);
  block.TraverseStmt(&body);
  if (block.block == nullptr) return refused("it is part of another statement");
  const bool is_reference = found.variable->getType()->isReferenceType();
  Stable stable(body);
  stable.TraverseStmt(const_cast<clang::Expr*>(found.value));
  const bool is_value = uses.only_read() || is_reference;
  if (stable.holds && is_value) return absl::OkStatus();
  if (uses.all.size() > 1) return refused("what its value is made of may change between its uses");
  if (!IsUsedAtOnce(context, block.next, uses.all.front())) {
    return refused("what its value is made of may change until it is used");
  }
  if (!uses.only_read() && !is_reference && !found.value->isPRValue()) {
    return refused("a copy is used that the original is not");
  }
  return absl::OkStatus();
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  Found found = *Find(selection);
  if (absl::Status status = CheckMeaning(selection, found); !status.ok()) return status;
  const std::optional<TextSpan> statement = StatementSpan(ast, *found.statement);
  const std::optional<TextSpan> value = WholeSpan(ast, found.value->getSourceRange());
  if (!statement || !value || !IsWritten(ast, found.statement->getSourceRange())) {
    return absl::FailedPreconditionError("a macro makes part of it");
  }
  if (HoldsComment(ast, *statement)) {
    return absl::FailedPreconditionError("there is a comment in its declaration");
  }
  const std::string text(TextOf(ast, *value));
  const std::string inner = IsPrimary(*found.value) ? text : "(" + text + ")";
  TextChanges changes = {RemoveLines(ast, *statement)};
  for (const clang::DeclRefExpr* use : found.uses) {
    const std::optional<TextSpan> span = WholeSpan(ast, use->getSourceRange());
    if (!span || !IsWritten(ast, use->getSourceRange())) {
      return absl::FailedPreconditionError("a macro uses it");
    }
    changes.push_back({span->begin, span->end, NeedsNoParentheses(ast, *span) ? text : inner});
  }
  return changes;
}

}  // namespace

extern const Refactoring kInlineVariable = {"InlineVariable", kInline, Offer, Make};

}  // namespace astrolabe
