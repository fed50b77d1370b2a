// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/hierarchy.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_set>
#include <utility>

#include "analysis/batch/symbol_printer.h"
#include "analysis/features/symbols/name_walker.h"
#include "analysis/features/symbols/symbol_identity.h"
#include "analysis/features/symbols/target_at.h"
#include "analysis/features/symbols/text_tokens.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/DenseMap.h"

namespace astrolabe {
namespace {

// Symbols in the order in which they are come across, each once.
class Collection {
 public:
  explicit Collection(const LiveAst& ast) : ast_(ast) {}

  // Null if it has no place that can be shown, or is nothing that hierarchies know.
  HierarchySymbol* Add(const clang::NamedDecl* decl) {
    decl = WrittenDecl(decl);
    if (decl == nullptr) return nullptr;
    decl = llvm::cast<clang::NamedDecl>(decl->getCanonicalDecl());
    auto [it, is_new] = places_.try_emplace(decl, kNone);
    if (is_new) {
      if (std::optional<HierarchySymbol> symbol = Describe(decl)) {
        it->second = symbols_.size();
        symbols_.push_back(*std::move(symbol));
      }
    }
    return it->second == kNone ? nullptr : &symbols_[it->second];
  }

  std::vector<HierarchySymbol> Take() {
    for (HierarchySymbol& symbol : symbols_) {
      std::sort(symbol.calls.begin(), symbol.calls.end());
      symbol.calls.erase(std::unique(symbol.calls.begin(), symbol.calls.end()), symbol.calls.end());
    }
    return std::move(symbols_);
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;

  std::optional<HierarchySymbol> Describe(const clang::NamedDecl* decl) const {
    HierarchySymbol symbol;
    if (!SymbolPrinter::KindOf(decl, &symbol.kind)) return std::nullopt;
    const clang::NamedDecl* shown = DefinitionOf(decl);
    if (shown == nullptr) shown = decl;
    const clang::Decl* whole = shown->getDescribedTemplate();
    std::optional<CodeLocation> name = NameLocation(ast_, shown);
    std::optional<CodeLocation> extent =
        ast_.LocationOf((whole != nullptr ? whole : shown)->getSourceRange());
    if (!name) return std::nullopt;
    symbol.usr = SymbolKey(decl);
    symbol.name = NameOf(decl);
    symbol.scope = ScopeOf(decl);
    symbol.extent = extent && extent->path == name->path ? extent->range : name->range;
    symbol.location = *std::move(name);
    return symbol;
  }

  const LiveAst& ast_;
  llvm::DenseMap<const clang::NamedDecl*, size_t> places_;
  std::vector<HierarchySymbol> symbols_;
};

// Which declarations are those that are asked about: the names of many are asked for again and again.
class Wanted {
 public:
  explicit Wanted(const std::vector<std::string>& usrs) : usrs_(usrs.begin(), usrs.end()) {}

  bool operator()(const clang::NamedDecl* decl) {
    if (decl == nullptr) return false;
    auto [it, is_new] = known_.try_emplace(decl, false);
    if (is_new) it->second = usrs_.contains(SymbolKey(decl));
    return it->second;
  }

