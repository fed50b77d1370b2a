// JSON-RPC 2.0 between the transport and typed handlers: the one place where methods are bound.
//
//   Dispatcher dispatcher([&writer](std::string content) { writer.Write(std::move(content)); });
//   dispatcher.OnRequest<HoverRequest>(
//       [](HoverParams params, RequestContext context, Reply<HoverRequest::Result> reply) { … });
//   dispatcher.OnNotification<DidOpenTextDocumentNotification>(
//       [](DidOpenTextDocumentParams params) { … });
//   return dispatcher.Run(reader);
//
// The dispatcher has no threads. Handlers run on the one that reads messages, in the order in which they
// came, and hand on whatever takes time; the reply may be called from anywhere.
//
// Every request gets exactly one reply, the errors being:
//   -32700  not JSON, or a frame that is none         -32600  no request by JSON-RPC, a batch, an id in use,
//   -32601  no handler                                        a second initialize, anything after shutdown
//   -32602  params that are not the method's, with    -32002  anything before initialize
//           the path of the bad member
//   and what handlers answer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "lsp/protocol/methods.h"
#include "lsp/protocol/types_json.h"
#include "lsp/server/client.h"
#include "lsp/server/incoming_request.h"
#include "lsp/transport/message_reader.h"

namespace astrolabe::lsp {

class Dispatcher {
 public:
  // `sink` is called from any thread, once for each message to the client, until the dispatcher is
  // destroyed.
  explicit Dispatcher(Client::Sink sink);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;
  // Cancels what is in flight and closes the client: replies still to come go nowhere.
  ~Dispatcher();

  // Binds a method: handler(Params, RequestContext, Reply<Result>). The last binding counts. `initialize`
  // is bound like any other; without a handler for `shutdown` it is answered with null.
  template <typename Method, typename Handler>
  void OnRequest(Handler handler) {
    requests_[std::string(Method::kMethod)] =
        [handler = std::move(handler)](const Json& json,
                                       std::shared_ptr<IncomingRequest> request) mutable {
          Reply<typename Method::Result> reply(request);
          auto params = FromJson<typename Method::Params>(json, "params");
          if (!params.ok()) return reply(params.status());
          RequestContext context(std::move(request));
          if constexpr (requires { params->work_done_token; }) {
            context.work_done_token = params->work_done_token;
          }
          if constexpr (requires { params->partial_result_token; }) {
            context.partial_result_token = params->partial_result_token;
          }
          handler(*std::move(params), std::move(context), std::move(reply));
        };
  }

  // The same for a notification: handler(Params). One whose params are bad is logged and dropped.
  template <typename Method, typename Handler>
  void OnNotification(Handler handler) {
    notifications_[std::string(Method::kMethod)] =
        [handler = std::move(handler)](const Json& json) mutable {
          auto params = FromJson<typename Method::Params>(json, "params");
          if (!params.ok()) return params.status();
          handler(*std::move(params));
          return absl::OkStatus();
        };
  }

  // What Run reads goes through `filter` first. Before Run.
  void FilterInput(std::function<std::string(std::string)> filter) { filter_ = std::move(filter); }

  // Any thread; may be kept beyond the dispatcher's life.
  const std::shared_ptr<Client>& client() const { return client_; }

  // Takes one message. Only on the thread that reads.
  void Receive(std::string_view content);
  // The same for a frame that could not be read: tells the client.
  void ReceiveDamage(const absl::Status& error);

  // Receives what `reader` has until `exit` or the end of input, and returns the process's exit code.
  int Run(MessageReader& reader);

  // Set by `exit`: 0 after shutdown, 1 otherwise.
  std::optional<int> exit_code() const { return exit_code_; }
  // Requests without an answer so far.
  size_t in_flight() const { return table_->size(); }

 private:
  using RequestHandler = absl::AnyInvocable<void(const Json&, std::shared_ptr<IncomingRequest>)>;
  using NotificationHandler = absl::AnyInvocable<absl::Status(const Json&)>;

  // Where the session is. A reply to `initialize` may take it back to kNew from another thread.
  enum class Phase { kNew, kInitialized, kShutDown };
  struct Session {
    absl::Mutex mutex;
    Phase phase ABSL_GUARDED_BY(mutex) = Phase::kNew;
  };

  void ReceiveRequest(const RequestId& id, const std::string& method, const Json& params);
  void ReceiveNotification(const std::string& method, const Json& params);
  void CancelRequest(const Json& params);
  // The error of a request that may not come now; moves the phase for those that do so.
  std::optional<ResponseError> Admit(std::string_view method);
  void SendError(const RequestId& id, ErrorCode code, std::string message);

  const std::shared_ptr<Client> client_;
  const std::shared_ptr<RequestTable> table_ = std::make_shared<RequestTable>();
  const std::shared_ptr<Session> session_ = std::make_shared<Session>();
  absl::flat_hash_map<std::string, RequestHandler> requests_;
  absl::flat_hash_map<std::string, NotificationHandler> notifications_;
  std::function<std::string(std::string)> filter_;
  std::optional<int> exit_code_;
};

}  // namespace astrolabe::lsp
