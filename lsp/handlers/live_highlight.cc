// textDocument/documentHighlight from the live AST: reads and writes told apart.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <utility>
#include <vector>

#include "lsp/handlers/live.h"

namespace astrolabe::lsp {

void BindLiveHighlight(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().document_highlight_provider = true;
  using Result = DocumentHighlightRequest::Result;
  dispatcher.OnRequest<DocumentHighlightRequest>(
      [&](DocumentHighlightParams params, RequestContext context, Reply<Result> reply) {
        session.AnswerAbout(
            "lsp.documentHighlight", params.text_document.uri, std::move(context), std::move(reply),
            [&live, position = params.position](const DocumentSnapshot& document,
                                                const Work& work) -> absl::StatusOr<Result> {
              absl::StatusOr<ReferencesAnswer> answer = live.Ask<ReferencesAnswer>(
                  document, live.QuestionAt(QuestionKind::kHighlights, document, position), work);
              if (!answer.ok()) return answer.status();
              std::vector<DocumentHighlight> highlights;
              for (const LiveReference& reference : answer->references) {
                highlights.push_back({.range = live.ClientRange(document, reference.range),
                                      .kind = static_cast<DocumentHighlightKind>(reference.kind)});
              }
              return Result(std::move(highlights));
            });
      });
}

}  // namespace astrolabe::lsp
