// Statements to a function ahead of the one that they are in, with what they use as parameters.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <map>
#include <set>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/names.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/type_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/Stmt.h"
#include "clang/Basic/CharInfo.h"
#include "clang/Basic/SourceManager.h"

namespace astrolabe {
namespace {

struct Found {
  const clang::FunctionDecl* function = nullptr;
  std::vector<const clang::Stmt*> statements;
  TextSpan span;
};

// What the statements need from their function, and leave to it.
class Needs : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  Needs(const LiveAst& ast, TextSpan span) : ast_(ast), span_(span) {}

  struct Use {
    bool is_only_read = true;
    bool is_loaded = true;  // its value alone is wanted
  };
  std::map<const clang::VarDecl*, Use> variables;  // of the function, declared outside
  bool needs_class = false;                        // `this`, or a member without a qualifier
  bool returns = false;
  bool jumps = false;  // out of the statements, or to a label
  bool is_odd = false;

  bool TraverseStmt(const clang::Stmt* statement) override {
    if (statement == nullptr) return true;
    const bool is_loop =
        llvm::isa<clang::ForStmt, clang::WhileStmt, clang::DoStmt, clang::CXXForRangeStmt>(
            statement);
    const bool is_switch = llvm::isa<clang::SwitchStmt>(statement);
    loops_ += is_loop ? 1 : 0;
    switches_ += is_switch ? 1 : 0;
    const bool goes_on = clang::ConstDynamicRecursiveASTVisitor::TraverseStmt(statement);
    loops_ -= is_loop ? 1 : 0;
    switches_ -= is_switch ? 1 : 0;
    return goes_on;
  }
  bool TraverseLambdaExpr(const clang::LambdaExpr* lambda) override {
    // Its returns and jumps are its own; what it captures may be changed later.
    for (const clang::LambdaCapture& capture : lambda->captures()) {
      const auto* variable = capture.capturesVariable()
                                 ? llvm::dyn_cast<clang::VarDecl>(capture.getCapturedVar())
                                 : nullptr;
      if (variable != nullptr && IsOutside(variable)) {
        Use& use = variables[variable];
        use.is_loaded = false;
        use.is_only_read &= capture.getCaptureKind() == clang::LCK_ByCopy;
      }
      needs_class |= capture.capturesThis();
    }
    ++lambdas_;
    const bool goes_on = clang::ConstDynamicRecursiveASTVisitor::TraverseLambdaExpr(lambda);
    --lambdas_;
    return goes_on;
  }
  bool VisitReturnStmt(const clang::ReturnStmt*) override {
    returns |= lambdas_ == 0;
    return true;
  }
  bool VisitBreakStmt(const clang::BreakStmt*) override {
    jumps |= loops_ + switches_ == 0;
    return true;
  }
  bool VisitContinueStmt(const clang::ContinueStmt*) override {
    jumps |= loops_ == 0;
    return true;
  }
  bool VisitStmt(const clang::Stmt* statement) override {
    jumps |= llvm::isa<clang::GotoStmt, clang::IndirectGotoStmt, clang::LabelStmt>(statement);
    jumps |= llvm::isa<clang::SwitchCase>(statement) && switches_ == 0;
    is_odd |= llvm::isa<clang::CoroutineSuspendExpr, clang::CoreturnStmt>(statement);
    // Of a macro, assert() for one, it says where the macro stands, in the new function as well.
    is_odd |= llvm::isa<clang::PredefinedExpr>(statement) &&
              !ast_.context->getSourceManager().isMacroBodyExpansion(statement->getBeginLoc());
    return true;
  }
  bool VisitCXXThisExpr(const clang::CXXThisExpr*) override {
    needs_class = true;
    return true;
  }
  bool VisitDeclRefExpr(const clang::DeclRefExpr* reference) override {
    const clang::ValueDecl* decl = reference->getDecl();
    is_odd |= llvm::isa<clang::BindingDecl>(decl) && IsOutside(decl);
    needs_class |= decl->isCXXClassMember() && !reference->hasQualifier();
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl);
    if (variable == nullptr || !IsOutside(variable)) return true;
    Use& use = variables[variable];
    const bool is_read = read_.contains(reference);
    use.is_only_read &= is_read || variable->getType().getNonReferenceType().isConstQualified();
    use.is_loaded &= loaded_.contains(reference);
    return true;
  }
  // A cast is met ahead of what it casts.
  bool VisitImplicitCastExpr(const clang::ImplicitCastExpr* cast) override {
    const clang::Expr* inner = cast->getSubExpr()->IgnoreParens();
    const bool is_load = cast->getCastKind() == clang::CK_LValueToRValue;
    const bool is_const =
        cast->getCastKind() == clang::CK_NoOp && cast->getType().isConstQualified();
    if (!is_load && !is_const) return true;
    bool is_whole = true;
    while (const auto* member = llvm::dyn_cast<clang::MemberExpr>(inner)) {
      if (member->isArrow()) break;
      is_whole = false;
      inner = member->getBase()->IgnoreParens();
    }
    if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(inner)) {
      read_.insert(reference);
      if (is_load && is_whole) loaded_.insert(reference);
    }
    return true;
  }

 private:
  bool IsOutside(const clang::ValueDecl* variable) const {
    if (!variable->getDeclContext()->isFunctionOrMethod()) return false;
    const auto* local = llvm::dyn_cast<clang::VarDecl>(variable);
    if (local != nullptr && !local->hasLocalStorage()) return false;
    const std::optional<TextSpan> at = ExpansionSpan(ast_, variable->getLocation());
    return !at || !span_.Holds(*at);
  }

  const LiveAst& ast_;
  const TextSpan span_;
  std::set<const clang::DeclRefExpr*> read_;
  std::set<const clang::DeclRefExpr*> loaded_;
  int loops_ = 0;
  int switches_ = 0;
  int lambdas_ = 0;
};

