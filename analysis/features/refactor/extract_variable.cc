// An expression to a variable ahead of its statement: evaluated once, as often and under the same conditions as before.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/names.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/type_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/Stmt.h"

namespace astrolabe {
namespace {

struct Found {
  const clang::Expr* expression = nullptr;  // as typed, without conversions
  TextSpan span;
  const clang::Stmt* statement = nullptr;  // ahead of which the variable goes
  TextSpan statement_span;
  bool needs_braces = false;  // the statement stands alone below an `if` or a loop
  bool is_statement = false;  // the expression is all of it
  bool is_loaded = false;     // its value is wanted, not the object
  const clang::FunctionDecl* function = nullptr;
};

// Whether the expression mentions a variable that is declared in `span`, ahead of it.
class Mentions : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  Mentions(const LiveAst& ast, TextSpan span) : ast_(ast), span_(span) {}
  bool found = false;
  bool VisitDeclRefExpr(const clang::DeclRefExpr* reference) override {
    const std::optional<TextSpan> at = ExpansionSpan(ast_, reference->getDecl()->getLocation());
    const bool is_local = reference->getDecl()->getDeclContext()->isFunctionOrMethod();
    found |= is_local && at && span_.Holds(*at);
    return !found;
  }

 private:
  const LiveAst& ast_;
  const TextSpan span_;
};

// Whether there is an object in the expression that goes away at the end of the statement.
class HoldsTemporaries : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  bool found = false;
  bool VisitMaterializeTemporaryExpr(const clang::MaterializeTemporaryExpr* temporary) override {
    found |= temporary->getType().isDestructedType() != clang::QualType::DK_none;
    return !found;
  }
};

// Whether the value may point into such an object: a reference, a pointer, what is like std::string_view.
bool MayDangle(const LiveAst& ast, const clang::Expr& expression) {
  const clang::QualType type = expression.getType();
  const bool points = expression.isGLValue() || type->isPointerType() ||
                      (type->isRecordType() && type.isTriviallyCopyableType(*ast.context));
  HoldsTemporaries temporaries;
  temporaries.TraverseStmt(&expression);
  return points && temporaries.found;
}

// What has a value that somebody could want to name.
bool IsWorthIt(const clang::Expr& expression) {
  if (llvm::isa<clang::DeclRefExpr, clang::CXXThisExpr, clang::InitListExpr, clang::LambdaExpr,
                clang::CXXDefaultArgExpr, clang::CXXThrowExpr, clang::OverloadExpr,
                clang::CXXNullPtrLiteralExpr, clang::DesignatedInitExpr, clang::CoawaitExpr,
                clang::CXXDependentScopeMemberExpr, clang::DependentScopeDeclRefExpr,
                clang::CXXBoolLiteralExpr>(expression)) {
    return false;
  }
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(&expression)) {
    if (unary->isIncrementDecrementOp()) return false;
  }
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(&expression)) {
    if (binary->isAssignmentOp() || binary->isCommaOp()) return false;
  }
  if (const auto* op = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&expression)) {
    if (op->isAssignmentOp() || op->getOperator() == clang::OO_PlusPlus ||
        op->getOperator() == clang::OO_MinusMinus || op->getOperator() == clang::OO_LessLess) {
      return false;
    }
  }
  const clang::QualType type = expression.getType();
  return !type.isNull() && !type->isVoidType() && !type->isFunctionType() &&
         !type->isPlaceholderType();
}

// `p->` of a smart pointer, which no text is for by itself.
bool IsArrow(const clang::Expr& expression) {
  const auto* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression.IgnoreImplicit());
  return call != nullptr && call->getOperator() == clang::OO_Arrow;
}

// The expression that is selected, or the cursor is in, by its index in the path.
std::optional<size_t> ExpressionAt(const Selection& selection) {
  const std::vector<SelectedNode>& path = selection.path();
  if (path.empty()) return std::nullopt;
  size_t at = path.size() - 1;
  const auto expression = [&](size_t i) { return path[i].node.get<clang::Expr>(); };
  if (expression(at) == nullptr) return std::nullopt;
  // The name of a function means its call.
  while (at > 0 && expression(at - 1) != nullptr) {
    const auto* call = llvm::dyn_cast<clang::CallExpr>(expression(at - 1));
    const bool is_callee =
        call != nullptr && selection.is_point() &&
        llvm::isa<clang::DeclRefExpr, clang::MemberExpr, clang::ImplicitCastExpr>(expression(at)) &&
        call->getCallee() == expression(at);
    const bool is_whole = path[at - 1].span != path[at].span && !IsArrow(*expression(at));
    if (is_whole && !is_callee) break;
    --at;
  }
  if (!selection.is_point() && path[at].span != selection.span()) return std::nullopt;
  return at;
}

