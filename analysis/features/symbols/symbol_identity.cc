// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/symbol_identity.h"

#include <algorithm>

#include "analysis/batch/symbol_printer.h"
#include "base/strings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Index/IndexSymbol.h"
#include "clang/Index/USRGeneration.h"
#include "llvm/ADT/SmallString.h"

namespace astrolabe {
namespace {

bool IsInstantiated(clang::TemplateSpecializationKind kind) {
  return kind == clang::TSK_ImplicitInstantiation ||
         kind == clang::TSK_ExplicitInstantiationDeclaration ||
         kind == clang::TSK_ExplicitInstantiationDefinition;
}

// Of a class that a partial specialisation made, the specialisation.
const clang::NamedDecl* ClassPattern(const clang::NamedDecl* decl) {
  if (const auto* special = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(decl)) {
    const clang::CXXRecordDecl* pattern = special->getTemplateInstantiationPattern();
    if (pattern != nullptr && IsInstantiated(special->getSpecializationKind())) return pattern;
  }
  return WrittenDecl(decl);
}

// The member of the same name and kind in the class from which the parent was instantiated: fields,
// enumerators and aliases do not remember their pattern themselves.
const clang::NamedDecl* MemberOfPattern(const clang::NamedDecl* decl) {
  const auto* parent = llvm::dyn_cast<clang::NamedDecl>(decl->getDeclContext());
  if (parent == nullptr || !llvm::isa<clang::TagDecl>(parent)) return decl;
  const auto* pattern = llvm::dyn_cast_or_null<clang::DeclContext>(ClassPattern(parent));
  if (pattern == nullptr || pattern == decl->getDeclContext()) return decl;
  for (const clang::NamedDecl* member : pattern->lookup(decl->getDeclName())) {
    if (member->getKind() == decl->getKind()) return member;
  }
  return decl;
}

const clang::NamedDecl* PatternOf(const clang::NamedDecl* decl) {
  if (const auto* special = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(decl)) {
    bool is_partial = llvm::isa<clang::ClassTemplatePartialSpecializationDecl>(special);
    if (special->getSpecializationKind() == clang::TSK_ExplicitSpecialization || is_partial) {
      return decl;
    }
    // Also where a partial specialisation fits, as in the index: `unique_ptr<char[]>` names the template.
    return special->getSpecializedTemplate()->getTemplatedDecl();
  }
  if (const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(decl)) {
    const clang::CXXRecordDecl* pattern = record->getInstantiatedFromMemberClass();
    return pattern != nullptr && IsInstantiated(record->getTemplateSpecializationKind()) ? pattern
                                                                                         : decl;
  }
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl)) {
    if (!IsInstantiated(function->getTemplateSpecializationKind())) return decl;
    const clang::FunctionDecl* pattern =
        function->getTemplateInstantiationPattern(/*ForDefinition=*/false);
    return pattern != nullptr ? pattern : decl;
  }
  if (const auto* enumeration = llvm::dyn_cast<clang::EnumDecl>(decl)) {
    const clang::EnumDecl* pattern = enumeration->getInstantiatedFromMemberEnum();
    return pattern != nullptr ? pattern : decl;
  }
  if (const auto* special = llvm::dyn_cast<clang::VarTemplateSpecializationDecl>(decl)) {
    if (!IsInstantiated(special->getSpecializationKind())) return decl;
    return special->getSpecializedTemplate()->getTemplatedDecl();
  }
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) {
    const clang::VarDecl* pattern = variable->getTemplateInstantiationPattern();
    return pattern != nullptr ? pattern : decl;
  }
  if (llvm::isa<clang::FieldDecl, clang::EnumConstantDecl, clang::TypedefNameDecl>(decl)) {
    return MemberOfPattern(decl);
  }
  return decl;
}

std::string LocalKey(const clang::NamedDecl* decl) {
  const clang::SourceManager& sources = decl->getASTContext().getSourceManager();
  auto [id, offset] = sources.getDecomposedLoc(sources.getFileLoc(decl->getLocation()));
  std::string file;
  if (clang::OptionalFileEntryRef entry = sources.getFileEntryRefForID(id)) {
    file = entry->getName().str();
  }
  return StrCat("local:", offset, ":", NameOf(decl), ":", file);
}

}  // namespace

const clang::NamedDecl* WrittenDecl(const clang::NamedDecl* decl) {
  // Each step leads to what was written earlier; a damaged AST must not make it a circle.
  for (int steps = 0; decl != nullptr && steps < 20; ++steps) {
    const clang::NamedDecl* next = decl;
    if (const auto* shadow = llvm::dyn_cast<clang::UsingShadowDecl>(decl)) {
      next = shadow->getTargetDecl();
    } else if (const auto* of = llvm::dyn_cast<clang::TemplateDecl>(decl)) {
      bool is_parameter = llvm::isa<clang::TemplateTemplateParmDecl>(of);
      if (of->getTemplatedDecl() != nullptr && !is_parameter) next = of->getTemplatedDecl();
    } else {
      next = PatternOf(decl);
    }
    if (next == decl) break;
    decl = next;
  }
  return decl;
}

bool IsLocalDecl(const clang::NamedDecl* decl) {
  decl = WrittenDecl(decl);
  SymbolKind kind;
  return clang::index::isFunctionLocalSymbol(decl) || decl->isTemplateParameter() ||
         !SymbolPrinter::KindOf(decl, &kind);
}

std::string SymbolKey(const clang::NamedDecl* decl) {
  decl = WrittenDecl(decl);
  decl = llvm::cast<clang::NamedDecl>(decl->getCanonicalDecl());
  llvm::SmallString<128> usr;
  if (IsLocalDecl(decl) || clang::index::generateUSRForDecl(decl, usr)) return LocalKey(decl);
  return std::string(usr);
}

