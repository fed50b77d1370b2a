// textDocument/hover: the compiler's word, and that of index and text while it reads a file for the first time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>
#include <optional>
#include <utility>

#include "lsp/handlers/hover_by_name.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {

void BindHover(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().hover_provider = true;
  OnDocumentRequest<HoverRequest>(
      dispatcher, session, "lsp.hover",
      [&session, &live](const HoverParams& params, const DocumentSnapshot& document,
                        const Work& work) -> absl::StatusOr<std::optional<Hover>> {
        const Question question = live.QuestionAt(QuestionKind::kHover, document, params.position);
        const std::string& path = document->name.path;
        // A file that was parsed before will be again soon.
        bool may_be_named = live.diagnostics().Find(path) == nullptr;
        const auto ask = [&] {
          return live.Ask<HoverAnswer>(
              document, question, work,
              may_be_named ? LiveDocuments::kPatience : absl::InfiniteDuration());
        };
        auto answer = ask();
        while (absl::IsDeadlineExceeded(answer.status())) {
          // Ahead of the look: what is indexed in between is looked at once more.
          const std::shared_ptr<Workspace> workspace = session.WorkspaceOf(path);
          may_be_named = workspace != nullptr && !workspace->HasNames();
          if (auto hover = HoverByName(session, live, document, params.position, work)) {
            return hover;
          }
          answer = ask();
        }
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