// Whether `child` is evaluated exactly once whenever `parent` is, and ahead of nothing else in it that counts.
bool IsAlwaysEvaluated(const clang::Stmt& parent, const clang::Stmt* child) {
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(&parent)) {
    if (binary->isCommaOp()) return false;
    return !binary->isLogicalOp() || binary->getLHS() == child;
  }
  if (const auto* choice = llvm::dyn_cast<clang::AbstractConditionalOperator>(&parent)) {
    return choice->getCond() == child;
  }
  if (const auto* loop = llvm::dyn_cast<clang::ForStmt>(&parent)) return loop->getInit() == child;
  if (const auto* range = llvm::dyn_cast<clang::CXXForRangeStmt>(&parent)) {
    return child != range->getBody();
  }
  if (const auto* condition = llvm::dyn_cast<clang::IfStmt>(&parent)) {
    return !condition->isConstexpr() &&
           (condition->getCond() == child || condition->getInit() == child);
  }
  if (const auto* choice = llvm::dyn_cast<clang::SwitchStmt>(&parent)) {
    return choice->getCond() == child;
  }
  return !llvm::isa<clang::WhileStmt, clang::DoStmt, clang::SwitchCase, clang::LambdaExpr,
                    clang::UnaryExprOrTypeTraitExpr, clang::CXXNoexceptExpr, clang::CXXTypeidExpr,
                    clang::ConstantExpr, clang::StmtExpr, clang::LabelStmt, clang::CXXTryStmt,
                    clang::CXXCatchStmt, clang::AttributedStmt, clang::RequiresExpr>(parent);
}

// Whether `statement` is the only one below `parent`, which runs it under a condition.
bool IsLoneBody(const clang::Stmt& parent, const clang::Stmt* statement) {
  if (llvm::isa<clang::IfStmt>(statement)) return false;  // else if
  if (const auto* condition = llvm::dyn_cast<clang::IfStmt>(&parent)) {
    return condition->getThen() == statement || condition->getElse() == statement;
  }
  if (const auto* loop = llvm::dyn_cast<clang::ForStmt>(&parent))
    return loop->getBody() == statement;
  if (const auto* loop = llvm::dyn_cast<clang::WhileStmt>(&parent)) {
    return loop->getBody() == statement;
  }
  if (const auto* loop = llvm::dyn_cast<clang::CXXForRangeStmt>(&parent)) {
    return loop->getBody() == statement;
  }
  return false;
}

// Whether the variable would be one of a switch, past which its cases jump.
bool IsSwitchBody(const Selection& selection, size_t compound) {
  return compound > 0 && selection.path()[compound - 1].node.get<clang::SwitchStmt>() != nullptr;
}

