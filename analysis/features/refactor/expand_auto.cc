// `auto` to the type that it stands for: of variables and of functions that return it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/refactor/type_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/Stmt.h"
#include "clang/AST/TypeLoc.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

struct Found {
  TextChange change;
  std::string type;  // for people
};

// Whether a declarator may follow the type: the other names of `T a, b` would lose a `*`.
bool EndsInName(const std::string& type) {
  return !type.empty() && (IsNameByte(type.back()) || type.back() == '>');
}

std::optional<Found> OfVariable(const LiveAst& ast, const clang::VarDecl& variable, TextSpan word,
                                bool is_alone) {
  const clang::AutoType* type = variable.getType()->getContainedAutoType();
  if (type == nullptr || type->getDeducedType().isNull() ||
      llvm::isa<clang::DecompositionDecl>(variable)) {
    return std::nullopt;
  }
  const clang::QualType deduced = type->getDeducedType();
  const std::optional<uint32_t> name = OffsetOf(ast, variable.getLocation());
  if (deduced->isDependentType() || !name || *name < word.end) return std::nullopt;
  const clang::DeclContext* where = variable.getDeclContext();
  const std::string between(TextOf(ast, TextSpan{word.end, *name}));
  const bool is_forwarding = between.find("&&") != std::string::npos;
  if (is_forwarding && deduced->isReferenceType()) {
    // `auto&& x = y` is a `T& x`.
    std::optional<std::string> all =
        SpellType(ast, variable.getType(), where, variable.getNameAsString());
    if (!all) return std::nullopt;
    const std::string shown = *SpellType(ast, variable.getType(), where);
    return Found{{word.begin, *name + static_cast<uint32_t>(variable.getName().size()), *all},
                 shown};
  }
  std::optional<std::string> text = SpellType(ast, deduced, where);
  if (!text) return std::nullopt;
  if (EndsInName(*text)) return Found{{word.begin, word.end, *text}, *text};
  const bool is_plain = between.find_first_not_of(" \t\n") == std::string::npos;
  if (!is_alone || !is_plain) return std::nullopt;
  uint32_t begin = word.begin;
  clang::QualType declared = deduced;
  // `const auto x` is a pointer that does not change, not one to what does not.
  if (variable.getType().isConstQualified() && !variable.isConstexpr()) {
    const uint32_t before = SkipSpaceBack(ast.text, begin);
    if (before < 5 || ast.text.compare(before - 5, 5, "const") != 0) return std::nullopt;
    begin = before - 5;
    declared = declared.withConst();
  } else if (variable.getType().isConstQualified()) {
    const uint32_t before = SkipSpaceBack(ast.text, begin);
    if (before >= 5 && ast.text.compare(before - 5, 5, "const") == 0) return std::nullopt;
  }
  std::optional<std::string> all = SpellType(ast, declared, where, variable.getNameAsString());
  if (!all) return std::nullopt;
  return Found{{begin, *name + static_cast<uint32_t>(variable.getName().size()), *all},
               *SpellType(ast, declared, where)};
}

std::optional<Found> OfFunction(const LiveAst& ast, const clang::FunctionDecl& function,
                                TextSpan word) {
  const clang::AutoType* type = function.getReturnType()->getContainedAutoType();
  const auto* prototype = function.getType()->getAs<clang::FunctionProtoType>();
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
  const bool is_lambda = method != nullptr && method->getParent()->isLambda();
  if (is_lambda || type == nullptr || type->getDeducedType().isNull() || prototype == nullptr ||
      prototype->hasTrailingReturn() || type->getDeducedType()->isDependentType()) {
    return std::nullopt;
  }
  std::optional<std::string> text =
      SpellType(ast, type->getDeducedType(), function.getLexicalDeclContext());
  if (!text || (!EndsInName(*text) && text->back() != '*')) return std::nullopt;
  // Other declarations of it have `auto` too and would have to change with it.
  if (!function.isThisDeclarationADefinition() || function.getPreviousDecl() != nullptr) {
    return std::nullopt;
  }
  return Found{{word.begin, word.end, *text}, *text};
}

std::optional<Found> Find(const Selection& selection) {
  const auto* type = selection.Innermost<clang::TypeLoc>();
  if (type == nullptr) return std::nullopt;
  const auto word_type = type->getUnqualifiedLoc().getAs<clang::AutoTypeLoc>();
  if (word_type.isNull() || word_type.isDecltypeAuto() || word_type.isConstrained()) {
    return std::nullopt;
  }
  const LiveAst& ast = selection.ast();
  if (!IsWritten(ast, word_type.getSourceRange())) return std::nullopt;
  const std::optional<TextSpan> word = WholeSpan(ast, word_type.getNameLoc());
  if (!word || TextOf(ast, *word) != "auto") return std::nullopt;
  size_t at = 0;
  const auto* decl = selection.Innermost<clang::Decl>(&at);
  if (const auto* variable = llvm::dyn_cast_or_null<clang::VarDecl>(decl)) {
    const auto* statement = selection.Innermost<clang::DeclStmt>();
    const bool is_alone = statement == nullptr || statement->isSingleDecl();
    return OfVariable(ast, *variable, *word, is_alone);
  }
  if (const auto* function = llvm::dyn_cast_or_null<clang::FunctionDecl>(decl)) {
    return OfFunction(ast, *function, *word);
  }
  return std::nullopt;
}

std::optional<std::string> Offer(const Selection& selection) {
  const std::optional<Found> found = Find(selection);
  if (!found) return std::nullopt;
  return "replace auto with " + found->type;
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  return TextChanges{Find(selection)->change};
}

}  // namespace

extern const Refactoring kExpandAuto = {"ExpandDeducedType", kRewrite, Offer, Make};

}  // namespace astrolabe
