// textDocument/hover.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <optional>
#include <utility>

#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {

void BindHover(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().hover_provider = true;
  OnDocumentRequest<HoverRequest>(
      dispatcher, session, "lsp.hover",
      [&live](const HoverParams& params, const DocumentSnapshot& document,
              const Work& work) -> absl::StatusOr<std::optional<Hover>> {
        auto answer = live.Ask<HoverAnswer>(
            document, live.QuestionAt(QuestionKind::kHover, document, params.position), work);
        if (!answer.ok()) return answer.status();
        if (answer->markdown.empty()) return std::nullopt;
        Hover hover;
        hover.contents =
            MarkupContent{MarkupKind(MarkupKind::kMarkdown), std::move(answer->markdown)};
        hover.range = live.ClientRange(document, answer->range);
        return hover;
      });
}

}  // namespace astrolabe::lsp