// Variables that the statements declare and what follows them uses.
class Leavings : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  Leavings(const LiveAst& ast, TextSpan span) : ast_(ast), span_(span) {}
  std::set<const clang::ValueDecl*> found;
  bool VisitDeclRefExpr(const clang::DeclRefExpr* reference) override {
    const std::optional<TextSpan> at = ExpansionSpan(ast_, reference->getSourceRange());
    if (!at || span_.Holds(*at)) return true;
    const std::optional<TextSpan> declared =
        ExpansionSpan(ast_, reference->getDecl()->getLocation());
    if (declared && span_.Holds(*declared)) found.insert(reference->getDecl());
    return true;
  }

 private:
  const LiveAst& ast_;
  const TextSpan span_;
};

std::optional<Found> Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  if (selection.is_point() || IsHeader(ast.path)) return std::nullopt;
  size_t at = 0;
  const auto* block = selection.Innermost<clang::CompoundStmt>(&at);
  size_t function_at = 0;
  Found found;
  found.function = selection.Innermost<clang::FunctionDecl>(&function_at);
  if (block == nullptr || found.function == nullptr || function_at > at ||
      found.function->isTemplated() || found.function->isConstexpr()) {
    return std::nullopt;
  }
  for (size_t i = function_at; i < at; ++i) {
    if (selection.path()[i].node.get<clang::LambdaExpr>() != nullptr) return std::nullopt;
    if (!selection.path()[i].is_written) return std::nullopt;
  }
  if (at > 0 && selection.path()[at - 1].node.get<clang::SwitchStmt>() != nullptr)
    return std::nullopt;
  for (const clang::Stmt* statement : block->body()) {
    const std::optional<TextSpan> span = StatementSpan(ast, *statement);
    if (!span) return std::nullopt;
    const bool is_inside =
        span->begin >= selection.span().begin && span->begin < selection.span().end;
    if (!is_inside) {
      const bool is_cut =
          span->begin < selection.span().begin && span->end > selection.span().begin;
      if (is_cut) return std::nullopt;
      continue;
    }
    const auto semicolon = static_cast<uint32_t>(ast.text[span->end - 1] == ';' ? 1 : 0);
    if (span->end > selection.span().end + semicolon || span->end < span->begin)
      return std::nullopt;
    if (!IsWritten(ast, statement->getBeginLoc()) && !WholeSpan(ast, statement->getSourceRange()))
      return std::nullopt;
    if (found.statements.empty()) found.span.begin = span->begin;
    found.span.end = span->end;
    found.statements.push_back(statement);
  }
  if (found.statements.empty() || found.span.begin != selection.span().begin) return std::nullopt;
  // One statement that is a jump or a variable is not worth a function.
  const bool is_small =
      found.statements.size() == 1 &&
      llvm::isa<clang::ReturnStmt, clang::DeclStmt, clang::BreakStmt, clang::ContinueStmt>(
          found.statements.front());
  if (is_small) return std::nullopt;
  return found;
}

