// textDocument/documentHighlight: from the live AST, reads and writes told apart; where a document can't be parsed,
// the tokens that spell the name, in its function if it is local.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <optional>
#include <utility>
#include <vector>

#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/ghost_text.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {
namespace {

std::vector<DocumentHighlight> InText(Session& session, const DocumentSnapshot& document,
                                      const Position& position) {
  const AskedSymbol asked = SymbolAt(session, document, position);
  std::vector<DocumentHighlight> highlights;
  if (asked.word.empty()) return highlights;
  std::optional<ByteRange> within;
  if (asked.is_local) {
    within = FunctionAround(document->text, document->name.path, asked.range.begin);
  }
  const SourceTokens tokens(document->text);
  for (const ByteRange& range : tokens.Find(asked.word)) {
    if (within && (range.begin < within->begin || range.end > within->end)) continue;
    highlights.push_back({.range = ClientRange(document->text, range, session.encoding()),
                          .kind = DocumentHighlightKind::kText});
  }
  return highlights;
}

}  // namespace

void BindDocumentHighlight(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                           const std::shared_ptr<GhostText>& ghost_text) {
  session.capabilities().document_highlight_provider = true;
  OnDocumentRequest<DocumentHighlightRequest>(
      dispatcher, session, "lsp.documentHighlight",
      [&session, &live, ghost_text](
          const DocumentHighlightParams& params, const DocumentSnapshot& document,
          const Work& work) -> absl::StatusOr<std::vector<DocumentHighlight>> {
        // Editors ask where the cursor has come to rest: there the next words will be written.
        ghost_text->CursorAt(document, params.position, work);
        auto answer = live.Ask<ReferencesAnswer>(
            document, live.QuestionAt(QuestionKind::kHighlights, document, params.position), work);
        if (absl::IsCancelled(answer.status())) return answer.status();
        if (!answer.ok()) return InText(session, document, params.position);
        std::vector<DocumentHighlight> highlights;
        for (const LiveReference& reference : answer->references) {
          highlights.push_back({.range = live.ClientRange(document, reference.range),
                                .kind = static_cast<DocumentHighlightKind>(reference.kind)});
        }
        return highlights;
      });
}

}  // namespace astrolabe::lsp
