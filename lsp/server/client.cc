// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/client.h"

#include "base/log.h"
#include "lsp/protocol/methods.h"

namespace astrolabe::lsp {
namespace {

JsonWriter BeginMessage() {
  JsonWriter out;
  out.BeginObject();
  out.Key("jsonrpc");
  out.String("2.0");
  return out;
}

std::string EndMessage(JsonWriter out, std::string_view method, std::string_view params) {
  out.Key("method");
  out.String(method);
  if (params != "null") {  // JSON-RPC has an object or an array for params, or none
    out.Key("params");
    out.Raw(params);
  }
  out.EndObject();
  return std::move(out).Take();
}

// The error of a response; parts that are missing or of another type are as good as unknown.
ResponseError ErrorIn(const Json& message) {
  ResponseError error{.code = ErrorCode::kUnknown, .message = "the client answered with an error"};
  const Json& object = message["error"];
  if (!object.is_object()) return error;
  if (auto code = object.find("code"); code != object.end() && code->is_number_integer()) {
    error.code = static_cast<ErrorCode>(code->get<int>());
  }
  if (auto text = object.find("message"); text != object.end() && text->is_string()) {
    error.message = text->get<std::string>();
  }
  return error;
}

}  // namespace

void Client::Send(std::string content) {
  absl::ReaderMutexLock lock(&sink_mutex_);
  if (sink_) sink_(std::move(content));
}

void Client::SendNotification(std::string_view method, std::string_view params) {
  Send(EndMessage(BeginMessage(), method, params));
}

void Client::SendProgress(const ProgressToken& token, std::string_view value) {
  JsonWriter params;
  params.BeginObject();
  params.Key("token");
  Encode(params, token);
  params.Key("value");
  params.Raw(value);
  params.EndObject();
  SendNotification("$/progress", params.text());
}

void Client::SendRequest(std::string_view method, std::string_view params, RawCallback callback) {
  int64_t id = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (!closed_) {
      id = ++last_id_;
      waiting_[id].swap(callback);
    }
  }
  if (id == 0) return callback(absl::UnavailableError("the client is gone"));
  JsonWriter out = BeginMessage();
  out.Key("id");
  out.Int(id);
  Send(EndMessage(std::move(out), method, params));
}

void Client::OnResponse(const Json& message) {
  const auto id = message.find("id");
  RawCallback callback;
  if (id != message.end() && id->is_number_integer()) {
    absl::MutexLock lock(&mutex_);
    if (auto it = waiting_.find(id->get<int64_t>()); it != waiting_.end()) {
      callback = std::move(it->second);
      waiting_.erase(it);
    }
  }
  if (!callback) {
    LogWarning("the client answers a request that nobody has made or that it has answered already");
  } else if (message.contains("error")) {
    callback(StatusFromError(ErrorIn(message)));
  } else {
    const auto result = message.find("result");
    callback(result == message.end() ? Json() : *result);
  }
}

void Client::SetTrace(const TraceValue& value) {
  trace_ = value.value == TraceValue::kOff       ? Trace::kOff
           : value.value == TraceValue::kVerbose ? Trace::kVerbose
                                                 : Trace::kMessages;
}

void Client::LogTrace(std::string message, std::string verbose) {
  const Trace trace = trace_;
  if (trace == Trace::kOff) return;
  LogTraceParams params;
  params.message = std::move(message);
  if (trace == Trace::kVerbose) params.verbose = std::move(verbose);
  Notify<LogTraceNotification>(params);
}

void Client::Close() {
  absl::flat_hash_map<int64_t, RawCallback> waiting;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    waiting.swap(waiting_);
  }
  {
    absl::MutexLock lock(&sink_mutex_);
    sink_ = nullptr;
  }
  for (auto& [id, callback] : waiting) callback(absl::UnavailableError("the client is gone"));
}

}  // namespace astrolabe::lsp
