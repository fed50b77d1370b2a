// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/dispatcher.h"

#include "absl/strings/match.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/strings.h"
#include "base/trace.h"

namespace astrolabe::lsp {
namespace {

constinit Counter requests_received{"lsp.requests", "requests"};
constinit Counter notifications_received{"lsp.notifications", "notifications"};
constinit Counter messages_refused{"lsp.messages_refused", "messages"};

// The id of a request: an integer or a string, nothing else.
std::optional<RequestId> IdFrom(const Json& json) {
  if (json.is_number_unsigned() && json.get<uint64_t>() > uint64_t{INT64_MAX}) return std::nullopt;
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_string()) return json.get<std::string>();
  return std::nullopt;
}

bool IsProtocolPrivate(std::string_view method) { return absl::StartsWith(ToAbsl(method), "$/"); }

}  // namespace

Dispatcher::Dispatcher(Client::Sink sink) : client_(std::make_shared<Client>(std::move(sink))) {}

Dispatcher::~Dispatcher() {
  client_->Close();
  table_->CancelAll();
}

int Dispatcher::Run(MessageReader& reader) {
  while (!exit_code_) {
    auto content = reader.Read();
    if (content.ok() && filter_) {
      Receive(filter_(*std::move(content)));
    } else if (content.ok()) {
      Receive(*content);
    } else if (reader.ended()) {
      // Some clients just close the pipe. Not having heard `exit` is the same as hearing it too early.
      if (!absl::IsOutOfRange(content.status())) LogError(ToStd(content.status().message()));
      ReceiveNotification("exit", Json());
    } else {
      ReceiveDamage(content.status());
    }
  }
  return *exit_code_;
}

void Dispatcher::ReceiveDamage(const absl::Status& error) {
  SendError({}, ErrorCode::kParseError, std::string(ToStd(error.message())));
}

void Dispatcher::Receive(std::string_view content) {
  TraceSpan span("lsp.receive");
  auto message = ParseJson(content);
  if (!message.ok()) return ReceiveDamage(message.status());
  if (message->is_array()) {
    return SendError({}, ErrorCode::kInvalidRequest, "the protocol has no batches");
  }
  if (!message->is_object()) {
    return SendError({}, ErrorCode::kInvalidRequest, "a message is an object");
  }
  const Json& object = *message;
  const auto id_member = object.find("id");
  std::optional<RequestId> id;
  if (id_member != object.end()) id = IdFrom(*id_member);

  const auto method = object.find("method");
  if (method == object.end() && (object.contains("result") || object.contains("error"))) {
    return client_->OnResponse(object);
  }
  const auto version = object.find("jsonrpc");
  if (version == object.end() || *version != "2.0") {
    return SendError(id.value_or(RequestId()), ErrorCode::kInvalidRequest,
                     "jsonrpc: expected \"2.0\"");
  }
  if (method == object.end() || !method->is_string()) {
    return SendError(id.value_or(RequestId()), ErrorCode::kInvalidRequest,
                     "method: expected a string");
  }
  if (id_member != object.end() && !id) {
    return SendError({}, ErrorCode::kInvalidRequest, "id: expected an integer or a string");
  }
  const auto& name = *method->get_ptr<const std::string*>();
  span.Arg("method", name);
  // Clients leave params out where all members are optional.
  const Json none = Json::object();
  const auto params = object.find("params");
  const Json& given = params == object.end() || params->is_null() ? none : *params;
  if (id) {
    ReceiveRequest(*id, name, given);
  } else {
    ReceiveNotification(name, given);
  }
}

void Dispatcher::ReceiveRequest(const RequestId& id, const std::string& method,
                                const Json& params) {
  requests_received.Add();
  auto request = std::make_shared<IncomingRequest>(id, method, client_, table_);
  if (table_->Find(id) != nullptr) {
    // Not through the request: its answer would take the other one off the table.
    return SendError(id, ErrorCode::kInvalidRequest, "a request with this id is being answered");
  }
  if (auto error = Admit(method)) return SendError(id, error->code, std::move(error->message));
  if (method == InitializeRequest::kMethod) {
    request->OnAnswer([session = session_](bool ok) {
      absl::MutexLock lock(&session->mutex);
      if (!ok && session->phase == Phase::kInitialized) session->phase = Phase::kNew;
    });
  }
  table_->Add(request);
  if (const auto it = requests_.find(method); it != requests_.end()) {
    it->second(params, std::move(request));
  } else if (method == ShutdownRequest::kMethod) {
    request->Succeed("null");
  } else {
    request->Fail(
        {.code = ErrorCode::kMethodNotFound, .message = StrCat("method not found: ", method)});
  }
}

std::optional<ResponseError> Dispatcher::Admit(std::string_view method) {
  absl::MutexLock lock(&session_->mutex);
  switch (session_->phase) {
    case Phase::kNew:
      if (method != InitializeRequest::kMethod) {
        return ResponseError{.code = ErrorCode::kServerNotInitialized,
                             .message = StrCat(method, " before initialize")};
      }
      session_->phase = Phase::kInitialized;
      return std::nullopt;
    case Phase::kInitialized:
      if (method == InitializeRequest::kMethod) {
        return ResponseError{.code = ErrorCode::kInvalidRequest, .message = "initialized already"};
      }
      if (method == ShutdownRequest::kMethod) session_->phase = Phase::kShutDown;
      return std::nullopt;
    case Phase::kShutDown:
      return ResponseError{.code = ErrorCode::kInvalidRequest,
                           .message = StrCat(method, " after shutdown")};
  }
  return std::nullopt;
}

void Dispatcher::ReceiveNotification(const std::string& method, const Json& params) {
  notifications_received.Add();
  Phase phase;
  {
    absl::MutexLock lock(&session_->mutex);
    phase = session_->phase;
  }
  if (method == ExitNotification::kMethod) {
    exit_code_ = phase == Phase::kShutDown ? 0 : 1;
    return;
  }
  if (method == "$/cancelRequest") return CancelRequest(params);
  if (phase != Phase::kInitialized) {
    LogDebug("dropped ", method, phase == Phase::kNew ? " before initialize" : " after shutdown");
    return;
  }
  const auto it = notifications_.find(method);
  if (it == notifications_.end()) {
    if (!IsProtocolPrivate(method)) LogDebug("no handler for the notification ", method);
    return;
  }
  if (absl::Status status = it->second(params); !status.ok()) {
    messages_refused.Add();
    LogError("dropped ", method, ": ", ToStd(status.message()));
  }
}

void Dispatcher::CancelRequest(const Json& params) {
  std::optional<RequestId> id;
  if (params.is_object() && params.contains("id")) id = IdFrom(params["id"]);
  if (!id) return LogError("dropped $/cancelRequest: params.id: expected an integer or a string");
  // Not found: answered already, or never asked; neither is worth a word.
  if (auto request = table_->Find(*id)) request->Cancel();
}

void Dispatcher::SendError(const RequestId& id, ErrorCode code, std::string message) {
  messages_refused.Add();
  LogWarning("refused a message: ", message);
  client_->Send(ErrorResponse(id, {.code = code, .message = std::move(message)}));
}

}  // namespace astrolabe::lsp
