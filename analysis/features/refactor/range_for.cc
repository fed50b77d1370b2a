// A loop over the indices or iterators of a container to one over its elements, where they serve for nothing else.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <set>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/Stmt.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

const clang::Expr* Bare(const clang::Expr* expression) {
  return expression == nullptr ? nullptr : expression->IgnoreParenImpCasts();
}

bool Names(const clang::Expr* expression, const clang::VarDecl* variable) {
  const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(Bare(expression));
  return reference != nullptr && reference->getDecl() == variable;
}

// `x.method()` without arguments: the object. Null for all else.
const clang::Expr* ObjectOfCall(const clang::Expr* expression, llvm::StringRef method) {
  const auto* call = llvm::dyn_cast_or_null<clang::CXXMemberCallExpr>(
      expression == nullptr ? nullptr : expression->IgnoreImplicit()->IgnoreParenImpCasts());
  if (call == nullptr || call->getNumArgs() != 0 || call->getMethodDecl() == nullptr)
    return nullptr;
  if (!call->getMethodDecl()->getDeclName().isIdentifier() ||
      call->getMethodDecl()->getName() != method)
    return nullptr;
  const auto* member = llvm::dyn_cast<clang::MemberExpr>(call->getCallee()->IgnoreParens());
  if (member == nullptr || member->isArrow()) return nullptr;
  return call->getImplicitObjectArgument();
}

// A container that stays the same: a variable, or a member of one.
bool IsContainer(const clang::Expr* expression) {
  expression = Bare(expression);
  while (const auto* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression)) {
    if (llvm::isa<clang::CXXThisExpr>(Bare(member->getBase()))) return true;
    if (member->isArrow()) return false;
    expression = Bare(member->getBase());
  }
  return llvm::isa_and_nonnull<clang::DeclRefExpr>(expression);
}

const clang::ValueDecl* DeclOf(const clang::Expr* container) {
  container = Bare(container);
  if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(container))
    return member->getMemberDecl();
  return llvm::cast<clang::DeclRefExpr>(container)->getDecl();
}

// What the body does with the counter and the container.
class Body : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  Body(const clang::VarDecl* counter, const clang::ValueDecl* container, bool is_iterator)
      : counter_(counter), container_(container), is_iterator_(is_iterator) {}

  struct Element {
    const clang::Expr* expression = nullptr;
    const clang::MemberExpr* arrow = nullptr;  // it->x: that member
  };
  std::vector<Element> elements;
  bool is_changed = false;
  bool calls_this = false;  // what may change the members

  // Whether counter and container are used for elements alone.
  bool IsPlain() const {
    const size_t container_uses = is_iterator_ ? 0 : elements.size();
    return !elements.empty() && counters_ == elements.size() && containers_ == container_uses &&
           !is_odd_;
  }

  bool VisitDeclRefExpr(const clang::DeclRefExpr* reference) override {
    counters_ += reference->getDecl() == counter_ ? 1 : 0;
    containers_ += reference->getDecl() == container_ ? 1 : 0;
    return true;
  }
  bool VisitCXXMemberCallExpr(const clang::CXXMemberCallExpr* call) override {
    const clang::CXXMethodDecl* method = call->getMethodDecl();
    const bool is_own = llvm::isa<clang::CXXThisExpr>(Bare(call->getImplicitObjectArgument()));
    calls_this |= is_own && (method == nullptr || !method->isConst());
    return true;
  }
  bool VisitLambdaExpr(const clang::LambdaExpr*) override {
    is_odd_ = true;
    return true;
  }
  bool VisitArraySubscriptExpr(const clang::ArraySubscriptExpr* element) override {
    if (!is_iterator_ && Names(element->getIdx(), counter_)) Add(element, element->getBase());
    return true;
  }
  bool VisitCXXOperatorCallExpr(const clang::CXXOperatorCallExpr* call) override {
    const bool is_index = call->getOperator() == clang::OO_Subscript && call->getNumArgs() == 2;
    const bool is_star = call->getOperator() == clang::OO_Star && call->getNumArgs() == 1;
    if (!is_iterator_ && is_index && Names(call->getArg(1), counter_)) Add(call, call->getArg(0));
    if (is_iterator_ && is_star && Names(call->getArg(0), counter_)) Add(call, nullptr);
    return true;
  }
  bool VisitUnaryOperator(const clang::UnaryOperator* unary) override {
    const bool is_star = unary->getOpcode() == clang::UO_Deref;
    if (is_iterator_ && is_star && Names(unary->getSubExpr(), counter_)) Add(unary, nullptr);
    return true;
  }
  bool VisitMemberExpr(const clang::MemberExpr* member) override {
    containers_ += member->getMemberDecl() == container_ ? 1 : 0;
    if (!is_iterator_ || !member->isArrow()) return true;
    const clang::Expr* base = Bare(member->getBase());
    const auto* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(base);
    const bool is_arrow = call != nullptr && call->getOperator() == clang::OO_Arrow &&
                          Names(call->getArg(0), counter_);
    if (is_arrow || Names(base, counter_)) {
      elements.push_back({base, member});
      is_changed |= !read_.contains(member);
    }
    return true;
  }
  // Met ahead of what it casts.
  bool VisitImplicitCastExpr(const clang::ImplicitCastExpr* cast) override {
    const bool is_load = cast->getCastKind() == clang::CK_LValueToRValue;
    const bool is_const =
        cast->getCastKind() == clang::CK_NoOp && cast->getType().isConstQualified();
    if (!is_load && !is_const) return true;
    const clang::Expr* inner = cast->getSubExpr()->IgnoreParens();
    read_.insert(inner);
    while (const auto* member = llvm::dyn_cast<clang::MemberExpr>(inner)) {
      inner = member->getBase()->IgnoreParens();
      read_.insert(inner);
    }
    return true;
  }

 private:
  void Add(const clang::Expr* element, const clang::Expr* container) {
    if (container != nullptr && (!IsContainer(container) || DeclOf(container) != container_)) {
      is_odd_ = true;
      return;
    }
    elements.push_back({element, nullptr});
    is_changed |=
        element->isGLValue() && !read_.contains(element) && !element->getType().isConstQualified();
  }

  const clang::VarDecl* counter_;
  const clang::ValueDecl* container_;
  const bool is_iterator_;
  size_t counters_ = 0;
  size_t containers_ = 0;
  bool is_odd_ = false;
  std::set<const clang::Expr*> read_;
};

