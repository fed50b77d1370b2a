// astrolabe/includes, astrolabe/includedBy: what a file includes, as it is in the editor, and who includes it, as the
// index knows.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "index/query/semantic_includes.h"
#include "lsp/handlers/includes.h"
#include "lsp/handlers/on_request.h"
#include "lsp/handlers/own_requests.h"
#include "lsp/protocol/own_extensions.h"
#include "lsp/server/current_document.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

std::vector<IncludeEdge> IncludesIn(Session& session, LiveDocuments& live,
                                    const std::string& path) {
  const DocumentSnapshot document = CurrentDocument(session.documents(), path);
  std::vector<IncludeEdge> edges;
  for (DocumentInclude& include : IncludesOf(session, live, document)) {
    IncludeEdge& edge = edges.emplace_back();
    edge.directive = {.uri = document->name.uri,
                      .range = ClientRange(document->text, include.range, session.encoding())};
    edge.spelled = std::move(include.spelled);
    if (!include.path.empty()) edge.other = FileUri(include.path);
    edge.is_exact = edge.other.has_value();
  }
  return edges;
}

std::vector<IncludeEdge> IncludersOf(Session& session, const std::string& path) {
  std::vector<IncludeEdge> edges;
  const std::shared_ptr<Workspace> workspace = session.WorkspaceOf(path);
  if (workspace == nullptr) return edges;
  const Indexes indexes = workspace->indexes();
  IncludeAnswer answer =
      FindIncluders(workspace->Sources(indexes), workspace->IndexPath(path), /*transitive=*/false);
  Places places = session.NewPlaces();
  for (IncludeHit& hit : answer.hits) {
    if (hit.line == IncludeHit::kNoLine) continue;
    const std::string includer = workspace->ClientPath(hit.path);
    const astrolabe::Position line{.line = hit.line, .column = 0};
    IncludeEdge& edge = edges.emplace_back();
    edge.directive = places.LocationOf(includer, line, line);
    edge.spelled = std::move(hit.spelled);
    edge.other = edge.directive.uri;
    edge.is_exact = hit.tier == 1;
  }
  return edges;
}

void Sort(std::vector<IncludeEdge>& edges) {
  std::ranges::stable_sort(edges, {}, [](const IncludeEdge& edge) {
    return std::tie(edge.directive.uri, edge.directive.range.start.line);
  });
}

template <typename Request, typename Find>
void Bind(Dispatcher& dispatcher, Session& session, const char* name, const Find& find) {
  OnPlainRequest<Request>(dispatcher, session, name,
                          [find](const DocumentParams& params,
                                 const Work&) -> absl::StatusOr<std::vector<IncludeEdge>> {
                            auto document = ParseDocumentUri(params.text_document.uri);
                            if (!document.ok()) return document.status();
                            std::vector<IncludeEdge> edges = find(document->path);
                            Sort(edges);
                            return edges;
                          });
}

}  // namespace

void BindIncludeGraph(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  Bind<IncludesRequest>(
      dispatcher, session, "lsp.includes",
      [&session, &live](const std::string& path) { return IncludesIn(session, live, path); });
  Bind<IncludedByRequest>(
      dispatcher, session, "lsp.includedBy",
      [&session](const std::string& path) { return IncludersOf(session, path); });
}

}  // namespace astrolabe::lsp
