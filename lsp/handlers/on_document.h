// A request about one open document, bound in one place: from its parameters and the document's text to its answer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "lsp/server/dispatcher.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// handler(params, document, work), as Session::AnswerAbout calls it, gives a StatusOr of what a Result is made from.
template <typename Request, typename Handler>
void OnDocumentRequest(Dispatcher& dispatcher, Session& session, const char* name,
                       const Handler& handler) {
  using Params = typename Request::Params;
  using Result = typename Request::Result;
  dispatcher.OnRequest<Request>(
      [&session, name, handler](Params params, RequestContext context, Reply<Result> reply) {
        const std::string uri = params.text_document.uri;
        session.AnswerAbout(
            name, uri, std::move(context), std::move(reply),
            [handler, params = std::move(params)](const DocumentSnapshot& document,
                                                  const Work& work) -> absl::StatusOr<Result> {
              auto answer = handler(params, document, work);
              if (!answer.ok()) return answer.status();
              return Result(*std::move(answer));
            });
      });
}

}  // namespace astrolabe::lsp
