// textDocument/prepareTypeHierarchy and typeHierarchy/supertypes, subtypes: one level, from the semantic index.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/bind.h"
#include "lsp/handlers/hierarchy_item.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kMaxTypes = 5000;

bool IsRecord(astrolabe::SymbolKind kind) {
  return kind == astrolabe::SymbolKind::kClass || kind == astrolabe::SymbolKind::kStruct ||
         kind == astrolabe::SymbolKind::kUnion;
}

absl::StatusOr<std::vector<TypeHierarchyItem>> Related(Session& session, const Json& data,
                                                       SemanticQuestion question,
                                                       const Work& work) {
  auto key = KeyFrom(session, data);
  if (!key.ok()) return key.status();
  std::vector<TypeHierarchyItem> items;
  if (key->usr.empty()) return items;
  SemanticRequest request;
  request.question = question;
  request.argument = UsrArgument{key->usr};
  request.limit = kMaxTypes;
  auto answer = Ask(*key->workspace, key->workspace->indexes(), std::move(request), work);
  if (!answer.ok()) return answer.status();
  Places places(session.documents());
  for (const SemanticHit& hit : answer->hits) {
    if (auto item = ItemOf<TypeHierarchyItem>(*key->workspace, hit, places)) {
      items.push_back(*std::move(item));
    }
  }
  return items;
}

template <typename Request, typename Params>
void BindRelated(Dispatcher& dispatcher, Session& session, const char* name,
                 SemanticQuestion question) {
  using Result = typename Request::Result;
  dispatcher.OnRequest<Request>(
      [&session, name, question](Params params, RequestContext context, Reply<Result> reply) {
        session.Answer(name, std::move(context), std::move(reply),
                       [&session, question, data = std::move(params.item.data)](
                           const Work& work) -> absl::StatusOr<Result> {
                         return Related(session, data, question, work);
                       });
      });
}

}  // namespace

void BindTypeHierarchy(Dispatcher& dispatcher, Session& session) {
  session.capabilities().type_hierarchy_provider = true;
  session.capabilities().standard_type_hierarchy_provider = true;
  using Items = TypeHierarchyPrepareRequest::Result;
  dispatcher.OnRequest<TypeHierarchyPrepareRequest>(
      [&](const TypeHierarchyPrepareParams& params, RequestContext context, Reply<Items> reply) {
        session.AnswerAbout(
            "lsp.prepareTypeHierarchy", params.text_document.uri, std::move(context),
            std::move(reply),
            [&session, position = params.position](const DocumentSnapshot& document,
                                                   const Work& work) -> absl::StatusOr<Items> {
              return PrepareItems<TypeHierarchyItem>(session, document, position, IsRecord, work);
            });
      });
  BindRelated<TypeHierarchySupertypesRequest, TypeHierarchySupertypesParams>(
      dispatcher, session, "lsp.supertypes", SemanticQuestion::kBases);
  BindRelated<TypeHierarchySubtypesRequest, TypeHierarchySubtypesParams>(
      dispatcher, session, "lsp.subtypes", SemanticQuestion::kDerived);
}

}  // namespace astrolabe::lsp