std::string NameOf(const clang::NamedDecl* decl) {
  clang::PrintingPolicy policy = decl->getASTContext().getPrintingPolicy();
  policy.SuppressTagKeyword = true;
  std::string name = SymbolPrinter::NameOf(decl, policy);
  if (!name.empty()) return name;
  if (const auto* tag = llvm::dyn_cast<clang::TagDecl>(decl)) {
    return StrCat("(anonymous ", std::string(tag->getKindName()), ")");
  }
  if (llvm::isa<clang::NamespaceDecl>(decl)) return "(anonymous namespace)";
  return "(anonymous)";
}

std::string ScopeOf(const clang::NamedDecl* decl) {
  std::string scope;
  for (const clang::DeclContext* context = decl->getDeclContext(); context != nullptr;
       context = context->getParent()) {
    const auto* named = llvm::dyn_cast<clang::NamedDecl>(context);
    if (named == nullptr) continue;
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(named);
    if (space != nullptr && (space->isInline() || space->isAnonymousNamespace())) continue;
    const auto* enumeration = llvm::dyn_cast<clang::EnumDecl>(named);
    if (enumeration != nullptr && !enumeration->isScoped()) continue;
    const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(named);
    if (record != nullptr && record->isLambda()) continue;
    if (record != nullptr && record->isAnonymousStructOrUnion()) continue;
    // The body of a lambda stands in the function around it.
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(named);
    if (method != nullptr && method->getParent()->isLambda()) continue;
    scope = StrCat(NameOf(named), "::", scope);
  }
  return scope;
}

const clang::NamedDecl* DefinitionOf(const clang::NamedDecl* decl) {
  if (const auto* tag = llvm::dyn_cast<clang::TagDecl>(decl)) return tag->getDefinition();
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl)) {
    const clang::FunctionDecl* definition = nullptr;
    return function->isDefined(definition) ? definition : nullptr;
  }
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) {
    if (llvm::isa<clang::ParmVarDecl>(decl)) return decl;
    const clang::VarDecl* definition = variable->getDefinition();
    return definition != nullptr ? definition : variable->getActingDefinition();
  }
  // Every opening of a namespace is one of its definitions: the first stands for it.
  if (llvm::isa<clang::NamespaceDecl>(decl)) {
    return llvm::cast<clang::NamedDecl>(decl->getCanonicalDecl());
  }
  return decl;
}

bool IsDefinition(const clang::NamedDecl* decl) {
  if (const auto* of = llvm::dyn_cast<clang::TemplateDecl>(decl)) {
    if (of->getTemplatedDecl() != nullptr) decl = of->getTemplatedDecl();
  }
  if (const auto* tag = llvm::dyn_cast<clang::TagDecl>(decl)) {
    return tag->isThisDeclarationADefinition();
  }
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl)) {
    return function->isThisDeclarationADefinition();
  }
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) {
    return variable->isThisDeclarationADefinition() != clang::VarDecl::DeclarationOnly;
  }
  return true;
}

std::optional<CodeLocation> NameLocation(const LiveAst& ast, const clang::NamedDecl* decl) {
  clang::SourceLocation begin = decl->getLocation();
  if (begin.isInvalid()) return std::nullopt;
  const clang::SourceManager& sources = ast.context->getSourceManager();
  // A name from a macro's argument stands in the argument, one from its body where it is expanded.
  clang::SourceLocation place = sources.getFileLoc(begin);
  clang::SourceLocation end = place;
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl)) {
    clang::SourceLocation last = function->getNameInfo().getEndLoc();
    if (begin.isFileID() && last.isFileID() && last.isValid() &&
        function->getDeclName().getNameKind() != clang::DeclarationName::CXXDeductionGuideName) {
      end = last;
    }
  }
  return ast.LocationOf(clang::SourceRange(place, end));
}

namespace {

void AddOverridden(const clang::CXXMethodDecl* method, std::vector<std::string>& usrs) {
  for (const clang::CXXMethodDecl* overridden : method->overridden_methods()) {
    std::string usr = SymbolKey(overridden);
    if (std::find(usrs.begin(), usrs.end(), usr) != usrs.end()) continue;
    usrs.push_back(std::move(usr));
    AddOverridden(overridden, usrs);
  }
}

}  // namespace

std::vector<std::string> KeysOfOverridden(const clang::NamedDecl* decl) {
  std::vector<std::string> keys;
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(WrittenDecl(decl));
  if (method != nullptr && method->isVirtual() && clang::index::isFunctionLocalSymbol(method)) {
    AddOverridden(method, keys);
  }
  return keys;
}

LiveSymbol DescribeSymbol(const LiveAst& ast, const clang::NamedDecl* decl) {
  decl = WrittenDecl(decl);
  LiveSymbol symbol;
  symbol.usr = SymbolKey(decl);
  symbol.name = NameOf(decl);
  symbol.scope = ScopeOf(decl);
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(decl)) {
    symbol.is_virtual = method->isVirtual();
    AddOverridden(method, symbol.overridden);
  }
  const auto is_local = [](const std::string& key) { return key.starts_with("local:"); };
  // What overrides a method that others know is known to them by that.
  symbol.is_local = is_local(symbol.usr) && std::ranges::all_of(symbol.overridden, is_local);
  const auto* first = llvm::cast<clang::NamedDecl>(decl->getCanonicalDecl());
  symbol.declaration = NameLocation(ast, first);
  if (const clang::NamedDecl* definition = DefinitionOf(decl)) {
    symbol.definition = NameLocation(ast, definition);
  }
  return symbol;
}

}  // namespace astrolabe
