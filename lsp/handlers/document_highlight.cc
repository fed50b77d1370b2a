// textDocument/documentHighlight from the text: the tokens that spell the name, in its function if it is local.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <optional>
#include <utility>
#include <vector>

#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {

void BindDocumentHighlight(Dispatcher& dispatcher, Session& session) {
  session.capabilities().document_highlight_provider = true;
  using Result = DocumentHighlightRequest::Result;
  dispatcher.OnRequest<DocumentHighlightRequest>([&](DocumentHighlightParams params,
                                                     RequestContext context, Reply<Result> reply) {
    session.AnswerAbout(
        "lsp.documentHighlight", params.text_document.uri, std::move(context), std::move(reply),
        [&session, position = params.position](const DocumentSnapshot& document,
                                               const Work&) -> absl::StatusOr<Result> {
          const AskedSymbol asked = SymbolAt(session, document, position);
          std::vector<DocumentHighlight> highlights;
          if (asked.word.empty()) return Result(std::move(highlights));
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
          return Result(std::move(highlights));
        });
  });
}

}  // namespace astrolabe::lsp
