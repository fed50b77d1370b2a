// textDocument/linkedEditingRange: the places of a local name, which an editor changes together while one types.
//
// Only of locals: all their places are on the screen's file, and no other file can break. A name that other files
// may use takes a rename.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/reference_search.h"

namespace astrolabe::lsp {
namespace {

// An answer that comes later would be about another text.
constexpr absl::Duration kPatience = absl::Milliseconds(500);

absl::StatusOr<std::optional<LinkedEditingRanges>> LinkedRanges(Session& session,
                                                                LiveDocuments& live,
                                                                const DocumentSnapshot& document,
                                                                const Position& position,
                                                                const Work& work) {
  using Result = std::optional<LinkedEditingRanges>;
  const Subject subject = SubjectAt(session, live, document, position, work);
  if (!subject.is_local || subject.asked.word.empty()) return Result();
  auto answer = live.Ask<ReferencesAnswer>(
      document, live.QuestionAt(QuestionKind::kHighlights, document, position), work, kPatience);
  if (!answer.ok()) return answer.status();
  LinkedEditingRanges linked;
  for (const LiveReference& reference : answer->references) {
    const Range range = live.ClientRange(document, reference.range);
    const size_t begin = OffsetOfClient(document->text, range.start, session.encoding());
    const size_t end = OffsetOfClient(document->text, range.end, session.encoding());
    // The text is not the one that was parsed: then nothing may be changed blindly.
    if (document->text.Substring(begin, end) != subject.asked.word) return Result();
    linked.ranges.push_back(range);
  }
  if (linked.ranges.size() < 2) return Result();
  linked.word_pattern = "[A-Za-z_][A-Za-z0-9_]*";
  return Result(std::move(linked));
}

}  // namespace

void BindLinkedEditingRange(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().linked_editing_range_provider = true;
  OnDocumentRequest<LinkedEditingRangeRequest>(
      dispatcher, session, "lsp.linkedEditingRange",
      [&session, &live](const LinkedEditingRangeParams& params, const DocumentSnapshot& document,
                        const Work& work) {
        return LinkedRanges(session, live, document, params.position, work);
      });
}

}  // namespace astrolabe::lsp
