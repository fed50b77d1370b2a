// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/own_client.h"

#include <utility>

#include "lsp/documents/uri.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/live.h"

namespace astrolabe::lsp {
namespace {

Json Message(const std::string& method, Json params) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

// Nobody is there to whom anything could be proposed.
ServerOptions WithoutModel(ServerOptions options) {
  options.ai = false;
  return options;
}

}  // namespace

void OwnClient::Replies::Take(const std::string& content) {
  auto message = ParseJson(content);
  if (!message.ok() || message->contains("method")) return;
  if (!message->contains("id") || !(*message)["id"].is_number_integer()) return;
  const int request = (*message)["id"].get<int>();
  absl::MutexLock lock(&mutex_);
  replies_[request] = *std::move(message);
}

std::optional<Json> OwnClient::Replies::Await(int request, absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  const auto is_there = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return replies_.contains(request);
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&is_there), limit)) return std::nullopt;
  Json reply = std::move(replies_[request]);
  replies_.erase(request);
  return reply;
}

OwnClient::OwnClient(ServerOptions options, std::string program, const std::string& root)
    : dispatcher_([this](const std::string& content) { replies_.Take(content); }),
      session_(WithoutModel(std::move(options)), std::move(program), dispatcher_.client()),
      live_(session_) {
  BindAll(dispatcher_, session_);
  BindLive(dispatcher_, session_, live_);
  const Json root_uri = root.empty() ? Json(nullptr) : Json(FileUri(root));
  const int request =
      Send("initialize",
           {{"processId", nullptr}, {"rootUri", root_uri}, {"capabilities", Json::object()}});
  Await(request);
  Tell("initialized", Json::object());
}

OwnClient::~OwnClient() {
  session_.Shutdown();
  session_.End();
}

void OwnClient::Open(const std::string& path, const std::string& text) {
  Tell("textDocument/didOpen",
       {{"textDocument",
         {{"uri", FileUri(path)}, {"languageId", "cpp"}, {"version", 1}, {"text", text}}}});
}

void OwnClient::Close(const std::string& path) { Tell("textDocument/didClose", Document(path)); }

void OwnClient::Tell(const std::string& method, Json params) {
  dispatcher_.Receive(DumpJson(Message(method, std::move(params))));
}

int OwnClient::Send(const std::string& method, Json params) {
  Json message = Message(method, std::move(params));
  message["id"] = ++last_request_;
  dispatcher_.Receive(DumpJson(message));
  return last_request_;
}

std::optional<Json> OwnClient::Await(int request, absl::Duration limit) {
  return replies_.Await(request, limit);
}

Json OwnClient::Document(const std::string& path) {
  return {{"textDocument", {{"uri", FileUri(path)}}}};
}

}  // namespace astrolabe::lsp