struct Found {
  const clang::ForStmt* loop = nullptr;
  const clang::VarDecl* counter = nullptr;
  const clang::Expr* container = nullptr;
  bool is_iterator = false;
};

// `++x` or `x++`.
bool IsIncrementOf(const clang::Expr* expression, const clang::VarDecl* counter) {
  expression = expression == nullptr ? nullptr : expression->IgnoreImplicit();
  if (const auto* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(expression)) {
    return unary->isIncrementOp() && Names(unary->getSubExpr(), counter);
  }
  const auto* call = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(expression);
  return call != nullptr && call->getOperator() == clang::OO_PlusPlus &&
         Names(call->getArg(0), counter);
}

// The two sides of `a < b` or `a != b`, built in or not.
bool SidesOf(const clang::Expr* condition, const clang::Expr** left, const clang::Expr** right,
             bool* is_less) {
  condition = condition == nullptr ? nullptr : condition->IgnoreImplicit();
  if (const auto* rewritten =
          llvm::dyn_cast_or_null<clang::CXXRewrittenBinaryOperator>(condition)) {
    const auto parts = rewritten->getDecomposedForm();
    *left = parts.LHS;
    *right = parts.RHS;
    *is_less = parts.Opcode == clang::BO_LT;
    return *is_less || parts.Opcode == clang::BO_NE;
  }
  if (const auto* binary = llvm::dyn_cast_or_null<clang::BinaryOperator>(condition)) {
    *left = binary->getLHS();
    *right = binary->getRHS();
    *is_less = binary->getOpcode() == clang::BO_LT;
    return *is_less || binary->getOpcode() == clang::BO_NE;
  }
  const auto* call = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(condition);
  if (call == nullptr || call->getNumArgs() != 2) return false;
  *left = call->getArg(0);
  *right = call->getArg(1);
  *is_less = call->getOperator() == clang::OO_Less;
  return *is_less || call->getOperator() == clang::OO_ExclaimEqual;
}

