// `enum E` to `enum class E`, and `E::` ahead of the names of its values in this file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <set>

#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/symbols/name_walker.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclCXX.h"

namespace astrolabe {
namespace {

const clang::EnumDecl* Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* decl = llvm::dyn_cast_or_null<clang::EnumDecl>(selection.Innermost<clang::Decl>());
  if (decl == nullptr || decl->isScoped() || decl->getIdentifier() == nullptr ||
      !decl->isThisDeclarationADefinition() || decl->getPreviousDecl() != nullptr) {
    return nullptr;
  }
  if (!ast.context->getLangOpts().CPlusPlus11 || !selection.path().back().is_written)
    return nullptr;
  // Who includes it names its values, too.
  return IsHeader(ast.path) ? nullptr : decl;
}

std::optional<std::string> Offer(const Selection& selection) {
  const auto* decl = Find(selection);
  if (decl == nullptr) return std::nullopt;
  return "make " + decl->getNameAsString() + " an enum class";
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const clang::EnumDecl& decl = *Find(selection);
  const std::optional<uint32_t> begin = OffsetOf(ast, decl.getBeginLoc());
  if (!begin || ast.text.compare(*begin, 4, "enum") != 0) {
    return absl::FailedPreconditionError("a macro makes part of it");
  }
  TextChanges changes = {{*begin + 4, *begin + 4, " class"}};
  std::set<uint32_t> seen;
  bool is_made_by_macro = false;
  WalkNames(ast, std::nullopt, [&](const NamePlace& name) {
    if (name.is_declaration || name.decls.empty()) return;
    const auto* value = llvm::dyn_cast<clang::EnumConstantDecl>(name.decls.front());
    if (value == nullptr || value->getDeclContext() != &decl) return;
    is_made_by_macro |= !name.is_spelled;
    if (!name.is_spelled || !seen.insert(name.begin).second) return;
    // Its own values are known without its name inside it.
    const std::optional<TextSpan> inside = WholeSpan(ast, decl.getSourceRange());
    if (inside && inside->Holds({name.begin, name.end})) return;
    const std::string_view ahead = std::string_view(ast.text).substr(0, name.begin);
    const bool is_qualified = ahead.ends_with("::");
    if (is_qualified && ahead.ends_with(decl.getNameAsString() + "::")) return;
    changes.push_back({name.begin, name.begin, decl.getNameAsString() + "::"});
  });
  if (is_made_by_macro) return absl::FailedPreconditionError("a macro names one of its values");
  return changes;
}

}  // namespace

extern const Refactoring kScopedEnum = {"ScopifyEnum", kRewrite, Offer, Make};

}  // namespace astrolabe
