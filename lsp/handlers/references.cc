// textDocument/references: where a symbol is named (reference_search.h), in parts for clients that take those.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/reference_search.h"

namespace astrolabe::lsp {
namespace {

// Locations sent at once to a client that takes parts.
constexpr size_t kPart = 500;

// Calls the client's attention to one file after the other, in parts if it takes those.
class Answer {
 public:
  Answer(Session& session, const Work& work) : session_(session), work_(work) {
    limit_ = session.options()->limit_references;
  }

  bool full() const { return limit_ != 0 && count_ >= limit_; }

  // The references of some files, each file's in one call. Sorted, and each once.
  void Add(std::vector<Location> locations) {
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
    for (Location& location : locations) {
      if (full()) return;
      ++count_;
      pending_.push_back(std::move(location));
      if (pending_.size() >= kPart) Send();
    }
  }

  // What the reply is: all, or nothing if it was sent already.
  std::vector<Location> Finish() {
    Send();
    return std::move(pending_);
  }

 private:
  void Send() {
    const auto& token = work_.context.partial_result_token;
    if (!token || pending_.empty()) return;
    if (!work_.stop) session_.client()->Progress(*token, pending_);
    pending_.clear();
  }

  Session& session_;
  const Work& work_;
  size_t limit_ = 0;
  size_t count_ = 0;
  std::vector<Location> pending_;
};

absl::StatusOr<std::vector<Location>> References(Session& session, LiveDocuments& live,
                                                 const DocumentSnapshot& document,
                                                 const ReferenceParams& params, const Work& work) {
  const Subject subject = SubjectAt(session, live, document, params.position, work);
  ReferenceQuery query;
  query.with_declarations = params.context.include_declaration;
  query.limit = session.options()->limit_references;
  auto found = FindReferences(session, live, document, subject, query, work);
  if (!found.ok()) return found.status();
  Answer answer(session, work);
  for (auto& [path, references] : *found) {
    std::vector<Location> locations;
    for (FoundReference& reference : references) {
      locations.push_back(std::move(reference.location));
    }
    answer.Add(std::move(locations));
  }
  return answer.Finish();
}

}  // namespace

void BindReferences(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().references_provider = true;
  OnDocumentRequest<ReferencesRequest>(
      dispatcher, session, "lsp.references",
      [&session, &live](const ReferenceParams& params, const DocumentSnapshot& document,
                        const Work& work) {
        return References(session, live, document, params, work);
      });
}

}  // namespace astrolabe::lsp
