// textDocument/inlayHint: names of parameters, deduced types and designators.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {

void BindInlayHint(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().inlay_hint_provider = true;
  OnDocumentRequest<InlayHintRequest>(
      dispatcher, session, "lsp.inlayHint",
      [&live](const InlayHintParams& params, const DocumentSnapshot& document,
              const Work& work) -> absl::StatusOr<std::vector<InlayHint>> {
        Question question;
        question.kind = QuestionKind::kInlayHints;
        question.ranges = {live.LiveRange(document, params.range)};
        auto answer = live.Ask<HintsAnswer>(document, std::move(question), work);
        if (!answer.ok()) return answer.status();
        std::vector<InlayHint> hints;
        for (HintItem& item : answer->hints) {
          InlayHint& hint = hints.emplace_back();
          hint.position = live.ClientRange(document, {item.place, item.place}).start;
          hint.label = std::move(item.label);
          if (!item.tooltip.empty()) hint.tooltip = std::move(item.tooltip);
          // A designator has no kind in the protocol.
          if (item.kind == HintKind::kType) hint.kind = InlayHintKind::kType;
          if (item.kind == HintKind::kParameter) hint.kind = InlayHintKind::kParameter;
          hint.padding_right = item.kind == HintKind::kParameter;
        }
        return hints;
      });
}

}  // namespace astrolabe::lsp
