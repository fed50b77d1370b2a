// Simple changes of a function's parameters, to be made in all files by whoever knows them
// (lsp/handlers/change_signature.h): a parameter that nothing uses goes, two change places, a call's argument that is
// one too many becomes a parameter.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/names.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/type_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/ExprCXX.h"

namespace astrolabe {
namespace {

struct Parameter {
  const clang::FunctionDecl* function = nullptr;
  unsigned number = 0;
};

// Operators and conversions have as many parameters as the language says, and so have copies.
bool MayChange(const clang::FunctionDecl& function) {
  const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(&function);
  const bool has_name = constructor != nullptr ? !constructor->isCopyOrMoveConstructor()
                                               : function.getDeclName().isIdentifier();
  return has_name && !function.isVariadic() && !function.isMain() && !function.isInvalidDecl();
}

// The parameter of a function that is selected.
std::optional<Parameter> ParameterAt(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* parameter =
      llvm::dyn_cast_or_null<clang::ParmVarDecl>(selection.Innermost<clang::Decl>());
  if (parameter == nullptr || parameter->isInvalidDecl()) return std::nullopt;
  const auto* function = llvm::dyn_cast<clang::FunctionDecl>(parameter->getDeclContext());
  if (function == nullptr || !MayChange(*function) || !OffsetOf(ast, function->getLocation())) {
    return std::nullopt;
  }
  const unsigned number = parameter->getFunctionScopeIndex();
  if (number >= function->getNumParams() || function->getParamDecl(number) != parameter) {
    return std::nullopt;
  }
  return Parameter{function, number};
}

class UseFinder : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  explicit UseFinder(const clang::ValueDecl* wanted) : wanted_(wanted) {}
  bool found = false;
  bool VisitDeclRefExpr(const clang::DeclRefExpr* reference) override {
    found |= reference->getDecl() == wanted_;
    return !found;
  }

 private:
  const clang::ValueDecl* wanted_;
};

FilesChanges Change(const LiveAst& ast, clang::SourceLocation name,
                    std::vector<ParameterChange> parameters) {
  FilesChanges made;
  made.signature = SignatureChange{*ast.PlaceOf(name), std::move(parameters)};
  return made;
}

std::vector<ParameterChange> AsTheyAre(const clang::FunctionDecl& function) {
  std::vector<ParameterChange> parameters(function.getNumParams());
  for (size_t i = 0; i < parameters.size(); ++i) parameters[i].old = static_cast<int32_t>(i);
  return parameters;
}

// ---- Remove.

std::optional<std::string> OfferRemove(const Selection& selection) {
  const std::optional<Parameter> found = ParameterAt(selection);
  if (!found) return std::nullopt;
  // Others' bodies are looked at when it is done.
  const clang::FunctionDecl* definition = found->function->getDefinition();
  if (definition == nullptr || definition->getBody() == nullptr) return std::nullopt;
  UseFinder uses(definition->getParamDecl(found->number));
  uses.TraverseDecl(definition);
  if (uses.found) return std::nullopt;
  const llvm::StringRef name = found->function->getParamDecl(found->number)->getName();
  return "remove the unused parameter" + (name.empty() ? "" : " " + name.str());
}

absl::StatusOr<FilesChanges> MakeRemove(const Selection& selection) {
  const Parameter found = *ParameterAt(selection);
  std::vector<ParameterChange> parameters = AsTheyAre(*found.function);
  parameters.erase(parameters.begin() + found.number);
  return Change(selection.ast(), found.function->getLocation(), std::move(parameters));
}

// ---- Swap.

std::optional<std::string> OfferSwap(const Selection& selection) {
  const std::optional<Parameter> found = ParameterAt(selection);
  if (!found || found->number + 1 >= found->function->getNumParams()) return std::nullopt;
  return "swap with the next parameter";
}

absl::StatusOr<FilesChanges> MakeSwap(const Selection& selection) {
  const Parameter found = *ParameterAt(selection);
  std::vector<ParameterChange> parameters = AsTheyAre(*found.function);
  std::swap(parameters[found.number], parameters[found.number + 1]);
  return Change(selection.ast(), found.function->getLocation(), std::move(parameters));
}

// ---- Add.

struct Extra {
  const clang::FunctionDecl* function = nullptr;
  clang::SourceLocation name;
  const clang::Expr* argument = nullptr;
};

// A call with one argument more than its only candidate takes, as Clang recovers it.
std::optional<Extra> ExtraArgument(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* recovery = selection.Innermost<clang::RecoveryExpr>();
  if (recovery == nullptr || recovery->subExpressions().empty()) return std::nullopt;
  const clang::Expr* callee = recovery->subExpressions().front()->IgnoreParenImpCasts();
  Extra extra;
  const clang::NamedDecl* found = nullptr;
  if (const auto* named = llvm::dyn_cast<clang::DeclRefExpr>(callee)) {
    found = named->getDecl();
    extra.name = named->getLocation();
  } else if (const auto* overloads = llvm::dyn_cast<clang::OverloadExpr>(callee)) {
    if (overloads->getNumDecls() != 1) return std::nullopt;
    found = (*overloads->decls_begin())->getUnderlyingDecl();
    extra.name = overloads->getNameLoc();
  } else if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(callee)) {
    found = member->getMemberDecl();
    extra.name = member->getMemberLoc();
  }
  extra.function = llvm::dyn_cast_or_null<clang::FunctionDecl>(found);
  const auto arguments = recovery->subExpressions().drop_front();
  if (extra.function == nullptr || extra.function->isVariadic() || extra.function->isTemplated() ||
      !extra.function->getDeclName().isIdentifier() ||
      arguments.size() != extra.function->getNumParams() + 1) {
    return std::nullopt;
  }
  extra.argument = arguments.back();
  if (extra.argument->isTypeDependent() || extra.argument->containsErrors() ||
      !OffsetOf(ast, extra.name)) {
    return std::nullopt;
  }
  return extra;
}

