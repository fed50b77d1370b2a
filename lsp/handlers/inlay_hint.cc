// textDocument/inlayHint, and inlayHint/resolve: where a hint leads, which would make each of thousands larger.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {
namespace {

bool ClientResolves(const Session& session) {
  const auto& capabilities = session.client_capabilities().text_document;
  if (!capabilities || !capabilities->inlay_hint) return false;
  const auto& resolves = capabilities->inlay_hint->resolve_support;
  return resolves &&
         std::ranges::find(resolves->properties, "label.location") != resolves->properties.end();
}

bool HasTarget(HintKind kind) {
  return kind == HintKind::kType || kind == HintKind::kParameter || kind == HintKind::kDesignator ||
         kind == HintKind::kConversion;
}

InlayHint HintFor(LiveDocuments& live, const DocumentSnapshot& document, HintItem item) {
  InlayHint hint;
  hint.position = live.ClientRange(document, {item.place, item.place}).start;
  hint.label = std::move(item.label);
  if (!item.tooltip.empty()) hint.tooltip = std::move(item.tooltip);
  // The protocol has a kind for two of ours.
  if (item.kind == HintKind::kType) hint.kind = InlayHintKind::kType;
  if (item.kind == HintKind::kParameter) hint.kind = InlayHintKind::kParameter;
  if (item.kind == HintKind::kBlockEnd) hint.padding_left = true;
  hint.padding_right = item.kind == HintKind::kParameter;
  return hint;
}

absl::StatusOr<std::vector<HintItem>> Ask(Session& session, LiveDocuments& live,
                                          const DocumentSnapshot& document, const Range& range,
                                          bool with_targets, const Work& work) {
  const std::shared_ptr<const Config> config = session.ConfigOf(document->name.path);
  if (!config->inlay_hints.enabled) return std::vector<HintItem>();
  Question question;
  question.kind = QuestionKind::kInlayHints;
  question.ranges = {live.LiveRange(document, range)};
  question.hints = config->inlay_hints.kinds;
  question.hints.with_targets = with_targets;
  auto answer = live.Ask<HintsAnswer>(document, std::move(question), work);
  if (!answer.ok()) return answer.status();
  return std::move(answer->hints);
}

using Resolved = InlayHintResolveRequest::Result;

absl::StatusOr<Resolved> Resolve(Session& session, LiveDocuments& live,
                                 const DocumentSnapshot& document, InlayHint hint,
                                 const Work& work) {
  const auto* label = std::get_if<std::string>(&hint.label);
  auto items =
      Ask(session, live, document, {hint.position, hint.position}, /*with_targets=*/true, work);
  if (!items.ok()) return items.status();
  for (HintItem& item : *items) {
    if (label == nullptr || item.label != *label || !item.target) continue;
    InlayHintLabelPart part;
    part.value = item.label;
    part.location = live.ClientLocation(*item.target);
    hint.label = std::vector{std::move(part)};
    break;
  }
  return hint;
}

}  // namespace

void BindInlayHint(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  InlayHintOptions options;
  options.resolve_provider = true;
  session.capabilities().inlay_hint_provider = options;
  OnDocumentRequest<InlayHintRequest>(
      dispatcher, session, "lsp.inlayHint",
      [&session, &live](const InlayHintParams& params, const DocumentSnapshot& document,
                        const Work& work) -> absl::StatusOr<std::vector<InlayHint>> {
        auto items = Ask(session, live, document, params.range, /*with_targets=*/false, work);
        if (!items.ok()) return items.status();
        const bool resolves = ClientResolves(session);
        const VersionedTextDocumentIdentifier of{
            .uri = document->name.uri, .version = static_cast<int32_t>(document->version)};
        std::vector<InlayHint> hints;
        for (HintItem& item : *items) {
          const bool leads_on = resolves && HasTarget(item.kind);
          InlayHint& hint = hints.emplace_back(HintFor(live, document, std::move(item)));
          if (leads_on) hint.data = ToJson(of);
        }
        return hints;
      });
  dispatcher.OnRequest<InlayHintResolveRequest>(
      [&session, &live](InlayHint hint, RequestContext context, Reply<Resolved> reply) {
        if (hint.data.is_null()) return reply(std::move(hint));  // it has all there is
        auto of = FromJson<VersionedTextDocumentIdentifier>(hint.data, "data");
        if (!of.ok()) return reply(of.status());
        session.AnswerAbout(
            "lsp.inlayHint.resolve", of->uri, std::move(context), std::move(reply),
            [&session, &live, hint = std::move(hint), version = of->version](
                const DocumentSnapshot& document, const Work& work) -> absl::StatusOr<Resolved> {
              // Of another text: there is nothing to add.
              if (version != static_cast<int32_t>(document->version)) return hint;
              return Resolve(session, live, document, hint, work);
            });
      });
}

}  // namespace astrolabe::lsp
