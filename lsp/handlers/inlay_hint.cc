// textDocument/inlayHint: names of parameters, deduced types and designators.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/live.h"

namespace astrolabe::lsp {

void BindInlayHint(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().inlay_hint_provider = true;
  using Result = InlayHintRequest::Result;
  dispatcher.OnRequest<InlayHintRequest>([&session, &live](const InlayHintParams& params,
                                                           RequestContext context,
                                                           Reply<Result> reply) {
    session.AnswerAbout(
        "lsp.inlayHint", params.text_document.uri, std::move(context), std::move(reply),
        [&live, range = params.range](const DocumentSnapshot& document,
                                      const Work& work) -> absl::StatusOr<Result> {
          Question question;
          question.kind = QuestionKind::kInlayHints;
          question.ranges = {live.LiveRange(document, range)};
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
          return Result(std::move(hints));
        });
  });
}

}  // namespace astrolabe::lsp
