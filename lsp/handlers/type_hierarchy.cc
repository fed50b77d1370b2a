// textDocument/prepareTypeHierarchy and typeHierarchy/supertypes, subtypes: one level, from the semantic index and the
// ASTs of open files that it does not have as they are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/hierarchy_item.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/on_request.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kMaxTypes = 5000;

bool IsRecord(astrolabe::SymbolKind kind) {
  return kind == astrolabe::SymbolKind::kClass || kind == astrolabe::SymbolKind::kStruct ||
         kind == astrolabe::SymbolKind::kUnion;
}

using Items = std::vector<TypeHierarchyItem>;

absl::StatusOr<Items> RelatedInIndex(Session& session, const HierarchyKey& key,
                                     SemanticQuestion question,
                                     const std::vector<LiveAnswer>& answers, const Work& work) {
  Items items;
  if (key.usr.empty() || key.workspace == nullptr) return items;
  SemanticRequest request;
  request.question = question;
  request.argument = UsrArgument{key.usr};
  request.limit = kMaxTypes;
  auto answer = Ask(*key.workspace, key.workspace->indexes(), std::move(request), work);
  if (!answer.ok()) return answer.status();
  Places places = session.NewPlaces();
  for (const SemanticHit& hit : answer->hits) {
    // What derives from a class says so where it is defined.
    const bool is_old = question == SemanticQuestion::kDerived &&
                        HasAnswered(answers, key.workspace->ClientPath(hit.path));
    if (is_old) continue;
    if (auto item = ItemOf<TypeHierarchyItem>(*key.workspace, hit, places)) {
      items.push_back(*std::move(item));
    }
  }
  return items;
}

// Those of an answer that `items` does not have yet.
void AddSeen(const LiveDocuments& live, const HierarchyKey& key, const LiveAnswer& answer,
             Items& items) {
  for (const HierarchySymbol& symbol : answer.answer.symbols) {
    auto item = ItemOf<TypeHierarchyItem>(key.workspace.get(), live, answer.document, symbol);
    const bool is_there = std::ranges::any_of(items, [&](const TypeHierarchyItem& other) {
      return other.uri == item.uri && other.name == item.name &&
             other.selection_range == item.selection_range;
    });
    if (!is_there) items.push_back(std::move(item));
  }
}

absl::StatusOr<Items> Supertypes(Session& session, LiveDocuments& live, const HierarchyKey& key,
                                 const Work& work) {
  const auto answers = AskOpenFiles(session, live, key, QuestionKind::kSupertypes, work);
  Items items;
  for (const LiveAnswer& answer : answers) {
    if (!answer.answer.is_defined_here) continue;
    AddSeen(live, key, answer, items);
    return items;
  }
  auto indexed = RelatedInIndex(session, key, SemanticQuestion::kBases, answers, work);
  if (!indexed.ok() || !indexed->empty()) return indexed;
  for (const LiveAnswer& answer : answers) AddSeen(live, key, answer, items);
  return items;
}

absl::StatusOr<Items> Subtypes(Session& session, LiveDocuments& live, const HierarchyKey& key,
                               const Work& work) {
  const auto answers = AskOpenFiles(session, live, key, QuestionKind::kSubtypes, work);
  auto items = RelatedInIndex(session, key, SemanticQuestion::kDerived, answers, work);
  if (!items.ok()) return items;
  for (const LiveAnswer& answer : answers) AddSeen(live, key, answer, *items);
  return items;
}

using Related = absl::StatusOr<Items> (*)(Session&, LiveDocuments&, const HierarchyKey&,
                                          const Work&);

template <typename Request>
void BindRelated(Dispatcher& dispatcher, Session& session, LiveDocuments& live, const char* name,
                 Related related) {
  OnPlainRequest<Request>(dispatcher, session, name,
                          [&session, &live, related](const typename Request::Params& params,
                                                     const Work& work) -> absl::StatusOr<Items> {
                            auto key = KeyFrom(session, params.item.data);
                            if (!key.ok()) return key.status();
                            return related(session, live, *key, work);
                          });
}

}  // namespace

void BindTypeHierarchy(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().type_hierarchy_provider = true;
  session.capabilities().standard_type_hierarchy_provider = true;
  OnDocumentRequest<TypeHierarchyPrepareRequest>(
      dispatcher, session, "lsp.prepareTypeHierarchy",
      [&session, &live](const TypeHierarchyPrepareParams& params, const DocumentSnapshot& document,
                        const Work& work) {
        return PrepareItems<TypeHierarchyItem>(session, live, document, params.position, IsRecord,
                                               work);
      });
  BindRelated<TypeHierarchySupertypesRequest>(dispatcher, session, live, "lsp.supertypes",
                                              Supertypes);
  BindRelated<TypeHierarchySubtypesRequest>(dispatcher, session, live, "lsp.subtypes", Subtypes);
}

}  // namespace astrolabe::lsp
