// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/written_declarations.h"

#include "clang/AST/Decl.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace astrolabe {
namespace {

bool IsInstantiated(clang::TemplateSpecializationKind kind) {
  return kind != clang::TSK_Undeclared && kind != clang::TSK_ExplicitSpecialization;
}

}  // namespace

bool IsInstantiation(const clang::Decl* declaration) {
  if (const auto* function = clang::dyn_cast<clang::FunctionDecl>(declaration)) {
    return IsInstantiated(function->getTemplateSpecializationKind());
  }
  if (const auto* variable = clang::dyn_cast<clang::VarDecl>(declaration)) {
    // An explicit one is a node of its own with the place where it is written.
    if (clang::isa<clang::VarTemplateSpecializationDecl>(variable)) {
      return variable->getTemplateSpecializationKind() == clang::TSK_ImplicitInstantiation;
    }
    return IsInstantiated(variable->getTemplateSpecializationKind());
  }
  if (const auto* special = clang::dyn_cast<clang::ClassTemplateSpecializationDecl>(declaration)) {
    return special->getSpecializationKind() == clang::TSK_ImplicitInstantiation;
  }
  return false;
}

std::vector<clang::Decl*> WrittenDeclarations(const LiveAst& ast) {
  std::vector<clang::Decl*> written;
  llvm::SmallPtrSet<const clang::Decl*, 32> seen;
  for (clang::Decl* declaration : ast.declarations) {
    if (declaration->isImplicit() || IsInstantiation(declaration)) continue;
    // Of a class or an Objective-C container: reached through it.
    if (!declaration->getLexicalDeclContext()->isFileContext() &&
        !clang::isa<clang::LinkageSpecDecl, clang::ExportDecl>(
            clang::Decl::castFromDeclContext(declaration->getLexicalDeclContext()))) {
      continue;
    }
    if (seen.insert(declaration).second) written.push_back(declaration);
  }
  return written;
}

}  // namespace astrolabe
