// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/references_here.h"

#include <algorithm>
#include <unordered_set>

#include "analysis/features/symbols/control_flow.h"
#include "analysis/features/symbols/symbol_identity.h"
#include "analysis/features/symbols/symbols_at.h"
#include "analysis/features/symbols/target_at.h"
#include "analysis/features/symbols/text_tokens.h"
#include "base/strings.h"
#include "clang/AST/Decl.h"
#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/DenseMap.h"

namespace astrolabe {
namespace {

using UsrSet = std::unordered_set<std::string>;

std::string ContainerName(const clang::NamedDecl* container) {
  return container == nullptr ? "" : StrCat(ScopeOf(container), NameOf(container));
}

// One entry a range: a write beats a read, a definition a declaration.
void SortAndMerge(std::vector<LiveReference>& references) {
  std::stable_sort(
      references.begin(), references.end(),
      [](const LiveReference& a, const LiveReference& b) { return a.range < b.range; });
  std::vector<LiveReference> merged;
  for (LiveReference& reference : references) {
    if (merged.empty() || merged.back().range != reference.range) {
      merged.push_back(std::move(reference));
      continue;
    }
    LiveReference& into = merged.back();
    into.kind = std::max(into.kind, reference.kind);
    into.is_declaration |= reference.is_declaration;
    into.is_definition |= reference.is_definition;
  }
  references = std::move(merged);
}

class Finder {
 public:
  Finder(LiveAst& ast, const UsrSet& usrs, bool with_macros)
      : ast_(ast), usrs_(usrs), with_macros_(with_macros) {}

  std::vector<LiveReference> Find() {
    WalkNames(ast_, std::nullopt, [&](const NamePlace& place) {
      if (place.standing == NameStanding::kKeyword) return;
      if (!place.is_spelled && !with_macros_) return;
      for (const clang::NamedDecl* decl : place.decls) {
        if (IsWanted(decl)) return Add(place);
      }
    });
    AddMacros();
    SortAndMerge(references_);
    return std::move(references_);
  }

 private:
  bool IsWanted(const clang::NamedDecl* decl) {
    auto [it, inserted] = wanted_.try_emplace(decl, false);
    if (inserted) it->second = usrs_.contains(SymbolKey(decl));
    return it->second;
  }

  void Add(const NamePlace& place) {
    LiveReference reference;
    reference.range = RangeOf(ast_, place.begin, place.end);
    reference.kind = place.kind;
    reference.is_declaration = place.is_declaration;
    reference.is_definition = place.is_definition;
    reference.container = ContainerName(place.container);
    references_.push_back(std::move(reference));
  }

  void AddMacros() {
    bool wants_macro = std::any_of(usrs_.begin(), usrs_.end(), [](const std::string& usr) {
      return usr.find("@macro@") != std::string::npos;
    });
    if (!wants_macro) return;
    for (const MacroPlace& place : FindMacroPlaces(ast_)) {
      if (!usrs_.contains(MacroUsr(ast_, place))) continue;
      LiveReference reference;
      reference.range = RangeOf(ast_, place.begin, place.end);
      reference.is_declaration = reference.is_definition = place.is_definition;
      references_.push_back(std::move(reference));
    }
  }

  LiveAst& ast_;
  const UsrSet& usrs_;
  bool with_macros_;
  llvm::DenseMap<const clang::NamedDecl*, bool> wanted_;
  std::vector<LiveReference> references_;
};

}  // namespace

ReferencesAnswer FindReferencesHere(LiveAst& ast, const std::vector<std::string>& usrs) {
  UsrSet wanted(usrs.begin(), usrs.end());
  return {Finder(ast, wanted, /*with_macros=*/true).Find()};
}

ReferencesAnswer FindHighlights(LiveAst& ast, CodePlace place) {
  if (std::optional<ControlFlow> flow = FindControlFlow(ast, place)) {
    ReferencesAnswer answer;
    for (const CodeRange& part : flow->parts) answer.references.emplace_back().range = part;
    return answer;
  }
  std::optional<CodeTarget> target = FindTargetAt(ast, place);
  if (!target.has_value()) return {};
  // `auto` is nobody's name: its type is named elsewhere for other reasons.
  if (target->name.standing == NameStanding::kDeduced) return {};
  UsrSet usrs;
  for (const LiveSymbol& symbol : SymbolsOfTarget(ast, *target)) usrs.insert(symbol.usr);
  if (usrs.empty()) return {};
  return {Finder(ast, usrs, /*with_macros=*/false).Find()};
}

}  // namespace astrolabe