std::optional<std::string> OfferAdd(const Selection& selection) {
  const std::optional<Extra> extra = ExtraArgument(selection);
  if (!extra) return std::nullopt;
  return "add a parameter to " + extra->function->getNameAsString() + " for the last argument";
}

// What the other calls pass.
std::optional<std::string> EmptyValue(clang::QualType type, const std::string& spelled) {
  if (type->isBooleanType()) return "false";
  if (type->isPointerType()) return "nullptr";
  if (type->isFloatingType()) return "0.0";
  if (type->isIntegerType() && !type->isEnumeralType()) return "0";
  if (type->isReferenceType()) return std::nullopt;
  const auto* record = type->getAsCXXRecordDecl();
  if (record != nullptr && !record->hasDefaultConstructor()) return std::nullopt;
  return spelled + "{}";
}

absl::StatusOr<FilesChanges> MakeAdd(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const Extra extra = *ExtraArgument(selection);
  const clang::Expr* written = extra.argument->IgnoreParenImpCasts();
  clang::QualType type = written->getType().getUnqualifiedType();
  if (type->isArrayType()) type = ast.context->getDecayedType(type);
  const clang::DeclContext* where = extra.function->getDeclContext();
  const NameStyle style = StyleOfNames(*extra.function);
  std::string name = NameForValue(*written, style);
  if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(written)) {
    if (reference->getDecl()->getDeclName().isIdentifier()) name = reference->getDecl()->getName();
  }
  const auto declared = SpellType(ast, type, where, name);
  const auto spelled = SpellType(ast, type, ast.context->getTranslationUnitDecl());
  const auto value = spelled ? EmptyValue(type, *spelled) : std::nullopt;
  if (!declared || !value) {
    return absl::FailedPreconditionError("there is no value that the other calls could pass");
  }
  const clang::FunctionDecl* function = extra.function;
  for (const clang::ParmVarDecl* parameter : function->parameters()) {
    if (parameter->getName() == name) {
      return absl::FailedPreconditionError("it has a parameter " + name + " already");
    }
    if (parameter->hasDefaultArg()) {
      return absl::FailedPreconditionError("its last parameter has a default value");
    }
  }
  std::vector<ParameterChange> parameters = AsTheyAre(*function);
  parameters.push_back({-1, *declared, *value});
  return Change(ast, extra.name, std::move(parameters));
}

}  // namespace

extern const Refactoring kRemoveParameter = {"RemoveParameter", kRewrite, OfferRemove, nullptr,
                                             MakeRemove};
extern const Refactoring kSwapParameters = {"SwapParameters", kRewrite, OfferSwap, nullptr,
                                            MakeSwap};
extern const Refactoring kAddParameter = {"AddParameter", kQuickFix, OfferAdd, nullptr, MakeAdd};

}  // namespace astrolabe
