// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/includes/direct_uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclFriend.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/ExprConcepts.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/Support/SaveAndRestore.h"

namespace astrolabe {
namespace {

// Statements inside statements; generated code has sums of ten thousand terms.
constexpr int kMaxDepth = 3000;

using Walk = clang::ConstDynamicRecursiveASTVisitor;

// Of a template name, the using declaration that brought it or the template.
const clang::NamedDecl* DeclOf(clang::TemplateName name) {
  if (const clang::UsingShadowDecl* shadow = name.getAsUsingShadowDecl()) return shadow;
  return name.getAsTemplateDecl();
}

// The declaration which has what is behind the dot of an object of this type.
const clang::NamedDecl* DeclOfObject(clang::QualType type) {
  if (type.isNull()) return nullptr;
  if (type->isPointerType()) type = type->getPointeeType();
  if (const auto* brought = llvm::dyn_cast<clang::UsingType>(type)) return brought->getDecl();
  if (const auto* alias = llvm::dyn_cast<clang::TypedefType>(type)) return alias->getDecl();
  if (const auto* special = llvm::dyn_cast<clang::TemplateSpecializationType>(type)) {
    return DeclOf(special->getTemplateName());
  }
  return type->getAsRecordDecl();
}

class UseWalker : public Walk {
 public:
  UseWalker(const LiveAst& ast, const UseFound& found)
      : ast_(ast), sources_(ast.context->getSourceManager()), found_(found) {
    ShouldWalkTypesOfTypeLocs = false;
  }

  bool TraverseDecl(const clang::Decl* decl) override {
    if (decl == nullptr) return true;
    // Of `Sortable auto x` the constraint hangs on a template parameter that nobody wrote.
    if (decl->isImplicit() && !llvm::isa<clang::TemplateTypeParmDecl>(decl)) return true;
    return Walk::TraverseDecl(decl);
  }
  bool TraverseStmt(const clang::Stmt* statement) override {
    if (statement == nullptr || depth_ > kMaxDepth) return true;
    llvm::SaveAndRestore<int> deeper(depth_, depth_ + 1);
    return Walk::TraverseStmt(statement);
  }

  // Expressions.

  bool VisitDeclRefExpr(const clang::DeclRefExpr* expression) override {
    const clang::NamedDecl* decl = expression->getFoundDecl();
    if (!llvm::isa<clang::UsingShadowDecl>(decl)) decl = expression->getDecl();
    // A member comes with its class, which is named ahead of it or is there for another reason.
    const bool is_enumerator = llvm::isa<clang::EnumConstantDecl>(decl);
    if (!decl->isCXXClassMember() && !is_enumerator) {
      Report(expression->getLocation(), decl);
    } else if (is_enumerator && !IsQualifiedByType(*expression)) {
      Report(expression->getLocation(), decl);
    }
    return true;
  }
  bool VisitMemberExpr(const clang::MemberExpr* expression) override {
    // The class of the object and not that of the member, which may be a base of it.
    const clang::Expr* object = expression->getBase()->IgnoreImpCasts();
    Report(expression->getMemberLoc(), DeclOfObject(object->getType()), UseKind::kImplied);
    return true;
  }
  bool VisitCXXDependentScopeMemberExpr(
      const clang::CXXDependentScopeMemberExpr* expression) override {
    Report(expression->getMemberLoc(), DeclOfObject(expression->getBaseType()), UseKind::kImplied);
    return true;
  }
  bool VisitCXXConstructExpr(const clang::CXXConstructExpr* expression) override {
    Report(expression->getLocation(), DeclOfObject(expression->getType()), UseKind::kImplied);
    return true;
  }
  bool VisitOverloadExpr(const clang::OverloadExpr* expression) override {
    for (const clang::NamedDecl* decl : expression->decls()) {
      Report(expression->getNameLoc(), decl, UseKind::kCandidate);
    }
    return true;
  }
  bool VisitCXXNewExpr(const clang::CXXNewExpr* expression) override {
    Report(expression->getBeginLoc(), expression->getOperatorNew(), UseKind::kCandidate);
    return true;
  }
  bool VisitCXXDeleteExpr(const clang::CXXDeleteExpr* expression) override {
    Report(expression->getBeginLoc(), expression->getOperatorDelete(), UseKind::kCandidate);
    return true;
  }
  // An operator belongs to what it is applied to: nobody includes a header for it.
  bool TraverseCXXOperatorCallExpr(const clang::CXXOperatorCallExpr* call) override {
    if (llvm::isa_and_nonnull<clang::CXXMethodDecl>(call->getCalleeDecl())) {
      Report(call->getOperatorLoc(), DeclOfObject(call->getArg(0)->getType()), UseKind::kImplied);
    } else {
      const auto* callee = llvm::dyn_cast_or_null<clang::NamedDecl>(call->getCalleeDecl());
      Report(call->getOperatorLoc(), callee, UseKind::kImplied);
    }
    for (const clang::Expr* argument : call->arguments()) {
      if (!TraverseStmt(argument)) return false;
    }
    return true;
  }

  // Declarations: what defines something has to see how it was declared.

