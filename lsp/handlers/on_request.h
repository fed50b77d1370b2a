// A request that is about no document in particular, bound in one place: from its parameters to its answer. One that is
// about a document is bound by on_document.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "lsp/server/dispatcher.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// handler(params, work), as Session::Answer calls it, gives a StatusOr of what a Result is made from.
template <typename Request, typename Handler>
void OnPlainRequest(Dispatcher& dispatcher, Session& session, const char* name,
                    const Handler& handler) {
  using Params = typename Request::Params;
  using Result = typename Request::Result;
  dispatcher.OnRequest<Request>(
      [&session, name, handler](Params params, RequestContext context, Reply<Result> reply) {
        session.Answer(
            name, std::move(context), std::move(reply),
            [handler, params = std::move(params)](const Work& work) -> absl::StatusOr<Result> {
              auto answer = handler(params, work);
              if (!answer.ok()) return answer.status();
              return Result(*std::move(answer));
            });
      });
}

}  // namespace astrolabe::lsp
