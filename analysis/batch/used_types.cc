// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/used_types.h"

#include <utility>

#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/TypeLoc.h"

namespace astrolabe {
namespace {

// NOLINTBEGIN(bugprone-derived-method-shadowing-base-method): that is how visitors work.
class Finder : public clang::RecursiveASTVisitor<Finder> {
 public:
  explicit Finder(const UsedTypeReport& report) : report_(report) {}

  bool TraverseDecl(clang::Decl* declaration) {
    if (declaration == nullptr) return true;
    const clang::NamedDecl* outer = container_;
    if (IsContainer(*declaration)) container_ = llvm::cast<clang::NamedDecl>(declaration);
    const bool result = RecursiveASTVisitor::TraverseDecl(declaration);
    container_ = outer;
    return result;
  }

  bool VisitUsingTypeLoc(clang::UsingTypeLoc type) {
    const clang::NamedDecl* target = type.getTypePtr()->getDecl()->getTargetDecl();
    if (target != nullptr) report_(*target, type.getNameLoc(), container_);
    return true;
  }

 private:
  // As the indexer has it: what is local belongs to its function.
  static bool IsContainer(const clang::Decl& declaration) {
    if (declaration.getParentFunctionOrMethod() != nullptr) return false;
    return llvm::isa<clang::FunctionDecl, clang::TagDecl, clang::FieldDecl, clang::VarDecl,
                     clang::TypedefNameDecl>(declaration);
  }

  const UsedTypeReport& report_;
  const clang::NamedDecl* container_ = nullptr;
};
// NOLINTEND(bugprone-derived-method-shadowing-base-method)

}  // namespace

void FindUsedTypes(std::span<const clang::Decl* const> declarations, const UsedTypeReport& report) {
  Finder finder(report);
  // The visitor reads only.
  for (const clang::Decl* declaration : declarations) {
    finder.TraverseDecl(const_cast<clang::Decl*>(declaration));
  }
}

}  // namespace astrolabe
