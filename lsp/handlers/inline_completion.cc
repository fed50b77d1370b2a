// textDocument/inlineCompletion: what a language model would write at the cursor, if the compiler agrees (ghost_text.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>
#include <utility>
#include <vector>

#include "lsp/handlers/ghost_text.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {
namespace {

absl::StatusOr<InlineCompletionList> Answer(GhostText& ghost_text,
                                            const InlineCompletionParams& params,
                                            const DocumentSnapshot& document, const Work& work) {
  const bool is_asked_for = params.context.trigger_kind == InlineCompletionTriggerKind::kInvoked;
  auto suggestions = ghost_text.Suggest(document, params.position, is_asked_for, work);
  if (!suggestions.ok()) return suggestions.status();
  InlineCompletionList list;
  for (Suggestion& suggestion : *suggestions) {
    InlineCompletionItem item;
    item.insert_text = std::move(suggestion.text);
    item.range = Range{params.position, params.position};
    item.command = GhostText::TakenCommand(suggestion.id);
    list.items.push_back(std::move(item));
  }
  return list;
}

}  // namespace

void BindInlineCompletion(Dispatcher& dispatcher, Session& session,
                          const std::shared_ptr<GhostText>& ghost_text) {
  session.capabilities().inline_completion_provider = true;
  OnDocumentRequest<InlineCompletionRequest>(
      dispatcher, session, "lsp.inlineCompletion",
      [ghost_text](const InlineCompletionParams& params, const DocumentSnapshot& document,
                   const Work& work) { return Answer(*ghost_text, params, document, work); });
}

}  // namespace astrolabe::lsp
