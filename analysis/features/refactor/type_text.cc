// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/type_text.h"

#include <vector>

#include "analysis/features/refactor/code_text.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/QualTypeNames.h"
#include "clang/Basic/CharInfo.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

// Whether somewhere in the type there is one that nobody can name.
class Nameless : public clang::DynamicRecursiveASTVisitor {
 public:
  bool found = false;

  bool VisitTagType(clang::TagType* type) override {
    const clang::TagDecl* decl = type->getDecl();
    const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(decl);
    found |= record != nullptr && record->isLambda();
    found |= decl->getIdentifier() == nullptr && decl->getTypedefNameForAnonDecl() == nullptr;
    return !found;
  }
  bool VisitTemplateTypeParmType(clang::TemplateTypeParmType* type) override {
    found |= type->getIdentifier() == nullptr;
    return !found;
  }
  bool VisitAutoType(clang::AutoType* type) override {
    found |= !type->isDeduced();
    return !found;
  }
};

// "a::b::", each scope that is written ahead of a name; unnamed and inline ones are not.
std::vector<std::string> ScopesAround(const clang::DeclContext* where) {
  std::vector<std::string> names;
  for (; where != nullptr && !where->isTranslationUnit(); where = where->getParent()) {
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(where);
    const auto* record = llvm::dyn_cast<clang::RecordDecl>(where);
    if (space != nullptr && (space->isAnonymousNamespace() || space->isInline())) continue;
    const clang::NamedDecl* named = space;
    if (record != nullptr) named = record;
    if (named == nullptr || named->getIdentifier() == nullptr) continue;
    names.insert(names.begin(), named->getName().str());
  }
  std::vector<std::string> scopes;
  std::string scope;
  for (const std::string& name : names) scopes.push_back(scope += name + "::");
  return scopes;
}

void RemoveScope(std::string& text, const std::string& scope) {
  for (size_t at = text.find(scope); at != std::string::npos; at = text.find(scope, at)) {
    const bool is_inner = at > 0 && (IsNameByte(text[at - 1]) || text[at - 1] == ':');
    if (is_inner) {
      at += scope.size();
    } else {
      text.erase(at, scope.size());
    }
  }
}

// Names of the library's own, which nobody types: `__node_iterator`, `_Alloc`.
bool HoldsReservedName(const std::string& text) {
  for (size_t at = text.find('_'); at != std::string::npos; at = text.find('_', at + 1)) {
    const bool begins = at == 0 || !IsNameByte(text[at - 1]);
    if (!begins || at + 1 == text.size() || text.compare(at, 8, "__int128") == 0) continue;
    if (text[at + 1] == '_' || clang::isUppercase(text[at + 1])) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> SpellType(const LiveAst& ast, clang::QualType type,
                                     const clang::DeclContext* where, const std::string& name) {
  if (type.isNull() || type->isUndeducedType() ||
      type->isSpecificBuiltinType(clang::BuiltinType::BoundMember) ||
      type->isSpecificBuiltinType(clang::BuiltinType::Overload) ||
      type->isSpecificBuiltinType(clang::BuiltinType::Dependent)) {
    return std::nullopt;
  }
  Nameless nameless;
  nameless.TraverseType(type);
  if (!nameless.found) nameless.TraverseType(type.getCanonicalType());
  if (nameless.found) return std::nullopt;
  clang::PrintingPolicy policy = ast.context->getPrintingPolicy();
  policy.SuppressTagKeyword = true;
  policy.SuppressUnwrittenScope = true;
  policy.SuppressDefaultTemplateArgs = true;
  policy.PrintAsCanonical = false;
  std::string text;
  const clang::QualType full = clang::TypeName::getFullyQualifiedType(type, *ast.context);
  text = name;
  full.getAsStringInternal(text, policy);
  const std::vector<std::string> scopes = ScopesAround(where);
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) RemoveScope(text, *scope);
  // Clang's way of pointing at what has no name.
  if (text.find("(anonymous") != std::string::npos || text.find("(unnamed") != std::string::npos ||
      text.find("(lambda") != std::string::npos ||
      text.find("type-parameter-") != std::string::npos) {
    return std::nullopt;
  }
  return HoldsReservedName(text) ? std::nullopt : std::optional(text);
}

std::string QualifierAt(const clang::DeclContext* of, const clang::DeclContext* where) {
  const std::vector<std::string> scopes = ScopesAround(of);
  if (scopes.empty()) return "";
  std::string text = scopes.back();
  const std::vector<std::string> around = ScopesAround(where);
  for (auto scope = around.rbegin(); scope != around.rend(); ++scope) {
    if (text.starts_with(*scope)) return text.substr(scope->size());
  }
  return text;
}

}  // namespace astrolabe
