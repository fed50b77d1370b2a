// The declaration that a member's definition lacks: `int C::f(int a) { … }` into the class, wherever that is.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "absl/status/status.h"
#include "analysis/features/document/written_declarations.h"
#include "analysis/features/refactor/class_body.h"
#include "analysis/features/refactor/function_text.h"
#include "analysis/features/refactor/other_file.h"
#include "analysis/features/refactor/refactorings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"

namespace astrolabe {
namespace {

const clang::CXXMethodDecl* Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* method =
      llvm::dyn_cast_or_null<clang::CXXMethodDecl>(selection.Innermost<clang::Decl>());
  if (method == nullptr || !method->isInvalidDecl() || !method->isOutOfLine() ||
      !method->doesThisDeclarationHaveABody() || method->getPreviousDecl() != nullptr) {
    return nullptr;
  }
  if (selection.Innermost<clang::Stmt>() != nullptr) return nullptr;
  const clang::CXXRecordDecl* record = method->getParent();
  if (!record->hasDefinition() || record->isDependentContext() ||
      llvm::isa<clang::ClassTemplateSpecializationDecl>(record) ||
      !IsWritten(ast, method->getSourceRange())) {
    return nullptr;
  }
  return method;
}

std::optional<std::string> Offer(const Selection& selection) {
  const clang::CXXMethodDecl* method = Find(selection);
  if (method == nullptr) return std::nullopt;
  return "declare " + method->getNameAsString() + " in " +
         method->getParent()->getQualifiedNameAsString();
}

// That of the member whose definition stands ahead: what is defined side by side is declared so.
clang::AccessSpecifier AccessOf(const LiveAst& ast, const clang::CXXMethodDecl& method) {
  clang::AccessSpecifier access = clang::AS_public;
  const auto meet = [&](const clang::Decl* decl) {
    const auto* other = llvm::dyn_cast<clang::CXXMethodDecl>(decl);
    const bool is_ahead = other != nullptr && other != &method && !other->isInvalidDecl() &&
                          other->getParent() == method.getParent() && other->isOutOfLine();
    if (is_ahead && other->getAccess() <= clang::AS_private) access = other->getAccess();
  };
  const uint32_t end = OffsetOf(ast, method.getLocation()).value_or(0);
  for (const clang::Decl* decl : WrittenDeclarations(ast)) {
    const clang::DeclContext* inside = llvm::dyn_cast<clang::NamespaceDecl>(decl);
    if (inside == nullptr) {
      if (OffsetOf(ast, decl->getLocation()).value_or(0) < end) meet(decl);
      continue;
    }
    for (const clang::Decl* inner : inside->decls()) {
      if (OffsetOf(ast, inner->getLocation()).value_or(0) < end) meet(inner);
    }
  }
  return access;
}

absl::StatusOr<FilesChanges> Make(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const clang::CXXMethodDecl& method = *Find(selection);
  const clang::CXXRecordDecl& record = *method.getParent()->getDefinition();
  std::optional<FunctionText> text = SpellFunction(ast, method, &record, &record);
  if (!text) return absl::FailedPreconditionError("one of its types can't be spelled");
  NewMembers member;
  member.access = AccessOf(ast, method);
  member.lines.push_back(text->With("") + ";");
  return AddToClass(ast, record, {member});
}

}  // namespace

extern const Refactoring kDeclareMember = {"DeclareMember", kQuickFix, Offer, nullptr, Make};

}  // namespace astrolabe
