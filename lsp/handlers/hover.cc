// textDocument/hover.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <utility>

#include "lsp/handlers/live.h"

namespace astrolabe::lsp {

void BindHover(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().hover_provider = true;
  using Result = HoverRequest::Result;
  dispatcher.OnRequest<HoverRequest>(
      [&](const HoverParams& params, RequestContext context, Reply<Result> reply) {
        session.AnswerAbout(
            "lsp.hover", params.text_document.uri, std::move(context), std::move(reply),
            [&live, position = params.position](const DocumentSnapshot& document,
                                                const Work& work) -> absl::StatusOr<Result> {
              absl::StatusOr<HoverAnswer> answer = live.Ask<HoverAnswer>(
                  document, live.QuestionAt(QuestionKind::kHover, document, position), work);
              if (!answer.ok()) return answer.status();
              if (answer->markdown.empty()) return Result();
              Hover hover;
              hover.contents =
                  MarkupContent{MarkupKind(MarkupKind::kMarkdown), std::move(answer->markdown)};
              hover.range = live.ClientRange(document, answer->range);
              return Result(std::move(hover));
            });
      });
}

}  // namespace astrolabe::lsp