std::optional<std::string> Offer(const Selection& selection) {
  if (!Find(selection)) return std::nullopt;
  return "extract to a function";
}

// What the new function is to the rest.
struct Shape {
  std::string result = "void";
  std::string call_prefix;  // "return ", "int x = "
  std::string last;         // "return x;"
};

absl::StatusOr<Shape> ShapeOf(const LiveAst& ast, const Found& found, const Needs& needs) {
  const auto refused = [](const char* why) { return absl::FailedPreconditionError(why); };
  Leavings leavings(ast, found.span);
  leavings.TraverseStmt(found.function->getBody());
  if (leavings.found.size() > 1) return refused("what follows uses more than one of its variables");
  const clang::DeclContext* where = found.function->getLexicalDeclContext();
  Shape shape;
  if (needs.returns) {
    Needs but_last(ast, found.span);
    for (const clang::Stmt* statement : found.statements) {
      if (statement != found.statements.back()) but_last.TraverseStmt(statement);
    }
    const bool is_end = llvm::isa<clang::ReturnStmt>(found.statements.back()) && !but_last.returns;
    if (!is_end || !leavings.found.empty())
      return refused("it returns from the midst of the function");
    const std::optional<std::string> type = SpellType(ast, found.function->getReturnType(), where);
    if (!type) return refused("its type can't be spelled");
    shape.result = *type;
    shape.call_prefix = "return ";
    return shape;
  }
  if (leavings.found.empty()) return shape;
  const auto* variable = llvm::dyn_cast<clang::VarDecl>(*leavings.found.begin());
  if (variable == nullptr || variable->getType()->isReferenceType() ||
      variable->getType()->isArrayType() || !variable->hasLocalStorage()) {
    return refused("what follows uses something that it declares and can't return");
  }
  // In the outermost block, so that it is there at the end.
  const bool is_outermost =
      std::ranges::any_of(found.statements, [&](const clang::Stmt* statement) {
        const auto* declaration = llvm::dyn_cast<clang::DeclStmt>(statement);
        return declaration != nullptr &&
               std::find(declaration->decl_begin(), declaration->decl_end(), variable) !=
                   declaration->decl_end();
      });
  const clang::QualType type = variable->getType();
  const std::optional<std::string> result = SpellType(ast, type.getUnqualifiedType(), where);
  const std::optional<std::string> declared =
      SpellType(ast, type, found.function, variable->getNameAsString());
  if (!is_outermost || !result || !declared) {
    return refused("what follows uses something that it declares and can't return");
  }
  shape.result = *result;
  shape.call_prefix = *declared + " = ";
  shape.last = "return " + variable->getNameAsString() + ";";
  return shape;
}

struct Parameters {
  std::string declared;
  std::string passed;
};

