// The client as seen from the server: messages to it, from any thread.
//
//   client->Notify<PublishDiagnosticsNotification>({.uri = …, .diagnostics = …});
//   client->Call<RegistrationRequest>(params, [](absl::StatusOr<std::monostate> result) { … });
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "lsp/protocol/codec.h"
#include "lsp/protocol/types_json.h"
#include "lsp/server/errors.h"

namespace astrolabe::lsp {

// Shared by the dispatcher and by whoever has something to say; outlives the connection, after whose end
// all calls do nothing but fail. Any thread.
class Client {
 public:
  // Receives the content of each message, one at a time or not; must not call back into this class.
  using Sink = std::function<void(std::string content)>;

  explicit Client(Sink sink) : sink_(std::move(sink)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  template <typename Method>
  void Notify(const typename Method::Params& params) {
    SendNotification(Method::kMethod, EncodeJson(params));
  }

  // `callback` is called exactly once, on the thread that reads messages, or with Unavailable on the thread
  // that closes the connection or calls this after that.
  template <typename Method>
  void Call(const typename Method::Params& params,
            absl::AnyInvocable<void(absl::StatusOr<typename Method::Result>)> callback) {
    SendRequest(Method::kMethod, EncodeJson(params),
                [callback = std::move(callback)](absl::StatusOr<Json> result) mutable {
                  if (!result.ok()) return callback(result.status());
                  callback(FromJson<typename Method::Result>(*result, "result"));
                });
  }

  // `$/progress`: work done (WorkDoneProgressBegin, …Report, …End) or a part of a result.
  template <typename Value>
  void Progress(const ProgressToken& token, const Value& value) {
    SendProgress(token, EncodeJson(value));
  }

  // `$/setTrace`: how much of the server's work the client wants to hear of, as `$/logTrace`.
  void SetTrace(const TraceValue& value);
  // Nothing to a client that wants none; `verbose` to one that wants all.
  void LogTrace(std::string message, std::string verbose);

  // For the dispatcher: sends a message as it is.
  void Send(std::string content);
  // For the dispatcher: a response of the client's has come.
  void OnResponse(const Json& message);
  // Nothing is sent from now on, and every call that waits for its response fails.
  void Close();

 private:
  using RawCallback = absl::AnyInvocable<void(absl::StatusOr<Json>)>;

  void SendNotification(std::string_view method, std::string_view params);
  void SendRequest(std::string_view method, std::string_view params, RawCallback callback);
  void SendProgress(const ProgressToken& token, std::string_view value);

  enum class Trace : uint8_t { kOff, kMessages, kVerbose };
  std::atomic<Trace> trace_ = Trace::kOff;

  // Held for reading while sending, so that Close waits for senders. Never held together with mutex_.
  absl::Mutex sink_mutex_;
  Sink sink_ ABSL_GUARDED_BY(sink_mutex_);  // empty: closed

  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<int64_t, RawCallback> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
