// Feeds arbitrary bytes to framing, JSON, decoding and dispatch.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/lsp_dispatcher/fuzz_lsp_transport.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "lsp/server/dispatcher.h"
#include "lsp/transport/message_framer.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kLimit = 1 << 16;  // bytes of a message

template <typename T>
void CheckRoundTrip(const T& value) {
  const std::string text = EncodeJson(value);
  auto json = ParseJson(text);
  if (!json.ok()) std::abort();
  auto again = FromJson<T>(*json, "again");
  if (!again.ok() || EncodeJson(*again) != text) std::abort();
}

void Session(std::string_view bytes, size_t piece) {
  size_t received = 0;  // requests that reached a handler
  size_t answered = 0;
  {
    Dispatcher dispatcher([&](const std::string& content) {
      auto message = ParseJson(content);
      if (!message.ok()) std::abort();
      const auto error = message->find("error");
      // Of the handlers below only initialize answers with a result, and 4242 is an error of theirs.
      answered +=
          message->contains("result") || (error != message->end() && (*error)["message"] == "4242");
    });
    std::vector<Reply<CompletionRequest::Result>> kept;
    const auto answer = [&](const auto& params, const RequestContext&, auto reply) {
      CheckRoundTrip(params);
      ++received;
      reply(absl::InternalError("4242"));
    };
    dispatcher.OnRequest<InitializeRequest>(
        [&](const InitializeParams& params, const RequestContext&, Reply<InitializeResult> reply) {
          CheckRoundTrip(params);
          ++received;
          reply(InitializeResult{});
        });
    dispatcher.OnRequest<ShutdownRequest>(answer);
    dispatcher.OnRequest<HoverRequest>(answer);
    dispatcher.OnRequest<CompletionResolveRequest>(answer);
    dispatcher.OnRequest<CodeActionRequest>(answer);
    dispatcher.OnRequest<CompletionRequest>([&](const CompletionParams&, RequestContext context,
                                                Reply<CompletionRequest::Result> reply) {
      ++received;
      context.OnCancel([&answered] { ++answered; });
      kept.push_back(std::move(reply));
    });
    dispatcher.OnNotification<DidChangeTextDocumentNotification>(
        [](const DidChangeTextDocumentParams& params) { CheckRoundTrip(params); });
    dispatcher.OnNotification<DidChangeConfigurationNotification>(
        [](const DidChangeConfigurationParams& params) { CheckRoundTrip(params); });

    MessageFramer framer(kLimit);
    while (!bytes.empty() && !dispatcher.exit_code()) {
      framer.Feed(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
      for (;;) {
        auto message = framer.Next();
        if (!message.ok()) {
          dispatcher.ReceiveDamage(message.status());
        } else if (*message) {
          dispatcher.Receive(**message);
        } else {
          break;
        }
      }
    }
    for (auto& reply : kept) reply(absl::InternalError("4242"));
    if (dispatcher.in_flight() != 0) std::abort();
  }
  if (received != answered) std::abort();
}

}  // namespace
}  // namespace astrolabe::lsp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const bool kQuiet = astrolabe::SetLogLevel("off").ok();
  if (!kQuiet) std::abort();
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  astrolabe::lsp::Session(bytes, data[0] == 0 ? size : data[0]);
  return 0;
}
