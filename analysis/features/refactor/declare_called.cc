// The declaration of what is called and was never declared: `box.open(1)` into the class of `box`, `open(1)` into the
// class around or ahead of the function, with the types that the call passes and what is done with the result.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <map>

#include "absl/status/status.h"
#include "analysis/features/refactor/class_body.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/names.h"
#include "analysis/features/refactor/other_file.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/type_text.h"
#include "analysis/features/symbols/text_tokens.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"

namespace astrolabe {
namespace {

struct Called {
  std::string name;
  std::vector<const clang::Expr*> arguments;
  const clang::FunctionDecl* caller = nullptr;
  const clang::CXXRecordDecl* record = nullptr;  // to be declared in; null: ahead of the caller
  bool is_const = false;                         // called on what is const
  size_t at = 0;                                 // of the call in the path
};

// The class that a value belongs to: of `*p` and `p` as well.
const clang::CXXRecordDecl* ClassOf(clang::QualType type, bool* is_const) {
  if (type.isNull()) return nullptr;
  type = type.getNonReferenceType();
  if (type->isPointerType()) type = type->getPointeeType();
  *is_const = type.isConstQualified();
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  return record == nullptr ? nullptr : record->getDefinition();
}

bool IsOfUser(const LiveAst& ast, const clang::CXXRecordDecl* record) {
  return record != nullptr && !record->isDependentContext() && !record->isLambda() &&
         !llvm::isa<clang::ClassTemplateSpecializationDecl>(record) &&
         ViewOfFile(ast, record->getLocation()).has_value();
}

// The word under the selection, if `(` stands behind it. `is_member`: a dot or an arrow ahead.
std::optional<TextSpan> NameAt(const Selection& selection, bool* is_member) {
  const LiveAst& ast = selection.ast();
  const std::vector<TextToken> tokens = TokensOf(ast);
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].end() < selection.span().end || tokens[i].begin > selection.span().begin)
      continue;
    if (!tokens[i].is_word || TextOf(ast, tokens[i + 1]) != "(") continue;
    const std::string_view ahead = i == 0 ? "" : TextOf(ast, tokens[i - 1]);
    if (ahead == "::") return std::nullopt;
    *is_member = ahead == "." || ahead == "->";
    return TextSpan{tokens[i].begin, tokens[i].end()};
  }
  return std::nullopt;
}

std::optional<Called> Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  Called called;
  called.caller = selection.Innermost<clang::FunctionDecl>();
  if (called.caller == nullptr || called.caller->isTemplated()) return std::nullopt;
  // What Clang makes of such a call holds what it could make of its parts.
  const clang::Expr* recovered = selection.Innermost<clang::RecoveryExpr>(&called.at);
  if (recovered == nullptr) return std::nullopt;
  if (called.at > 0) {
    const auto* call = selection.path()[called.at - 1].node.get<clang::CallExpr>();
    if (call != nullptr && call->getCallee()->IgnoreParenImpCasts() == recovered) {
      recovered = call;
      --called.at;
    }
  }
  bool is_member = false;
  const std::optional<TextSpan> name = NameAt(selection, &is_member);
  if (!name) return std::nullopt;
  called.name = TextOf(ast, *name);
  if (const auto* call = llvm::dyn_cast<clang::CallExpr>(recovered)) {
    const auto* callee = llvm::cast<clang::RecoveryExpr>(call->getCallee()->IgnoreParenImpCasts());
    if (!is_member || callee->subExpressions().size() != 1) return std::nullopt;
    called.record = ClassOf(callee->subExpressions().front()->getType(), &called.is_const);
    if (!IsOfUser(ast, called.record)) return std::nullopt;
    called.arguments.assign(call->arg_begin(), call->arg_end());
  } else {
    if (is_member) return std::nullopt;
    for (const clang::Expr* part : llvm::cast<clang::RecoveryExpr>(recovered)->subExpressions()) {
      const auto* callee = llvm::dyn_cast<clang::UnresolvedLookupExpr>(part);
      // That one finds nothing: else it is a call of something that does not fit.
      if (callee != nullptr && called.arguments.empty()) {
        if (callee->decls_begin() != callee->decls_end()) return std::nullopt;
        continue;
      }
      called.arguments.push_back(part);
    }
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(called.caller);
    if (method != nullptr && method->getParent()->isLambda()) return std::nullopt;
    if (method != nullptr && IsOfUser(ast, method->getParent())) {
      called.record = method->getParent()->getDefinition();
      called.is_const = method->isConst();
    }
  }
  for (const clang::Expr* argument : called.arguments) {
    if (argument->isTypeDependent() || argument->containsErrors()) return std::nullopt;
  }
  return called;
}

