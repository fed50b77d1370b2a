// textDocument/references, from the index and from what the editor has that the index has not.
//
// In a document with unsaved edits the index's places are carried over to the text in the editor, and what is
// typed anew is searched for the name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {
namespace {

// Locations sent at once to a client that takes parts.
constexpr size_t kPart = 500;

void AddFromIndex(const AskedSymbol& asked, const AskedHits& answer, bool with_declarations,
                  Places& places, std::vector<Location>& locations) {
  for (const SemanticHit& hit : answer.hits) {
    if (!with_declarations && (hit.roles & kRoleDeclaration) != 0) continue;
    auto location = LocationOfHit(*asked.workspace, hit, places);
    if (!location) continue;
    if (hit.container) location->container_name = hit.container->Qualified();
    locations.push_back(*std::move(location));
  }
}

// What was typed since the file was saved, and all of a file that the index does not have.
void AddFromEditor(Session& session, const AskedSymbol& asked, Places& places,
                   std::vector<Location>& locations) {
  for (const DocumentSnapshot& document : session.documents().All()) {
    const bool is_indexed = !document->name.path.empty() && asked.workspace != nullptr &&
                            asked.workspace->Contains(document->name.path) &&
                            asked.indexes.snapshot != nullptr;
    std::vector<ByteRange> edited;
    if (is_indexed) {
      const TextDifference* difference = places.DifferenceOf(document->name.path);
      if (difference == nullptr) continue;
      edited = difference->EditedInLive();
    } else if (document->generation == asked.document->generation) {
      edited = {{0, document->text.size()}};
    }
    if (edited.empty()) continue;
    const SourceTokens tokens(document->text);
    for (const ByteRange& range : tokens.Find(asked.word)) {
      const bool is_new = std::ranges::any_of(edited, [&](const ByteRange& edit) {
        return range.begin < edit.end && edit.begin < range.end;
      });
      if (!is_new) continue;
      locations.push_back({.uri = document->name.uri,
                           .range = ClientRange(document->text, range, session.encoding()),
                           .container_name = {}});
    }
  }
}

void AddLocal(const AskedSymbol& asked, PositionEncoding encoding, bool with_declarations,
              std::vector<Location>& locations) {
  const TextBuffer& text = asked.document->text;
  const auto function = FunctionAround(text, asked.document->name.path, asked.range.begin);
  if (!function) return;
  const SourceTokens tokens(text);
  bool is_first = true;
  for (const ByteRange& range : tokens.Find(asked.word)) {
    if (range.begin < function->begin || range.begin >= function->end) continue;
    if (std::exchange(is_first, false) && !with_declarations) continue;
    locations.push_back({.uri = asked.document->name.uri,
                         .range = ClientRange(text, range, encoding),
                         .container_name = {}});
  }
}

// Files in the order of the answer, their places in order, each once.
void SortWithinFiles(std::vector<Location>& locations) {
  const auto place = [](const Location& location) {
    const Position& start = location.range.start;
    return std::pair(start.line, start.character);
  };
  std::ranges::stable_sort(locations, [&](const Location& a, const Location& b) {
    return a.uri != b.uri ? a.uri < b.uri : place(a) < place(b);
  });
  const auto same = std::ranges::unique(locations, [](const Location& a, const Location& b) {
    return a.uri == b.uri && a.range == b.range;
  });
  locations.erase(same.begin(), same.end());
}

absl::StatusOr<std::vector<Location>> References(Session& session, const DocumentSnapshot& document,
                                                 const ReferenceParams& params, const Work& work) {
  const AskedSymbol asked = SymbolAt(session, document, params.position);
  const bool with_declarations = params.context.include_declaration;
  const size_t limit = session.options()->limit_references;
  std::vector<Location> locations;
  Places places(session.documents());
  if (asked.is_local) {
    AddLocal(asked, session.encoding(), with_declarations, locations);
  } else {
    auto answer = Ask(asked, SemanticQuestion::kReferences, limit, work);
    if (!answer.ok()) return answer.status();
    if (asked.workspace != nullptr) {
      AddFromIndex(asked, *answer, with_declarations, places, locations);
    }
    if (!asked.word.empty()) AddFromEditor(session, asked, places, locations);
  }
  SortWithinFiles(locations);
  if (limit != 0 && locations.size() > limit) locations.resize(limit);
  return locations;
}

}  // namespace

void BindReferences(Dispatcher& dispatcher, Session& session) {
  session.capabilities().references_provider = true;
  using Result = ReferencesRequest::Result;
  dispatcher.OnRequest<ReferencesRequest>(
      [&](ReferenceParams params, RequestContext context, Reply<Result> reply) {
        const std::string uri = params.text_document.uri;
        session.AnswerAbout(
            "lsp.references", uri, std::move(context), std::move(reply),
            [&session, params = std::move(params)](const DocumentSnapshot& document,
                                                   const Work& work) -> absl::StatusOr<Result> {
              auto locations = References(session, document, params, work);
              if (!locations.ok()) return locations.status();
              const auto& token = work.context.partial_result_token;
              if (!token) return Result(*std::move(locations));
              // All of it in parts: the protocol then wants the last answer to be empty.
              for (size_t i = 0; i < locations->size(); i += kPart) {
                const size_t end = std::min(locations->size(), i + kPart);
                const std::vector<Location> part(locations->begin() + static_cast<ptrdiff_t>(i),
                                                 locations->begin() + static_cast<ptrdiff_t>(end));
                if (!work.stop) session.client()->Progress(*token, part);
              }
              return Result(std::vector<Location>());
            });
      });
}

}  // namespace astrolabe::lsp
