// textDocument/documentLink: each #include leads to its file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <utility>
#include <vector>

#include "lsp/handlers/includes.h"
#include "lsp/handlers/live.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {

void BindDocumentLink(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().document_link_provider = DocumentLinkOptions{};
  using Result = DocumentLinkRequest::Result;
  dispatcher.OnRequest<DocumentLinkRequest>([&session, &live](const DocumentLinkParams& params,
                                                              RequestContext context,
                                                              Reply<Result> reply) {
    session.AnswerAbout(
        "lsp.documentLink", params.text_document.uri, std::move(context), std::move(reply),
        [&session, &live](const DocumentSnapshot& document, const Work&) -> absl::StatusOr<Result> {
          std::vector<DocumentLink> links;
          for (const DocumentInclude& include : IncludesOf(session, live, document)) {
            if (include.path.empty()) continue;
            DocumentLink link;
            link.range = ClientRange(document->text, include.range, session.encoding());
            link.target = FileUri(include.path);
            links.push_back(std::move(link));
          }
          return Result(std::move(links));
        });
  });
}

}  // namespace astrolabe::lsp
