// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/incoming_request.h"

#include <vector>

#include "absl/time/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

constinit Counter requests_failed{"lsp.requests_failed", "requests"};
constinit Counter requests_cancelled{"lsp.requests_cancelled", "requests"};
constinit Histogram request_time{"lsp.request", "ns"};

JsonWriter BeginResponse(const RequestId& id) {
  JsonWriter out;
  out.BeginObject();
  out.Key("jsonrpc");
  out.String("2.0");
  out.Key("id");
  Encode(out, id);
  return out;
}

}  // namespace

void Encode(JsonWriter& out, const RequestId& id) {
  if (const auto* number = std::get_if<int64_t>(&id)) {
    out.Int(*number);
  } else if (const auto* text = std::get_if<std::string>(&id)) {
    out.String(*text);
  } else {
    out.Null();
  }
}

std::string ErrorResponse(const RequestId& id, const ResponseError& error) {
  JsonWriter out = BeginResponse(id);
  out.Key("error");
  out.BeginObject();
  out.Key("code");
  out.Int(static_cast<int>(error.code));
  out.Key("message");
  out.String(error.message);
  if (!error.data.is_null()) {
    out.Key("data");
    out.Any(error.data);
  }
  out.EndObject();
  out.EndObject();
  return std::move(out).Take();
}

IncomingRequest::IncomingRequest(RequestId id, std::string_view method,
                                 std::shared_ptr<Client> client,
                                 std::shared_ptr<RequestTable> table)
    : id_(std::move(id)), method_(method), client_(std::move(client)), table_(std::move(table)) {}

bool IncomingRequest::Succeed(std::string_view result_json) {
  if (!TakeAnswer()) return false;
  JsonWriter out = BeginResponse(id_);
  out.Key("result");
  out.Raw(result_json);
  out.EndObject();
  Finish(true, std::move(out).Take());
  return true;
}

bool IncomingRequest::Fail(const ResponseError& error) {
  if (!TakeAnswer()) return false;
  (error.code == ErrorCode::kRequestCancelled ? requests_cancelled : requests_failed).Add();
  LogDebug(method_, " failed: ", error.message);
  Finish(false, ErrorResponse(id_, error));
  return true;
}

bool IncomingRequest::TakeAnswer() {
  absl::AnyInvocable<void()> unused;  // destroyed outside the lock: it may hold the last reply
  absl::MutexLock lock(&mutex_);
  if (answered_) return false;
  answered_ = true;
  unused = std::move(on_cancel_);
  on_cancel_ = nullptr;
  return true;
}

void IncomingRequest::Finish(bool ok, std::string response) {
  // First out of the table, so that the client may use the id again once it has the answer.
  table_->Remove(id_);
  if (on_answer_) on_answer_(ok);
  const size_t bytes = response.size();
  client_->Send(std::move(response));
  client_->LogTrace(StrCat(method_, ok ? " answered in " : " failed after ",
                           absl::ToInt64Milliseconds(absl::Now() - arrival_), " ms"),
                    StrCat(bytes, " bytes"));
  request_time.Record(static_cast<uint64_t>(absl::ToInt64Nanoseconds(absl::Now() - arrival_)));
}

void IncomingRequest::Cancel() {
  cancel_token_.Cancel();
  absl::AnyInvocable<void()> callback;
  {
    absl::MutexLock lock(&mutex_);
    if (answered_ || !on_cancel_) return;
    callback = std::move(on_cancel_);
    on_cancel_ = nullptr;
  }
  if (Fail({.code = ErrorCode::kRequestCancelled, .message = "cancelled by the client"})) {
    callback();
  }
}

void IncomingRequest::OnCancel(absl::AnyInvocable<void()> callback) {
  {
    absl::MutexLock lock(&mutex_);
    if (answered_) return;
    on_cancel_ = std::move(callback);
  }
  // Cancel sets the token before it looks for a callback, so one of the two sees the other.
  if (cancel_token_.cancelled()) Cancel();
}

bool RequestTable::Add(const std::shared_ptr<IncomingRequest>& request) {
  absl::MutexLock lock(&mutex_);
  return requests_.emplace(request->id(), request).second;
}

std::shared_ptr<IncomingRequest> RequestTable::Find(const RequestId& id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = requests_.find(id);
  return it == requests_.end() ? nullptr : it->second;
}

void RequestTable::Remove(const RequestId& id) {
  std::shared_ptr<IncomingRequest> last;  // its members are destroyed outside the lock
  absl::MutexLock lock(&mutex_);
  const auto it = requests_.find(id);
  if (it == requests_.end()) return;
  last = std::move(it->second);
  requests_.erase(it);
}

void RequestTable::CancelAll() {
  std::vector<std::shared_ptr<IncomingRequest>> all;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, request] : requests_) all.push_back(request);
  }
  for (const auto& request : all) request->Cancel();
}

size_t RequestTable::size() const {
  absl::MutexLock lock(&mutex_);
  return requests_.size();
}

}  // namespace astrolabe::lsp
