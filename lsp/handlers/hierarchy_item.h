// Items of the call and the type hierarchy: symbols with their places, and the way back from the client; and who is
// asked: the index, and the ASTs of open files for what it does not have.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/asked_symbol.h"
#include "lsp/protocol/json.h"
#include "lsp/server/live_documents.h"

namespace astrolabe::lsp {

// What an item's `data` carries, for the requests that follow.
struct HierarchyKey {
  std::shared_ptr<Workspace> workspace;  // null: the item is of a file outside of all
  std::string usr;                       // empty: tier 0 alone knows the symbol
  std::string name;                      // unqualified
  std::string seen_in;                   // the open file whose AST gave the item; empty: the index
};

Json KeyData(const Workspace* workspace, const std::string& usr, const std::string& name,
             const std::string& seen_in);
// InvalidArgument for what is none of ours.
absl::StatusOr<HierarchyKey> KeyFrom(Session& session, const Json& data);
Indexes IndexesOf(const HierarchyKey& key);

// What the AST of an open file says.
struct LiveAnswer {
  DocumentSnapshot document;
  HierarchyAnswer answer;
};
// Those of open files that the index does not have as they are in the editor: the index answers for all others.
std::vector<LiveAnswer> AskOpenFiles(Session& session, LiveDocuments& live, const HierarchyKey& key,
                                     QuestionKind kind, const Work& work);
// How long an AST is waited for: where there is a semantic index it will do.
absl::Duration PatienceFor(const Indexes& indexes);
// Whether one of them has answered for that file.
bool HasAnswered(const std::vector<LiveAnswer>& answers, const std::string& path);

// Where and what the symbol of a hit is. Nothing if it has no place that can be shown.
template <typename Item>
std::optional<Item> ItemOf(const Workspace& workspace, const SemanticHit& hit, Places& places) {
  if (hit.path.empty()) return std::nullopt;
  const std::string path = workspace.ClientPath(hit.path);
  Item item;
  const bool is_known = hit.symbol != nullptr;
  item.name = is_known ? hit.symbol->name : hit.name;
  const std::string& scope = is_known ? hit.symbol->scope : hit.scope;
  if (!scope.empty()) item.detail = scope;
  item.kind =
      ClientKind(is_known ? hit.symbol->kind : hit.kind.value_or(astrolabe::SymbolKind::kFunction));
  const Location whole = places.LocationOf(path, hit.extent_begin, hit.extent_end);
  item.uri = whole.uri;
  item.range = whole.range;
  item.selection_range = places.ToClient(path, hit.begin, hit.end);
  item.data = KeyData(&workspace, is_known ? hit.symbol->usr : std::string(), item.name, {});
  return item;
}

// The same of what the AST of `document` has.
template <typename Item>
Item ItemOf(const Workspace* workspace, const LiveDocuments& live, const DocumentSnapshot& document,
            const HierarchySymbol& symbol) {
  Item item;
  item.name = symbol.name;
  if (!symbol.scope.empty()) item.detail = symbol.scope.substr(0, symbol.scope.size() - 2);
  item.kind = ClientKind(symbol.kind);
  const Location name = live.ClientLocation(symbol.location);
  item.uri = name.uri;
  item.selection_range = name.range;
  item.range = live.ClientLocation({symbol.location.path, symbol.extent}).range;
  item.data = KeyData(workspace, symbol.usr, symbol.name, document->name.path);
  return item;
}

// What the symbols at a place are, each once, of the kinds that the hierarchy is about: the answer to its prepare
// request. From the index where it has the place; else from the AST, and if that does not answer by name.
template <typename Item>
absl::StatusOr<std::vector<Item>> PrepareItems(Session& session, LiveDocuments& live,
                                               const DocumentSnapshot& document,
                                               const Position& position,
                                               bool (*is_wanted)(astrolabe::SymbolKind),
                                               const Work& work) {
  constexpr size_t kMaxItems = 20;
  const AskedSymbol asked = SymbolAt(session, document, position);
  if (!asked.argument || !std::holds_alternative<PlaceArgument>(*asked.argument)) {
    auto seen = live.Ask<HierarchyAnswer>(
        document, live.QuestionAt(QuestionKind::kHierarchyItems, document, position), work,
        PatienceFor(asked.indexes));
    std::vector<Item> items;
    if (seen.ok()) {
      for (const HierarchySymbol& symbol : seen->symbols) {
        if (!is_wanted(symbol.kind)) continue;
        items.push_back(ItemOf<Item>(asked.workspace.get(), live, document, symbol));
      }
    }
    if (!items.empty()) return items;
  }
  auto answer = Ask(asked, SemanticQuestion::kDefinition, kMaxItems, work);
  if (!answer.ok()) return answer.status();
  Places places = session.NewPlaces();
  std::vector<Item> items;
  const SymbolDescription* last = nullptr;
  for (const SemanticHit& hit : answer->hits) {
    if (!is_wanted(hit.symbol ? hit.symbol->kind : hit.kind.value_or(astrolabe::SymbolKind()))) {
      continue;
    }
    if (hit.symbol && std::exchange(last, hit.symbol.get()) == hit.symbol.get()) continue;
    if (auto item = ItemOf<Item>(*asked.workspace, hit, places)) items.push_back(*std::move(item));
  }
  return items;
}

// The symbol's best place: its definition, else a declaration. Nothing if the index has none.
absl::StatusOr<std::optional<SemanticHit>> PlaceOfSymbol(const Workspace& workspace,
                                                         const Indexes& indexes,
                                                         const std::string& usr, const Work& work);

}  // namespace astrolabe::lsp
