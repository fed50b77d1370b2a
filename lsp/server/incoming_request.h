// A request of the client's between its arrival and its one reply.
//
// Handlers see two sides of it. The context tells whether the client still wants the answer; the reply is
// a callback to be called once, on any thread. A reply that is destroyed without having been called answers
// with an internal error, so that no code path, forgotten queue or dead worker leaves a client waiting.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "lsp/protocol/codec.h"
#include "lsp/protocol/types_json.h"
#include "lsp/server/client.h"
#include "lsp/server/errors.h"

namespace astrolabe::lsp {

// What the client calls a request; null only in replies to what has none that could be read.
using RequestId = std::variant<std::monostate, int64_t, std::string>;

class RequestTable;

// Any thread.
class IncomingRequest {
 public:
  IncomingRequest(RequestId id, std::string_view method, std::shared_ptr<Client> client,
                  std::shared_ptr<RequestTable> table);
  IncomingRequest(const IncomingRequest&) = delete;
  IncomingRequest& operator=(const IncomingRequest&) = delete;

  const RequestId& id() const { return id_; }
  const std::string& method() const { return method_; }
  const CancelToken& cancel_token() const { return cancel_token_; }

  // The first answer is sent; the return value is whether it was the first.
  bool Succeed(std::string_view result_json);
  bool Fail(const ResponseError& error);

  // `$/cancelRequest`: sets the token. If there is an on-cancel callback, answers kRequestCancelled and
  // calls it; otherwise whoever works on the request is left to look at the token and answer.
  void Cancel();
  // At most one; called at once if the request is cancelled already, never after the answer.
  void OnCancel(absl::AnyInvocable<void()> callback);
  // Called once, with the answer, before it is sent; to be set before the request is handed on.
  void OnAnswer(absl::AnyInvocable<void(bool ok)> callback) { on_answer_ = std::move(callback); }

 private:
  bool TakeAnswer();  // whether the caller is the one who answers
  void Finish(bool ok, std::string response);

  const RequestId id_;
  const std::string method_;
  const std::shared_ptr<Client> client_;
  const std::shared_ptr<RequestTable> table_;
  const absl::Time arrival_ = absl::Now();
  CancelToken cancel_token_;
  absl::AnyInvocable<void(bool ok)> on_answer_;

  absl::Mutex mutex_;
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;
  absl::AnyInvocable<void()> on_cancel_ ABSL_GUARDED_BY(mutex_);
};

// The requests that have no answer yet, by id. Any thread.
class RequestTable {
 public:
  // False if one with this id is there already.
  bool Add(const std::shared_ptr<IncomingRequest>& request);
  std::shared_ptr<IncomingRequest> Find(const RequestId& id) const;
  void Remove(const RequestId& id);
  // Sets the token of all, calling their callbacks.
  void CancelAll();
  size_t size() const;

 private:
  mutable absl::Mutex mutex_;
  std::map<RequestId, std::shared_ptr<IncomingRequest>> requests_ ABSL_GUARDED_BY(mutex_);
};

// What a handler may want to know about its request. Copies are of the same request; any thread.
class RequestContext {
 public:
  explicit RequestContext(std::shared_ptr<IncomingRequest> request)
      : request_(std::move(request)) {}

  const RequestId& id() const { return request_->id(); }
  const std::string& method() const { return request_->method(); }
  bool cancelled() const { return request_->cancel_token().cancelled(); }
  // For functions that take a token; lives as long as any copy of the context.
  const CancelToken& cancel_token() const { return request_->cancel_token(); }
  // Registering a callback says that the request may be answered with kRequestCancelled the moment the
  // client cancels it; the reply then does nothing. The callback (kill the child, drop the job) is called
  // on the thread that reads messages, or on this one if the request is cancelled already.
  void OnCancel(absl::AnyInvocable<void()> callback) { request_->OnCancel(std::move(callback)); }

  // Where the client wants progress and parts of the result, if it does.
  std::optional<ProgressToken> work_done_token;
  std::optional<ProgressToken> partial_result_token;

 private:
  std::shared_ptr<IncomingRequest> request_;
};

// The callback that answers a request. Move-only; one thread at a time, any thread.
template <typename Result>
class Reply {
 public:
  explicit Reply(std::shared_ptr<IncomingRequest> request) : request_(std::move(request)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&& other) noexcept {
    if (this != &other) {
      Abandon();
      request_ = std::move(other.request_);
    }
    return *this;
  }
  ~Reply() { Abandon(); }

  // A result, or a Status that becomes an error as ErrorFromStatus says. Calls after the first do nothing.
  void operator()(absl::StatusOr<Result> result) {
    if (!result.ok()) return Fail(ErrorFromStatus(result.status()));
    if (auto request = std::exchange(request_, nullptr)) request->Succeed(EncodeJson(*result));
  }
  void Fail(const ResponseError& error) {
    if (auto request = std::exchange(request_, nullptr)) request->Fail(error);
  }
  // Result as JSON text that was made elsewhere, for what is too large to be a struct first.
  void Raw(std::string_view result_json) {
    if (auto request = std::exchange(request_, nullptr)) request->Succeed(result_json);
  }

 private:
  void Abandon() {
    if (request_ != nullptr) {
      Fail({.code = ErrorCode::kInternalError, .message = "the request was dropped unanswered"});
    }
  }

  std::shared_ptr<IncomingRequest> request_;  // null once called or moved from
};

// A response with an error; the dispatcher's too, for what is no request at all.
std::string ErrorResponse(const RequestId& id, const ResponseError& error);
void Encode(JsonWriter& out, const RequestId& id);

}  // namespace astrolabe::lsp
