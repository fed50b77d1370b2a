// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/declaration_traits.h"

#include "analysis/features/module_comments.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclObjC.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RawCommentList.h"
#include "clang/Sema/CodeCompleteConsumer.h"

namespace astrolabe {
namespace {

constexpr size_t kLongestDocumentation = 2000;  // bytes

// What a using declaration, an alias of a namespace or a template stands for.
const clang::NamedDecl& Underlying(const clang::NamedDecl& declaration) {
  const clang::NamedDecl* result = declaration.getUnderlyingDecl();
  if (const auto* shadow_pack = llvm::dyn_cast<clang::TemplateDecl>(result)) {
    if (shadow_pack->getTemplatedDecl() != nullptr) return *shadow_pack->getTemplatedDecl();
  }
  return *result;
}

}  // namespace

ItemKind ItemKindOf(const clang::NamedDecl& declaration) {
  const clang::NamedDecl& decl = Underlying(declaration);
  if (llvm::isa<clang::CXXConstructorDecl>(decl)) return kItemConstructor;
  if (llvm::isa<clang::CXXMethodDecl, clang::ObjCMethodDecl>(decl)) {
    return decl.getDeclName().getNameKind() == clang::DeclarationName::CXXOperatorName
               ? kItemOperator
               : kItemMethod;
  }
  if (llvm::isa<clang::FunctionDecl>(decl)) return kItemFunction;
  if (llvm::isa<clang::FieldDecl, clang::IndirectFieldDecl>(decl)) return kItemField;
  if (llvm::isa<clang::ObjCPropertyDecl>(decl)) return kItemProperty;
  if (llvm::isa<clang::EnumConstantDecl>(decl)) return kItemEnumMember;
  if (llvm::isa<clang::NonTypeTemplateParmDecl, clang::TemplateTypeParmDecl,
                clang::TemplateTemplateParmDecl>(decl)) {
    return kItemTypeParameter;
  }
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(&decl)) {
    return variable->isConstexpr() ? kItemConstant : kItemVariable;
  }
  if (llvm::isa<clang::ValueDecl>(decl)) return kItemVariable;
  if (llvm::isa<clang::EnumDecl>(decl)) return kItemEnum;
  if (const auto* record = llvm::dyn_cast<clang::RecordDecl>(&decl)) {
    return record->isStruct() || record->isUnion() ? kItemStruct : kItemClass;
  }
  if (llvm::isa<clang::ConceptDecl, clang::ObjCProtocolDecl>(decl)) return kItemInterface;
  if (llvm::isa<clang::NamespaceDecl, clang::NamespaceAliasDecl>(decl)) return kItemModule;
  if (llvm::isa<clang::TypeDecl, clang::ObjCInterfaceDecl>(decl)) return kItemClass;
  return kItemText;
}

OptionCategory CategoryOf(const clang::NamedDecl& declaration) {
  const clang::NamedDecl& decl = Underlying(declaration);
  switch (decl.getDeclName().getNameKind()) {
    case clang::DeclarationName::CXXDestructorName:
    case clang::DeclarationName::CXXConversionFunctionName:
    case clang::DeclarationName::CXXOperatorName:
    case clang::DeclarationName::CXXLiteralOperatorName:
      return OptionCategory::kSpecial;
    default:
      break;
  }
  if (llvm::isa<clang::CXXConstructorDecl>(decl)) return OptionCategory::kType;
  if (llvm::isa<clang::FunctionDecl, clang::ObjCMethodDecl>(decl)) {
    return OptionCategory::kFunction;
  }
  if (llvm::isa<clang::EnumConstantDecl>(decl)) return OptionCategory::kEnumerator;
  if (llvm::isa<clang::ValueDecl, clang::ObjCPropertyDecl>(decl)) return OptionCategory::kVariable;
  if (llvm::isa<clang::NamespaceDecl, clang::NamespaceAliasDecl>(decl)) {
    return OptionCategory::kNamespace;
  }
  return OptionCategory::kType;
}

std::string ScopeOf(const clang::DeclContext* context) {
  std::string result;
  for (; context != nullptr && !context->isTranslationUnit(); context = context->getParent()) {
    if (context->isFunctionOrMethod()) return "";
    const auto* named = llvm::dyn_cast<clang::NamedDecl>(context);
    if (named == nullptr || named->getDeclName().isEmpty()) continue;
    if (context->isInlineNamespace() || !named->getIdentifier()) continue;
    if (const auto* as_enum = llvm::dyn_cast<clang::EnumDecl>(context)) {
      if (!as_enum->isScoped()) continue;
    }
    result.insert(0, named->getName().str() + "::");
  }
  return result;
}

std::string DocumentationOf(const clang::ASTContext& context, const clang::NamedDecl& declaration) {
  LoadModuleComments(context, declaration);
  const clang::RawComment* comment = clang::getCompletionComment(context, &declaration);
  if (comment == nullptr) comment = clang::getPatternCompletionComment(context, &declaration);
  if (comment == nullptr) return "";
  std::string text;
  if (comment->isDocumentation()) text = comment->getBriefText(context);
  if (text.empty()) {
    text = comment->getFormattedText(context.getSourceManager(), context.getDiagnostics());
  }
  if (text.size() > kLongestDocumentation) {
    size_t end = kLongestDocumentation;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
  }
  return text;
}

bool IsReservedName(std::string_view name) {
  return name.size() > 1 && name[0] == '_' &&
         (name[1] == '_' || (name[1] >= 'A' && name[1] <= 'Z'));
}

}  // namespace astrolabe
