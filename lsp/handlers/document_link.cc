// textDocument/documentLink: each #include leads to its file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <utility>
#include <vector>

#include "lsp/handlers/includes.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {

void BindDocumentLink(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().document_link_provider = DocumentLinkOptions{};
  OnDocumentRequest<DocumentLinkRequest>(
      dispatcher, session, "lsp.documentLink",
      [&session, &live](const DocumentLinkParams&, const DocumentSnapshot& document,
                        const Work&) -> absl::StatusOr<std::vector<DocumentLink>> {
        std::vector<DocumentLink> links;
        for (const DocumentInclude& include : IncludesOf(session, live, document)) {
          if (include.path.empty()) continue;
          DocumentLink link;
          link.range = ClientRange(document->text, include.range, session.encoding());
          link.target = FileUri(include.path);
          links.push_back(std::move(link));
        }
        return links;
      });
}

}  // namespace astrolabe::lsp
