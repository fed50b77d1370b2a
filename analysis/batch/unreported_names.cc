// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/unreported_names.h"

#include <utility>

#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/TypeLoc.h"
#include "clang/Index/IndexSymbol.h"

namespace astrolabe {
namespace {

// Where a type is named by its own name; invalid for an alias and for what has no name.
clang::SourceLocation NameOfClass(clang::TypeLoc type) {
  type = type.IgnoreParens().getUnqualifiedLoc();
  if (const auto tag = type.getAs<clang::TagTypeLoc>()) return tag.getNameLoc();
  if (const auto used = type.getAs<clang::UsingTypeLoc>()) return used.getNameLoc();
  if (const auto special = type.getAs<clang::TemplateSpecializationTypeLoc>()) {
    if (!special.getTypePtr()->isTypeAlias()) return special.getTemplateNameLoc();
  }
  if (const auto deduced = type.getAs<clang::DeducedTemplateSpecializationTypeLoc>()) {
    const clang::TemplateDecl* of = deduced.getTypePtr()->getTemplateName().getAsTemplateDecl();
    if (llvm::isa_and_nonnull<clang::ClassTemplateDecl>(of)) return deduced.getTemplateNameLoc();
  }
  return {};
}

const clang::CXXConstructExpr* ConstructionIn(const clang::Expr* init) {
  return init == nullptr ? nullptr
                         : llvm::dyn_cast<clang::CXXConstructExpr>(init->IgnoreImplicit());
}

// The one that somebody has written, if it is inherited or an instantiation; null if nobody has.
const clang::CXXConstructorDecl* Written(const clang::CXXConstructorDecl* constructor) {
  while (constructor->isInheritingConstructor()) {
    constructor = constructor->getInheritedConstructor().getConstructor();
  }
  if (constructor->isImplicit()) return nullptr;
  const clang::FunctionDecl* pattern = constructor->getTemplateInstantiationPattern(false);
  return pattern == nullptr ? constructor : llvm::cast<clang::CXXConstructorDecl>(pattern);
}

// NOLINTBEGIN(bugprone-derived-method-shadowing-base-method): that is how visitors work.
class Finder : public clang::RecursiveASTVisitor<Finder> {
 public:
  explicit Finder(const UnreportedName& report) : report_(report) {}

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
    if (target != nullptr) report_(*target, type.getNameLoc(), kRoleReference, container_);
    return true;
  }

  // A defaulted one is defined only if somebody needs it, which is no fact of this place.
  bool VisitCXXConstructorDecl(clang::CXXConstructorDecl* constructor) {
    if (!constructor->isThisDeclarationADefinition() || !constructor->isUserProvided()) return true;
    for (const clang::CXXCtorInitializer* init : constructor->inits()) {
      const clang::CXXConstructExpr* call = ConstructionIn(init->getInit());
      if (!init->isWritten() && call != nullptr) {
        ReportCall(*call->getConstructor(), constructor->getLocation());
      }
    }
    return true;
  }

  bool VisitCXXConstructExpr(clang::CXXConstructExpr* call) {
    const clang::CXXConstructorDecl* constructor = call->getConstructor();
    if (constructor->isInheritingConstructor()) ReportCall(*constructor, call->getLocation());
    return true;
  }

  // `for (T x : all)`: nobody has written the initialiser, which walks pass over.
  bool VisitVarDecl(clang::VarDecl* variable) {
    const clang::CXXConstructExpr* call =
        variable->isCXXForRangeDecl() ? ConstructionIn(variable->getInit()) : nullptr;
    if (call != nullptr) ReportCall(*call->getConstructor(), variable->getLocation());
    return true;
  }

  bool VisitCXXMethodDecl(clang::CXXMethodDecl* method) {
    if (!method->isImplicit()) ReportOverridden(*method, method->getLocation(), kRoleLocalOverride);
    return true;
  }
  bool VisitMemberExpr(clang::MemberExpr* member) {
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(member->getMemberDecl());
    if (method != nullptr) {
      ReportOverridden(*method, member->getMemberLoc(), kRoleReference | kRoleCall);
    }
    return true;
  }

  bool VisitCXXTemporaryObjectExpr(clang::CXXTemporaryObjectExpr* call) {
    NoteSpelled(call, call->getTypeSourceInfo());
    return true;
  }
  bool VisitCXXFunctionalCastExpr(clang::CXXFunctionalCastExpr* cast) {
    const clang::CXXConstructExpr* call = ConstructionIn(cast->getSubExpr());
    // It may be the argument of a conversion that is no constructor.
    if (call != nullptr &&
        call->getType()->getAsCXXRecordDecl() == cast->getType()->getAsCXXRecordDecl()) {
      NoteSpelled(call, cast->getTypeInfoAsWritten());
    }
    return true;
  }
  bool VisitCXXNewExpr(clang::CXXNewExpr* allocation) {
    NoteSpelled(allocation->getConstructExpr(), allocation->getAllocatedTypeSourceInfo());
    return true;
  }
  bool TraverseConstructorInitializer(clang::CXXCtorInitializer* init) {
    if (init->isWritten()) NoteSpelled(ConstructionIn(init->getInit()), init->getTypeSourceInfo());
    return RecursiveASTVisitor::TraverseConstructorInitializer(init);
  }

  SpelledConstructors TakeSpelled() { return std::move(spelled_); }

 private:
  // As the indexer has it: what is local belongs to its function.
  static bool IsContainer(const clang::Decl& declaration) {
    if (declaration.getParentFunctionOrMethod() != nullptr) return false;
    return llvm::isa<clang::FunctionDecl, clang::TagDecl, clang::FieldDecl, clang::VarDecl,
                     clang::TypedefNameDecl>(declaration);
  }

  // What a method of a function's class overrides; of others the indexer tells.
  void ReportOverridden(const clang::CXXMethodDecl& method, clang::SourceLocation place,
                        RoleSet roles) {
    const bool is_local = method.isVirtual() && method.getDeclName().isIdentifier() &&
                          clang::index::isFunctionLocalSymbol(&method);
    if (!is_local) return;
    for (const clang::CXXMethodDecl* overridden : method.overridden_methods()) {
      if (clang::index::isFunctionLocalSymbol(overridden)) {
        ReportOverridden(*overridden, place, roles);
      } else {
        report_(*overridden, place, roles, container_);
      }
    }
  }

  void ReportCall(const clang::CXXConstructorDecl& called, clang::SourceLocation place) {
    const clang::CXXConstructorDecl* written = Written(&called);
    if (written != nullptr) report_(*written, place, kRoleCall | kRoleImplicit, container_);
  }

  // A member's initialiser has no type, and names the member.
  void NoteSpelled(const clang::CXXConstructExpr* call, const clang::TypeSourceInfo* type) {
    if (call == nullptr || type == nullptr) return;
    const clang::SourceLocation name = NameOfClass(type->getTypeLoc());
    if (name.isValid()) spelled_.try_emplace(call, name);
  }

  const UnreportedName& report_;
  const clang::NamedDecl* container_ = nullptr;
  SpelledConstructors spelled_;
};
// NOLINTEND(bugprone-derived-method-shadowing-base-method)

}  // namespace

SpelledConstructors FindUnreportedNames(std::span<const clang::Decl* const> declarations,
                                        const UnreportedName& report) {
  Finder finder(report);
  // The visitor reads only.
  for (const clang::Decl* declaration : declarations) {
    finder.TraverseDecl(const_cast<clang::Decl*>(declaration));
  }
  return finder.TakeSpelled();
}

}  // namespace astrolabe