std::optional<std::string> Offer(const Selection& selection) {
  const std::optional<Called> called = Find(selection);
  if (!called) return std::nullopt;
  if (called->record == nullptr) return "declare " + called->name;
  return "declare " + called->name + " in " + called->record->getQualifiedNameAsString();
}

// What becomes of the call's value; null if that does not tell its type.
clang::QualType ResultOf(const Selection& selection, const Called& called) {
  const clang::ASTContext& context = *selection.ast().context;
  for (size_t i = called.at; i-- > 0;) {
    const clang::DynTypedNode& node = selection.path()[i].node;
    if (node.get<clang::ExprWithCleanups>() != nullptr ||
        node.get<clang::ImplicitCastExpr>() != nullptr)
      continue;
    if (const auto* variable = node.get<clang::VarDecl>()) {
      const clang::QualType type = variable->getType();
      return type->isUndeducedType() || variable->isInvalidDecl() ? clang::QualType()
                                                                  : type.getUnqualifiedType();
    }
    if (node.get<clang::ReturnStmt>() != nullptr) return called.caller->getReturnType();
    if (node.get<clang::CompoundStmt>() != nullptr) return context.VoidTy;
    if (node.get<clang::IfStmt>() != nullptr || node.get<clang::WhileStmt>() != nullptr) {
      return context.BoolTy;
    }
    break;
  }
  return {};
}

absl::StatusOr<std::string> Parameters(const LiveAst& ast, const Called& called,
                                       const clang::DeclContext* where) {
  std::string parameters;
  std::map<std::string, int> used;
  const NameStyle style = StyleOfNames(*called.caller);
  for (const clang::Expr* argument : called.arguments) {
    const clang::Expr* written = argument->IgnoreParenImpCasts();
    std::string name = NameForValue(*written, style);
    if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(written)) {
      if (reference->getDecl()->getDeclName().isIdentifier())
        name = reference->getDecl()->getName();
    }
    const int number = ++used[name];
    if (number > 1) name += std::to_string(number);
    clang::QualType type = written->getType().getUnqualifiedType();
    if (type->isArrayType()) type = ast.context->getDecayedType(type);
    const auto* record = type->getAsCXXRecordDecl();
    if (record != nullptr && record->hasDefinition() && !record->isTriviallyCopyable()) {
      type = ast.context->getLValueReferenceType(type.withConst());
    }
    const auto declared = SpellType(ast, type, where, name);
    if (!declared) return absl::FailedPreconditionError("the type of an argument can't be spelled");
    parameters += (parameters.empty() ? "" : ", ") + *declared;
  }
  return parameters;
}

absl::StatusOr<FilesChanges> Make(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const Called called = *Find(selection);
  const clang::DeclContext* where = called.record;
  if (where == nullptr) where = called.caller->getLexicalDeclContext();
  const clang::QualType result = ResultOf(selection, called);
  if (result.isNull()) {
    return absl::FailedPreconditionError("what it gives can't be seen from its use here");
  }
  const auto result_text = SpellType(ast, result, where);
  if (!result_text) return absl::FailedPreconditionError("what it gives can't be spelled");
  const absl::StatusOr<std::string> parameters = Parameters(ast, called, where);
  if (!parameters.ok()) return parameters.status();
  std::string text = *result_text + " " + called.name + "(" + *parameters + ")";
  if (called.record != nullptr) {
    NewMembers member;
    member.lines.push_back(text + (called.is_const ? " const;" : ";"));
    return AddToClass(ast, *called.record, {member});
  }
  const std::optional<uint32_t> begin = OffsetOf(ast, called.caller->getBeginLoc());
  if (!begin) return absl::FailedPreconditionError("a macro makes this function");
  const uint32_t place = LineBegin(ast.text, BeginWithComments(ast, *begin));
  FilesChanges made;
  made.changes.push_back({place, place, text + ";\n\n"});
  return made;
}

}  // namespace

extern const Refactoring kDeclareCalled = {"DeclareCalled", kQuickFix, Offer, nullptr, Make};

}  // namespace astrolabe
