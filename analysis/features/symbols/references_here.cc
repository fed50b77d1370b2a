// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/references_here.h"

#include <algorithm>
#include <unordered_set>

#include "analysis/features/symbols/control_flow.h"
#include "analysis/features/symbols/occurrences.h"
#include "analysis/features/symbols/symbol_identity.h"
#include "analysis/features/symbols/symbols_at.h"
#include "analysis/features/symbols/target_at.h"
#include "analysis/features/symbols/text_tokens.h"
#include "base/strings.h"
#include "clang/AST/Decl.h"
#include "clang/AST/ExprCXX.h"

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

LiveReference ReferenceAt(const LiveAst& ast, const LiveOccurrence& occurrence) {
  LiveReference reference;
  reference.range = RangeOf(ast, occurrence.begin, occurrence.end);
  reference.kind = occurrence.kind;
  reference.is_declaration = occurrence.is_declaration;
  reference.is_definition = occurrence.is_definition;
  reference.container = ContainerName(occurrence.container);
  return reference;
}

void AddMacros(LiveAst& ast, const UsrSet& usrs, std::vector<LiveReference>& references) {
  const bool wants_macro = std::ranges::any_of(
      usrs, [](const std::string& usr) { return usr.find("@macro@") != std::string::npos; });
  if (!wants_macro) return;
  for (const MacroPlace& place : FindMacroPlaces(ast)) {
    if (!usrs.contains(MacroUsr(ast, place))) continue;
    LiveReference reference;
    reference.range = RangeOf(ast, place.begin, place.end);
    reference.is_declaration = reference.is_definition = place.is_definition;
    references.push_back(std::move(reference));
  }
}

std::vector<LiveReference> Find(LiveAst& ast, const UsrSet& usrs, bool with_macros) {
  std::vector<LiveReference> references;
  const Occurrences& occurrences = Occurrences::In(ast);
  for (const std::string& usr : usrs) {
    for (const LiveOccurrence& occurrence : occurrences.Of(usr)) {
      if (occurrence.is_spelled || with_macros) references.push_back(ReferenceAt(ast, occurrence));
    }
  }
  AddMacros(ast, usrs, references);
  SortAndMerge(references);
  return references;
}

}  // namespace

ReferencesAnswer FindReferencesHere(LiveAst& ast, const std::vector<std::string>& usrs) {
  return {Find(ast, UsrSet(usrs.begin(), usrs.end()), /*with_macros=*/true)};
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
  return {Find(ast, usrs, /*with_macros=*/false)};
}

}  // namespace astrolabe