absl::StatusOr<Parameters> ParametersOf(const LiveAst& ast, const Found& found,
                                        const Needs& needs) {
  std::vector<std::pair<const clang::VarDecl*, Needs::Use>> ordered(needs.variables.begin(),
                                                                    needs.variables.end());
  std::ranges::sort(ordered, [&](const auto& a, const auto& b) {
    return a.first->getLocation().getRawEncoding() < b.first->getLocation().getRawEncoding();
  });
  Parameters parameters;
  for (const auto& [variable, use] : ordered) {
    clang::QualType type = variable->getType().getNonReferenceType();
    const bool is_small = type->isScalarType();
    if (use.is_only_read && is_small && use.is_loaded) {
      type = type.getUnqualifiedType();
    } else {
      if (use.is_only_read) type = type.withConst();
      type = ast.context->getLValueReferenceType(type);
    }
    const std::string name = variable->getNameAsString();
    const std::optional<std::string> declared =
        SpellType(ast, type, found.function->getLexicalDeclContext(), name);
    if (!declared || name.empty())
      return absl::FailedPreconditionError("the type of " + name + " can't be spelled");
    parameters.declared += (parameters.declared.empty() ? "" : ", ") + *declared;
    parameters.passed += (parameters.passed.empty() ? "" : ", ") + name;
  }
  return parameters;
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const auto refused = [](const char* why) { return absl::FailedPreconditionError(why); };
  const Found found = *Find(selection);
  Needs needs(ast, found.span);
  for (const clang::Stmt* statement : found.statements) needs.TraverseStmt(statement);
  if (needs.jumps) return refused("it jumps to another part of the function");
  if (OpenConditionals(ast, found.span) != 0) {
    return refused("a condition of the preprocessor ends in it");
  }
  if (needs.is_odd) return refused("it uses what only this function has");
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(found.function);
  const bool is_inside_class = method != nullptr && !method->isOutOfLine();
  if (needs.needs_class && !is_inside_class) {
    return refused("it uses members of a class that is declared elsewhere");
  }
  const absl::StatusOr<Shape> shape = ShapeOf(ast, found, needs);
  if (!shape.ok()) return shape.status();
  const absl::StatusOr<Parameters> parameters = ParametersOf(ast, found, needs);
  if (!parameters.ok()) return parameters.status();
  const std::optional<uint32_t> begin = OffsetOf(ast, found.function->getBeginLoc());
  if (!begin) return refused("a macro makes this function");
  const uint32_t place = LineBegin(ast.text, BeginWithComments(ast, *begin));
  if (ast.text.find_first_not_of(" \t", place) > *begin) return refused("there is no line for it");
  const bool is_upper = found.function->getDeclName().isIdentifier() &&
                        !found.function->getName().empty() &&
                        clang::isUppercase(found.function->getName()[0]);
  const std::string name = FreeName(ast, {0, static_cast<uint32_t>(ast.text.size())},
                                    is_upper ? "Extracted" : "extracted");
  std::string head;
  std::string tail;
  if (is_inside_class) {
    if (!needs.needs_class || method->isStatic()) head = "static ";
    if (head.empty() && method->isConst()) tail = " const";
  } else if (!found.function->isInAnonymousNamespace()) {
    head = "static ";
  }
  const std::string outer = IndentAt(ast.text, *begin);
  const std::string inner = outer + IndentUnit(ast.text);
  const std::string code =
      Reindented(std::string(TextOf(ast, found.span)), IndentAt(ast.text, found.span.begin), inner);
  std::string text = outer + head + shape->result + " " + name + "(" + parameters->declared + ")" +
                     tail + " {\n" + inner + code + "\n";
  if (!shape->last.empty()) text += inner + shape->last + "\n";
  text += outer + "}\n\n";
  return TextChanges{{place, place, text},
                     {found.span.begin, found.span.end,
                      shape->call_prefix + name + "(" + parameters->passed + ");"}};
}

}  // namespace

extern const Refactoring kExtractFunction = {"ExtractFunction", kExtract, Offer, Make};

}  // namespace astrolabe
