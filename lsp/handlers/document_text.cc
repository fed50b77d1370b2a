// astrolabe/documentText: the text of an open document as the server has it. For tests alone: it is how they
// see that after any edits both sides have the same text. Params: TextDocumentIdentifier; result: the text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <utility>

#include "lsp/handlers/bind.h"

namespace astrolabe::lsp {
namespace {

struct DocumentTextRequest {
  static constexpr std::string_view kMethod = "astrolabe/documentText";
  using Params = TextDocumentIdentifier;
  using Result = std::string;
};

}  // namespace

void BindDocumentText(Dispatcher& dispatcher, Session& session) {
  dispatcher.OnRequest<DocumentTextRequest>(
      [&](const TextDocumentIdentifier& params, RequestContext context, Reply<std::string> reply) {
        session.AnswerAbout(
            "lsp.documentText", params.uri, std::move(context), std::move(reply),
            [](const DocumentSnapshot& document, const Work&) -> absl::StatusOr<std::string> {
              return document->text.ToString();
            });
      });
}

}  // namespace astrolabe::lsp
