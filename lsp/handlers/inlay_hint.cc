// textDocument/inlayHint: names of parameters, deduced types and designators.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {
namespace {

bool IsWanted(HintKind kind, const Config& config) {
  switch (kind) {
    case HintKind::kType:
      return config.inlay_hints.deduced_types;
    case HintKind::kParameter:
      return config.inlay_hints.parameter_names;
    case HintKind::kDesignator:
      return config.inlay_hints.designators;
    case HintKind::kDefaultArgument:
    case HintKind::kBlockEnd:
      return true;  // only made where they are asked for
  }
  return true;
}

}  // namespace

void BindInlayHint(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().inlay_hint_provider = true;
  OnDocumentRequest<InlayHintRequest>(
      dispatcher, session, "lsp.inlayHint",
      [&session, &live](const InlayHintParams& params, const DocumentSnapshot& document,
                        const Work& work) -> absl::StatusOr<std::vector<InlayHint>> {
        const std::shared_ptr<const Config> config = session.ConfigOf(document->name.path);
        if (!config->inlay_hints.enabled) return std::vector<InlayHint>();
        Question question;
        question.kind = QuestionKind::kInlayHints;
        question.ranges = {live.LiveRange(document, params.range)};
        auto answer = live.Ask<HintsAnswer>(document, std::move(question), work);
        if (!answer.ok()) return answer.status();
        std::vector<InlayHint> hints;
        for (HintItem& item : answer->hints) {
          if (!IsWanted(item.kind, *config)) continue;
          InlayHint& hint = hints.emplace_back();
          hint.position = live.ClientRange(document, {item.place, item.place}).start;
          hint.label = std::move(item.label);
          if (!item.tooltip.empty()) hint.tooltip = std::move(item.tooltip);
          // Others have no kind in the protocol.
          if (item.kind == HintKind::kType) hint.kind = InlayHintKind::kType;
          if (item.kind == HintKind::kParameter) hint.kind = InlayHintKind::kParameter;
          hint.padding_right = item.kind == HintKind::kParameter;
        }
        return hints;
      });
}

}  // namespace astrolabe::lsp
