// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/token_kinds.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclObjC.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/Type.h"
#include "clang/Basic/SourceManager.h"

namespace astrolabe {
namespace {

using clang::dyn_cast;
using clang::isa;

// The declaration that says most: behind a using declaration, inside of a template.
const clang::NamedDecl* Resolved(const clang::NamedDecl* declaration) {
  if (const auto* shadow = dyn_cast<clang::UsingShadowDecl>(declaration)) {
    declaration = shadow->getTargetDecl();
  }
  const auto* with_parameters = dyn_cast<clang::TemplateDecl>(declaration);
  if (with_parameters != nullptr && !isa<clang::ConceptDecl>(declaration) &&
      !isa<clang::TemplateTemplateParmDecl>(declaration) &&
      with_parameters->getTemplatedDecl() != nullptr) {
    declaration = with_parameters->getTemplatedDecl();
  }
  return declaration;
}

std::optional<TokenType> TypeOf(const clang::NamedDecl* declaration) {
  if (const auto* alias = dyn_cast<clang::TypedefNameDecl>(declaration)) {
    std::optional<TokenMeaning> real = MeaningOf(alias->getUnderlyingType());
    return real ? real->type : TokenType::kType;
  }
  if (const auto* record = dyn_cast<clang::RecordDecl>(declaration)) {
    const auto* cxx = dyn_cast<clang::CXXRecordDecl>(record);
    if (cxx != nullptr && cxx->isLambda()) return std::nullopt;
    return TokenType::kClass;
  }
  if (isa<clang::CXXConstructorDecl, clang::CXXDeductionGuideDecl>(declaration)) {
    return TokenType::kClass;
  }
  if (isa<clang::CXXMethodDecl, clang::ObjCMethodDecl>(declaration)) return TokenType::kMethod;
  if (isa<clang::FunctionDecl>(declaration)) return TokenType::kFunction;
  if (isa<clang::NonTypeTemplateParmDecl, clang::TemplateTypeParmDecl,
          clang::TemplateTemplateParmDecl, clang::ObjCTypeParamDecl>(declaration)) {
    return TokenType::kTypeParameter;
  }
  if (isa<clang::ParmVarDecl>(declaration)) return TokenType::kParameter;
  if (const auto* variable = dyn_cast<clang::VarDecl>(declaration)) {
    if (isa<clang::ImplicitParamDecl>(variable)) return std::nullopt;  // this, self, _cmd
    return variable->isStaticDataMember() ? TokenType::kProperty : TokenType::kVariable;
  }
  if (isa<clang::BindingDecl>(declaration)) return TokenType::kVariable;
  if (isa<clang::FieldDecl, clang::IndirectFieldDecl, clang::MSPropertyDecl,
          clang::ObjCPropertyDecl>(declaration)) {
    return TokenType::kProperty;
  }
  if (isa<clang::EnumDecl>(declaration)) return TokenType::kEnum;
  if (isa<clang::EnumConstantDecl>(declaration)) return TokenType::kEnumMember;
  if (isa<clang::NamespaceDecl, clang::NamespaceAliasDecl, clang::UsingDirectiveDecl>(
          declaration)) {
    return TokenType::kNamespace;
  }
  if (isa<clang::ConceptDecl>(declaration)) return TokenType::kConcept;
  if (isa<clang::LabelDecl>(declaration)) return TokenType::kLabel;
  if (isa<clang::ObjCProtocolDecl>(declaration)) return TokenType::kInterface;
  if (isa<clang::ObjCContainerDecl, clang::ObjCCompatibleAliasDecl>(declaration)) {
    return TokenType::kClass;
  }
  if (isa<clang::UnresolvedUsingTypenameDecl>(declaration)) return TokenType::kType;
  if (isa<clang::UnresolvedUsingValueDecl>(declaration)) return TokenType::kUnknown;
  return std::nullopt;
}

// Whether what the name gives cannot be changed through it.
bool IsReadonlyType(clang::QualType type) {
  if (type.isNull()) return false;
  type = type.getNonReferenceType();
  if (type.isConstQualified()) return true;
  const clang::QualType pointee = type->getPointeeType();
  return !pointee.isNull() && pointee.isConstQualified();
}

bool IsReadonly(const clang::NamedDecl* declaration) {
  if (isa<clang::EnumConstantDecl, clang::NonTypeTemplateParmDecl>(declaration)) return true;
  if (isa<clang::FieldDecl, clang::VarDecl, clang::MSPropertyDecl, clang::BindingDecl>(
          declaration)) {
    return IsReadonlyType(llvm::cast<clang::ValueDecl>(declaration)->getType());
  }
  if (const auto* property = dyn_cast<clang::ObjCPropertyDecl>(declaration)) {
    return property->isReadOnly();
  }
  const auto* method = dyn_cast<clang::CXXMethodDecl>(declaration);
  return method != nullptr && method->isConst();
}

bool IsStatic(const clang::NamedDecl* declaration) {
  if (const auto* method = dyn_cast<clang::CXXMethodDecl>(declaration)) return method->isStatic();
  if (const auto* variable = dyn_cast<clang::VarDecl>(declaration)) {
    return variable->isStaticDataMember() || variable->isStaticLocal();
  }
  if (const auto* property = dyn_cast<clang::ObjCPropertyDecl>(declaration)) {
    return property->isClassProperty();
  }
  const auto* method = dyn_cast<clang::ObjCMethodDecl>(declaration);
  return method != nullptr && method->isClassMethod();
}

bool IsAbstract(const clang::NamedDecl* declaration) {
  if (const auto* method = dyn_cast<clang::CXXMethodDecl>(declaration)) {
    return method->isPureVirtual();
  }
  const auto* record = dyn_cast<clang::CXXRecordDecl>(declaration);
  return record != nullptr && record->hasDefinition() && record->isAbstract();
}

uint32_t ScopeOf(const clang::NamedDecl* declaration) {
  if (isa<clang::NamespaceDecl, clang::NamespaceAliasDecl, clang::UsingDirectiveDecl>(
          declaration)) {
    return kTokenGlobalScope;
  }
  const clang::DeclContext* context = declaration->getDeclContext();
  if (const auto* injected = dyn_cast<clang::CXXRecordDecl>(declaration);
      injected != nullptr && injected->isInjectedClassName()) {
    context = context->getParent();
  }
  while (isa<clang::EnumDecl>(context) || context->isTransparentContext()) {
    context = context->getParent();
  }
  if (context->isFunctionOrMethod() || isa<clang::ParmVarDecl, clang::LabelDecl>(declaration)) {
    return kTokenFunctionScope;
  }
  if (context->isRecord() || isa<clang::ObjCContainerDecl>(context)) return kTokenClassScope;
  if (declaration->isTemplateParameter()) return kTokenFunctionScope;
  if (declaration->isInAnonymousNamespace()) return kTokenFileScope;
  if (declaration->getFormalLinkage() == clang::Linkage::Internal) return kTokenFileScope;
  return kTokenGlobalScope;
}

}  // namespace

std::optional<TokenMeaning> MeaningOf(const clang::NamedDecl* declaration) {
  if (declaration == nullptr) return std::nullopt;
  declaration = Resolved(declaration);
  std::optional<TokenType> type = TypeOf(declaration);
  if (!type) return std::nullopt;
  TokenMeaning meaning{*type, ScopeOf(declaration)};
  if (declaration->isDeprecated()) meaning.modifiers |= kTokenDeprecated;
  if (IsReadonly(declaration)) meaning.modifiers |= kTokenReadonly;
  if (IsStatic(declaration)) meaning.modifiers |= kTokenStatic;
  if (IsAbstract(declaration)) meaning.modifiers |= kTokenAbstract;
  const auto* method = dyn_cast<clang::CXXMethodDecl>(declaration);
  if (method != nullptr && method->isVirtual()) meaning.modifiers |= kTokenVirtual;
  if (isa<clang::UnresolvedUsingTypenameDecl, clang::UnresolvedUsingValueDecl>(declaration)) {
    meaning.modifiers |= kTokenDependentName;
  }
  const clang::SourceManager& sources = declaration->getASTContext().getSourceManager();
  if (sources.isInSystemHeader(declaration->getLocation())) {
    meaning.modifiers |= kTokenDefaultLibrary;
  }
  return meaning;
}

std::optional<TokenMeaning> MeaningOf(clang::QualType type) {
  if (type.isNull()) return std::nullopt;
  if (type->isBuiltinType()) return TokenMeaning{TokenType::kType, kTokenDefaultLibrary};
  if (const auto* parameter = type->getAs<clang::TemplateTypeParmType>()) {
    if (parameter->getDecl() != nullptr) return MeaningOf(parameter->getDecl());
    return TokenMeaning{TokenType::kTypeParameter, 0};
  }
  if (const clang::TagDecl* tag = type->getAsTagDecl()) return MeaningOf(tag);
  if (const auto* special = type->getAs<clang::TemplateSpecializationType>()) {
    return MeaningOf(special->getTemplateName().getAsTemplateDecl());
  }
  if (const auto* object = type->getAs<clang::ObjCObjectType>()) {
    if (object->getInterface() != nullptr) return MeaningOf(object->getInterface());
  }
  return std::nullopt;
}

}  // namespace astrolabe