std::optional<Found> FindStatement(const Selection& selection, size_t at, Found found) {
  const std::vector<SelectedNode>& path = selection.path();
  for (size_t i = at; i-- > 0;) {
    const auto* child = path[i + 1].node.get<clang::Stmt>();
    const auto* parent = path[i].node.get<clang::Stmt>();
    if (parent == nullptr) {
      // A variable's value is on the way to its statement; all else (members' values, arguments by default) is on
      // none.
      const auto* variable = path[i].node.get<clang::VarDecl>();
      const bool is_value = variable != nullptr && variable->isLocalVarDecl() &&
                            !variable->isStaticLocal() && !variable->isConstexpr();
      if (!is_value || path[i + 1].span == found.span || i == 0) return std::nullopt;
      continue;
    }
    if (child != nullptr) {
      const bool is_lone = IsLoneBody(*parent, child);
      if (llvm::isa<clang::CompoundStmt>(parent) || is_lone) {
        if (!path[i + 1].is_written || !path[i].is_written || IsSwitchBody(selection, i)) {
          return std::nullopt;
        }
        const std::optional<TextSpan> span = StatementSpan(selection.ast(), *child);
        if (!span) return std::nullopt;
        found.statement = child;
        found.statement_span = *span;
        found.needs_braces = is_lone;
        found.is_statement = path[i + 1].span == found.span;
        return found;
      }
      if (!IsAlwaysEvaluated(*parent, child)) return std::nullopt;
    }
    if (!path[i].is_written) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Found> Find(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const std::optional<size_t> at = ExpressionAt(selection);
  if (!at) return std::nullopt;
  const SelectedNode& node = selection.path()[*at];
  Found found;
  found.expression = node.node.get<clang::Expr>()->IgnoreImplicit();
  found.span = node.span;
  found.function = selection.Innermost<clang::FunctionDecl>();
  if (!node.is_written || found.function == nullptr ||
      !IsWorthIt(*found.expression->IgnoreParens())) {
    return std::nullopt;
  }
  // All that is done to it between the name and its use.
  for (size_t i = *at; i < selection.path().size(); ++i) {
    const auto* cast = selection.path()[i].node.get<clang::ImplicitCastExpr>();
    if (cast == nullptr) break;
    found.is_loaded |= cast->getCastKind() == clang::CK_LValueToRValue;
    if (cast->getCastKind() == clang::CK_NullToPointer) return std::nullopt;
  }
  if (found.expression->isNullPointerConstant(
          *ast.context, clang::Expr::NPC_ValueDependentIsNotNull) != clang::Expr::NPCK_NotNull &&
      found.expression->getType()->isPointerType()) {
    return std::nullopt;
  }
  const bool is_object = found.expression->isGLValue() && !found.is_loaded;
  if (is_object && !found.expression->isLValue()) return std::nullopt;  // on its way out
  if (is_object && *at > 0) {
    // What is assigned to keeps its name; so does what `&` and `sizeof` are asked of.
    const auto* parent = selection.path()[*at - 1].node.get<clang::Expr>();
    if (const auto* binary = llvm::dyn_cast_or_null<clang::BinaryOperator>(parent)) {
      if (binary->isAssignmentOp()) return std::nullopt;
    }
    if (found.expression->refersToBitField()) return std::nullopt;
  }
  if (!found.is_loaded && MayDangle(ast, *found.expression)) return std::nullopt;
  std::optional<Found> with_statement = FindStatement(selection, *at, found);
  if (!with_statement) return std::nullopt;
  Mentions mentions(ast, {with_statement->statement_span.begin, found.span.begin});
  mentions.TraverseStmt(found.expression);
  if (mentions.found) return std::nullopt;
  if (with_statement->is_statement && with_statement->needs_braces) return std::nullopt;
  return with_statement;
}

std::optional<std::string> Offer(const Selection& selection) {
  if (!Find(selection)) return std::nullopt;
  return "extract to a variable";
}

// "int ", "auto& ": with the space that its name needs.
std::optional<std::string> DeclaredAs(const LiveAst& ast, const Found& found,
                                      const std::string& name) {
  const clang::Expr& expression = *found.expression;
  const bool is_object = expression.isGLValue() && !found.is_loaded;
  clang::QualType type = expression.getType();
  const bool is_text =
      type->isArrayType() && llvm::isa<clang::StringLiteral>(expression.IgnoreParens());
  if (is_text) type = ast.context->getDecayedType(type);
  const bool is_plain =
      is_text || (!is_object && type->isBuiltinType() && !type->isDependentType());
  if (is_plain || !ast.context->getLangOpts().CPlusPlus) {
    if (is_object && !is_text) return std::nullopt;
    return SpellType(ast, type.getUnqualifiedType(), found.function, name);
  }
  const bool is_pointer = type->isPointerType();
  const bool is_const =
      is_pointer ? type->getPointeeType().isConstQualified() : type.isConstQualified();
  const std::string word = is_const && (is_object || is_pointer) ? "const auto" : "auto";
  if (is_object) return word + "& " + name;
  return word + (is_pointer ? "* " : " ") + name;
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const Found found = *Find(selection);
  const std::optional<TextSpan> function = ExpansionSpan(ast, found.function->getSourceRange());
  if (!function) return absl::FailedPreconditionError("a macro makes this function");
  const std::string name =
      FreeName(ast, *function, NameForValue(*found.expression, StyleOfNames(*found.function)));
  const std::optional<std::string> declared = DeclaredAs(ast, found, name);
  if (!declared) return absl::FailedPreconditionError("its type can't be spelled");
  const clang::Expr* value = found.expression->IgnoreParens();
  const std::optional<TextSpan> value_span = WholeSpan(ast, value->getSourceRange());
  if (!value_span) return absl::FailedPreconditionError("a macro makes part of it");
  const std::string text(TextOf(ast, *value_span));
  if (found.is_statement) {
    return TextChanges{{found.span.begin, found.span.end, *declared + " = " + text}};
  }
  const uint32_t begin = found.statement_span.begin;
  const std::string indent = IndentAt(ast.text, begin);
  const bool is_first = LineBegin(ast.text, begin) + indent.size() == begin;
  const std::string declaration = *declared + " = " + text + ";";
  TextChanges changes = {{found.span.begin, found.span.end, name}};
  if (!found.needs_braces) {
    changes.push_back({begin, begin, declaration + (is_first ? "\n" + indent : " ")});
    return changes;
  }
  const std::string inner = is_first ? indent : indent + IndentUnit(ast.text);
  const uint32_t open = SkipSpaceBack(ast.text, begin);
  if (HoldsComment(ast, {open, begin})) {
    return absl::FailedPreconditionError("there is a comment ahead of the statement");
  }
  const std::string outer = is_first && inner.size() >= IndentUnit(ast.text).size()
                                ? inner.substr(0, inner.size() - IndentUnit(ast.text).size())
                                : indent;
  changes.push_back({open, begin, " {\n" + inner + declaration + "\n" + inner});
  changes.push_back({found.statement_span.end, found.statement_span.end, "\n" + outer + "}"});
  return changes;
}

}  // namespace

extern const Refactoring kExtractVariable = {"ExtractVariable", kExtract, Offer, Make};

}  // namespace astrolabe