std::optional<Found> Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  Found found;
  found.loop = llvm::dyn_cast_or_null<clang::ForStmt>(selection.Innermost<clang::Stmt>());
  if (found.loop == nullptr || !ast.context->getLangOpts().CPlusPlus11) return std::nullopt;
  if (!IsWritten(ast, {found.loop->getForLoc(), found.loop->getRParenLoc()})) return std::nullopt;
  const auto* init = llvm::dyn_cast_or_null<clang::DeclStmt>(found.loop->getInit());
  if (init == nullptr || !init->isSingleDecl() || found.loop->getBody() == nullptr)
    return std::nullopt;
  found.counter = llvm::dyn_cast<clang::VarDecl>(init->getSingleDecl());
  if (found.counter == nullptr || found.counter->getInit() == nullptr) return std::nullopt;
  const clang::Expr* left = nullptr;
  const clang::Expr* right = nullptr;
  bool is_less = false;
  if (!SidesOf(found.loop->getCond(), &left, &right, &is_less) ||
      !Names(left->IgnoreImplicit(), found.counter) ||
      !IsIncrementOf(found.loop->getInc(), found.counter) ||
      found.loop->getCond()->isTypeDependent()) {
    return std::nullopt;
  }
  const clang::Expr* start = found.counter->getInit();
  if (const clang::Expr* begin = ObjectOfCall(start, "begin")) {
    const clang::Expr* end = ObjectOfCall(right, "end");
    if (is_less || end == nullptr || !IsContainer(begin) || !IsContainer(end) ||
        DeclOf(begin) != DeclOf(end)) {
      return std::nullopt;
    }
    found.container = begin;
    found.is_iterator = true;
  } else {
    const auto* zero = llvm::dyn_cast<clang::IntegerLiteral>(Bare(start));
    found.container = ObjectOfCall(right, "size");
    if (zero == nullptr || zero->getValue() != 0 || found.container == nullptr ||
        !IsContainer(found.container)) {
      return std::nullopt;
    }
  }
  Body body(found.counter, DeclOf(found.container), found.is_iterator);
  body.TraverseStmt(found.loop->getBody());
  if (!body.IsPlain()) return std::nullopt;
  // An index survives a container that grows.
  const bool is_member = llvm::isa<clang::MemberExpr>(Bare(found.container));
  if (!found.is_iterator && is_member && body.calls_this) return std::nullopt;
  return found;
}

std::optional<std::string> Offer(const Selection& selection) {
  if (!Find(selection)) return std::nullopt;
  return "convert to a loop over the elements";
}

// "files_": file; "entries": entry; what has no plural: element.
std::string NameOfElement(llvm::StringRef container) {
  std::string name = container.trim('_').str();
  if (name.ends_with("ies") && name.size() > 4) return name.substr(0, name.size() - 3) + "y";
  if (name.ends_with("s") && !name.ends_with("ss") && name.size() > 2)
    return name.substr(0, name.size() - 1);
  return "element";
}

// `(*it).x`, but not `f(*it)`.
bool HasOwnParentheses(const std::string& text, TextSpan span) {
  const bool is_inside = span.begin > 0 && span.end < text.size() && text[span.begin - 1] == '(' &&
                         text[span.end] == ')';
  if (!is_inside) return false;
  const uint32_t before = SkipSpaceBack(text, span.begin - 1);
  return before == 0 || (!IsNameByte(text[before - 1]) && text[before - 1] != ')' &&
                         text[before - 1] != ']' && text[before - 1] != '>');
}

std::string HeadOf(const Body& body) {
  if (body.is_changed) return "auto& ";
  const Body::Element& first = body.elements.front();
  const bool is_small = first.arrow == nullptr && first.expression->getType()->isScalarType();
  return is_small ? "auto " : "const auto& ";
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const Found found = *Find(selection);
  Body body(found.counter, DeclOf(found.container), found.is_iterator);
  body.TraverseStmt(found.loop->getBody());
  const auto* function = selection.Innermost<clang::FunctionDecl>();
  const std::optional<TextSpan> around =
      function == nullptr ? std::nullopt : ExpansionSpan(ast, function->getSourceRange());
  const std::optional<TextSpan> container = WholeSpan(ast, Bare(found.container)->getSourceRange());
  const std::optional<uint32_t> open = OffsetOf(ast, found.loop->getLParenLoc());
  const std::optional<uint32_t> close = OffsetOf(ast, found.loop->getRParenLoc());
  if (!around || !container || !open || !close)
    return absl::FailedPreconditionError("a macro makes part of it");
  const clang::ValueDecl* decl = DeclOf(found.container);
  const std::string wish =
      decl->getDeclName().isIdentifier() ? NameOfElement(decl->getName()) : "element";
  const std::string name = FreeName(ast, *around, wish);
  TextChanges changes = {
      {*open + 1, *close, HeadOf(body) + name + " : " + std::string(TextOf(ast, *container))}};
  for (const Body::Element& element : body.elements) {
    std::optional<TextSpan> span = WholeSpan(ast, element.expression->getSourceRange());
    std::string text = name;
    if (element.arrow != nullptr) {
      const std::optional<uint32_t> member = OffsetOf(ast, element.arrow->getMemberLoc());
      const std::optional<uint32_t> begin = OffsetOf(ast, element.arrow->getBeginLoc());
      if (!member || !begin) return absl::FailedPreconditionError("a macro uses an element");
      span = TextSpan{*begin, *member};
      text += ".";
    } else if (!span || !IsWritten(ast, element.expression->getSourceRange())) {
      return absl::FailedPreconditionError("a macro uses an element");
    } else if (found.is_iterator && HasOwnParentheses(ast.text, *span)) {
      span = TextSpan{span->begin - 1, span->end + 1};
    }
    changes.push_back({span->begin, span->end, text});
  }
  return changes;
}

}  // namespace

extern const Refactoring kRangeFor = {"ConvertToRangeFor", kRewrite, Offer, Make};

}  // namespace astrolabe