 private:
  std::unordered_set<std::string> usrs_;
  llvm::DenseMap<const clang::NamedDecl*, bool> known_;
};

using OnRecord = std::function<void(const clang::CXXRecordDecl&)>;

void WalkContext(const clang::DeclContext& context, const OnRecord& found) {
  for (const clang::Decl* decl : context.decls()) {
    if (const auto* of = llvm::dyn_cast<clang::ClassTemplateDecl>(decl)) {
      decl = of->getTemplatedDecl();
    }
    const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(decl);
    if (record != nullptr) {
      if (!record->isThisDeclarationADefinition() || record->isImplicit()) continue;
      found(*record);
    }
    if (record != nullptr ||
        llvm::isa<clang::NamespaceDecl, clang::LinkageSpecDecl, clang::ExportDecl>(decl)) {
      WalkContext(*llvm::cast<clang::DeclContext>(decl), found);
    }
  }
}

// Every class that is written in the translation unit; of functions those that are parsed.
void WalkRecords(LiveAst& ast, const OnRecord& found) {
  if (!ast.context->getLangOpts().CPlusPlus) return;
  WalkContext(*ast.context->getTranslationUnitDecl(), found);
  WalkNames(ast, std::nullopt, [&](const NamePlace& place) {
    if (!place.is_definition) return;
    for (const clang::NamedDecl* decl : place.decls) {
      const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(decl);
      if (record != nullptr && record->isLocalClass() != nullptr) found(*record);
    }
  });
}

// What is named there; null for a parameter of a template and the like.
const clang::NamedDecl* NamedBase(const clang::CXXBaseSpecifier& base) {
  const clang::QualType type = base.getType();
  if (const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl()) return record;
  const auto* special = type->getAs<clang::TemplateSpecializationType>();
  return special == nullptr ? nullptr : special->getTemplateName().getAsTemplateDecl();
}

}  // namespace

HierarchyAnswer FindHierarchyItems(LiveAst& ast, CodePlace place) {
  Collection items(ast);
  if (std::optional<CodeTarget> target = FindTargetAt(ast, place)) {
    for (const clang::NamedDecl* decl : target->decls) items.Add(decl);
  }
  return {.symbols = items.Take()};
}

HierarchyAnswer FindIncomingCalls(LiveAst& ast, const std::vector<std::string>& usrs) {
  Wanted wanted(usrs);
  Collection callers(ast);
  WalkNames(ast, std::nullopt, [&](const NamePlace& place) {
    if (!place.is_call || place.container == nullptr) return;
    if (!std::any_of(place.decls.begin(), place.decls.end(), std::ref(wanted))) return;
    HierarchySymbol* caller = callers.Add(place.container);
    if (caller != nullptr) caller->calls.push_back(RangeOf(ast, place.begin, place.end));
  });
  return {.symbols = callers.Take()};
}

HierarchyAnswer FindOutgoingCalls(LiveAst& ast, const std::vector<std::string>& usrs) {
  Wanted wanted(usrs);
  Collection callees(ast);
  HierarchyAnswer answer;
  WalkNames(ast, std::nullopt, [&](const NamePlace& place) {
    if (place.is_definition && place.is_declaration) {
      answer.is_defined_here |=
          std::any_of(place.decls.begin(), place.decls.end(), std::ref(wanted));
    }
    if (!place.is_call || !wanted(place.container)) return;
    for (const clang::NamedDecl* decl : place.decls) {
      HierarchySymbol* callee = callees.Add(decl);
      if (callee != nullptr) callee->calls.push_back(RangeOf(ast, place.begin, place.end));
    }
  });
  answer.symbols = callees.Take();
  return answer;
}

HierarchyAnswer FindSupertypes(LiveAst& ast, const std::vector<std::string>& usrs) {
  Wanted wanted(usrs);
  Collection bases(ast);
  HierarchyAnswer answer;
  WalkRecords(ast, [&](const clang::CXXRecordDecl& record) {
    if (!wanted(&record)) return;
    answer.is_defined_here |= ast.PlaceOf(record.getLocation()).has_value();
    for (const clang::CXXBaseSpecifier& base : record.bases()) bases.Add(NamedBase(base));
  });
  answer.symbols = bases.Take();
  return answer;
}

HierarchyAnswer FindSubtypes(LiveAst& ast, const std::vector<std::string>& usrs) {
  Wanted wanted(usrs);
  Collection derived(ast);
  WalkRecords(ast, [&](const clang::CXXRecordDecl& record) {
    const bool derives =
        std::any_of(record.bases_begin(), record.bases_end(),
                    [&](const clang::CXXBaseSpecifier& base) { return wanted(NamedBase(base)); });
    if (derives) derived.Add(&record);
  });
  return {.symbols = derived.Take()};
}

}  // namespace astrolabe