  bool VisitFunctionDecl(const clang::FunctionDecl* function) override {
    if (function->isThisDeclarationADefinition()) Report(function->getLocation(), function);
    return true;
  }
  bool VisitVarDecl(const clang::VarDecl* variable) override {
    if (variable->isThisDeclarationADefinition() != clang::VarDecl::DeclarationOnly) {
      Report(variable->getLocation(), variable);
    }
    return true;
  }
  bool VisitEnumDecl(const clang::EnumDecl* decl) override {
    if (decl->isThisDeclarationADefinition() && decl->getIntegerTypeSourceInfo() != nullptr) {
      Report(decl->getLocation(), decl);
    }
    return true;
  }
  bool VisitFriendDecl(const clang::FriendDecl* decl) override {
    Report(decl->getLocation(), decl->getFriendDecl());
    return true;
  }
  bool VisitUsingDecl(const clang::UsingDecl* decl) override {
    for (const clang::UsingShadowDecl* shadow : decl->shadows()) {
      const clang::NamedDecl* target = shadow->getTargetDecl();
      const bool is_meant = target->isUsed(false) || target->isReferenced();
      Report(decl->getLocation(), target, is_meant ? UseKind::kNamed : UseKind::kCandidate);
    }
    return true;
  }

  // Types and other names.

  bool VisitUsingTypeLoc(clang::UsingTypeLoc type) override {
    ReportType(type.getNameLoc(), type.getTypePtr()->getDecl());
    return true;
  }
  bool VisitTagTypeLoc(clang::TagTypeLoc type) override {
    ReportType(type.getNameLoc(), type.getDecl());
    return true;
  }
  bool VisitTypedefTypeLoc(clang::TypedefTypeLoc type) override {
    ReportType(type.getNameLoc(), type.getTypePtr()->getDecl());
    return true;
  }
  bool VisitTemplateSpecializationTypeLoc(clang::TemplateSpecializationTypeLoc type) override {
    Report(type.getTemplateNameLoc(), BestPattern(type.getTypePtr()));
    return true;
  }
  bool VisitDeducedTemplateSpecializationTypeLoc(
      clang::DeducedTemplateSpecializationTypeLoc type) override {
    Report(type.getTemplateNameLoc(), BestPattern(type.getTypePtr()));
    return true;
  }
  bool TraverseTemplateArgumentLoc(const clang::TemplateArgumentLoc& argument) override {
    const clang::TemplateArgument::ArgKind kind = argument.getArgument().getKind();
    if (kind == clang::TemplateArgument::Template ||
        kind == clang::TemplateArgument::TemplateExpansion) {
      Report(argument.getLocation(),
             DeclOf(argument.getArgument().getAsTemplateOrTemplatePattern()));
    }
    return Walk::TraverseTemplateArgumentLoc(argument);
  }
  bool VisitConceptReference(const clang::ConceptReference* concept_) override {
    Report(concept_->getConceptNameLoc(), concept_->getNamedConcept());
    return true;
  }

 private:
  static bool IsQualifiedByType(const clang::DeclRefExpr& expression) {
    switch (expression.getQualifier().getKind()) {
      case clang::NestedNameSpecifier::Kind::Null:
      case clang::NestedNameSpecifier::Kind::Global:
      case clang::NestedNameSpecifier::Kind::Namespace:
        return false;
      default:
        return true;
    }
  }

  // An explicit or partial specialization stands for itself, everything else for its template.
  template <typename Type>
  static const clang::NamedDecl* BestPattern(const Type* type) {
    const clang::NamedDecl* name = DeclOf(type->getTemplateName());
    if (name == nullptr || llvm::isa<clang::UsingShadowDecl, clang::TypeAliasTemplateDecl>(name)) {
      return name;
    }
    const auto* special =
        llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(type->getAsCXXRecordDecl());
    if (special == nullptr) return name;
    if (special->getSpecializationKind() == clang::TSK_ExplicitSpecialization) return special;
    const auto from = special->getInstantiatedFrom();
    const auto* partial =
        llvm::dyn_cast_if_present<clang::ClassTemplatePartialSpecializationDecl*>(from);
    return partial != nullptr ? partial : name;
  }

  // A type in a class comes with the class, by whatever way that was named: a derived one will do.
  void ReportType(clang::SourceLocation location, const clang::NamedDecl* decl) {
    const bool is_member = decl != nullptr && decl->getDeclContext()->isRecord();
    Report(location, decl, is_member ? UseKind::kImplied : UseKind::kNamed);
  }

  void Report(clang::SourceLocation location, const clang::NamedDecl* decl,
              UseKind kind = UseKind::kNamed) {
    if (decl == nullptr || location.isInvalid()) return;
    const clang::FileID file = sources_.getFileID(sources_.getSpellingLoc(location));
    if (ast_.IsInFile(file)) found_(location, *decl, kind);
  }

  const LiveAst& ast_;
  const clang::SourceManager& sources_;
  const UseFound& found_;
  int depth_ = 0;
};

}  // namespace

void WalkDirectUses(const LiveAst& ast, const UseFound& found) {
  UseWalker walker(ast, found);
  for (const clang::Decl* declaration : ast.declarations) walker.TraverseDecl(declaration);
}

}  // namespace astrolabe
