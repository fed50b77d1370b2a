// Requests in, exactly one reply out, whatever the client sends and the handlers do.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/dispatcher.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "base/unique_fd.h"

namespace astrolabe::lsp {
namespace {

using HoverReply = Reply<HoverRequest::Result>;

// A dispatcher whose output is collected.
struct Server {
  Server() {
    dispatcher = std::make_unique<Dispatcher>([this](const std::string& content) {
      absl::MutexLock lock(&mutex);
      sent.push_back(Json::parse(content));
    });
    dispatcher->OnRequest<InitializeRequest>(
        [](const InitializeParams&, const RequestContext&, Reply<InitializeResult> reply) {
          reply(InitializeResult{});
        });
  }

  // What is sent because of this message.
  std::vector<Json> On(std::string_view content) {
    Drain();
    dispatcher->Receive(content);
    return Drain();
  }
  std::vector<Json> Drain() {
    absl::MutexLock lock(&mutex);
    return std::exchange(sent, {});
  }
  void Initialize() {
    ASSERT_EQ(
        On(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{}}})"),
        (std::vector<Json>{
            {{"jsonrpc", "2.0"}, {"id", 0}, {"result", {{"capabilities", Json::object()}}}}}));
  }
  // Binds hover to keep its replies and contexts.
  void KeepHovers() {
    dispatcher->OnRequest<HoverRequest>(
        [this](const HoverParams&, const RequestContext& context, HoverReply reply) {
          contexts.push_back(context);
          replies.push_back(std::move(reply));
        });
  }

  absl::Mutex mutex;
  std::vector<Json> sent;
  std::vector<HoverReply> replies;
  std::vector<RequestContext> contexts;
  std::unique_ptr<Dispatcher> dispatcher;
};

std::string Hover(int id, std::string_view more = "") {
  return StrCat(R"({"jsonrpc":"2.0","id":)", id,
                R"(,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///a"},)",
                R"("position":{"line":1,"character":2})", more, "}}");
}

std::string Cancel(int id) {
  return StrCat(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":)", id, "}}");
}

// "id code: message" of what must be a single error.
std::string ErrorOf(const std::vector<Json>& sent) {
  if (sent.size() != 1 || !sent[0].contains("error")) return "not one error: " + Json(sent).dump();
  const Json& error = sent[0]["error"];
  return StrCat(sent[0]["id"].dump(), " ", error["code"].get<int>(), ": ",
                error["message"].get<std::string>());
}

Json Result(const std::vector<Json>& sent) {
  if (sent.size() != 1 || !sent[0].contains("result"))
    return "not one result: " + Json(sent).dump();
  return sent[0]["result"];
}

TEST(Dispatcher, ARequestReachesItsHandlerAndItsReplyTheClient) {
  Server server;
  server.Initialize();
  server.dispatcher->OnRequest<HoverRequest>([](const HoverParams& params,
                                                const RequestContext& context, HoverReply reply) {
    EXPECT_EQ(params.position.line, 1U);
    EXPECT_EQ(context.work_done_token, ProgressToken("w"));
    EXPECT_FALSE(context.partial_result_token);
    EXPECT_EQ(context.id(), RequestId(int64_t{7}));
    reply(lsp::Hover{.contents = MarkupContent{.kind = MarkupKind::kPlainText, .value = "int"}});
  });
  EXPECT_EQ(
      server.On(Hover(7, R"(,"workDoneToken":"w")")),
      (std::vector<Json>{Json::parse(
          R"({"jsonrpc":"2.0","id":7,"result":{"contents":{"kind":"plaintext","value":"int"}}})")}));
  EXPECT_EQ(server.dispatcher->in_flight(), 0U);
}

TEST(Dispatcher, IdsMayBeStrings) {
  Server server;
  const auto sent = server.On(
      R"({"jsonrpc":"2.0","id":"a\"b","method":"initialize","params":{"capabilities":{}}})");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0]["id"], "a\"b");
}

TEST(Dispatcher, ErrorsOfForm) {
  Server server;
  server.Initialize();
  EXPECT_EQ(ErrorOf(server.On("{")), "null -32700: not valid JSON at byte 2");
  EXPECT_EQ(ErrorOf(server.On("\xff\xfe")), "null -32700: not valid JSON at byte 1");
  EXPECT_EQ(ErrorOf(server.On("[" + Hover(1) + "]")), "null -32600: the protocol has no batches");
  EXPECT_EQ(ErrorOf(server.On("17")), "null -32600: a message is an object");
  EXPECT_EQ(ErrorOf(server.On(R"({"id":1,"method":"shutdown"})")),
            "1 -32600: jsonrpc: expected \"2.0\"");
  EXPECT_EQ(ErrorOf(server.On(R"({"jsonrpc":"2.0","id":1})")),
            "1 -32600: method: expected a string");
  EXPECT_EQ(ErrorOf(server.On(R"({"jsonrpc":"2.0","id":1,"method":{}})")),
            "1 -32600: method: expected a string");
  for (const char* id : {"null", "1.5", "true", "[1]", "18446744073709551615"}) {
    EXPECT_EQ(ErrorOf(server.On(StrCat(R"({"jsonrpc":"2.0","method":"shutdown","id":)", id, "}"))),
              "null -32600: id: expected an integer or a string")
        << id;
  }
  EXPECT_EQ(ErrorOf(server.On(R"({"jsonrpc":"2.0","id":1,"method":"no/such"})")),
            "1 -32601: method not found: no/such");
  EXPECT_EQ(ErrorOf(server.On(R"({"jsonrpc":"2.0","id":1,"method":"$/no"})")),
            "1 -32601: method not found: $/no");
}

TEST(Dispatcher, BadParamsNameTheMember) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  EXPECT_EQ(
      ErrorOf(server.On(
          R"({"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{"textDocument":{"uri":"a"},"position":{"line":"1"}}})")),
      "1 -32602: params.position.line: expected a number");
  EXPECT_EQ(ErrorOf(server.On(R"({"jsonrpc":"2.0","id":1,"method":"textDocument/hover"})")),
            "1 -32602: params.textDocument: missing");
  EXPECT_EQ(
      ErrorOf(server.On(R"({"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":[1]})")),
      "1 -32602: params: expected an object");
  EXPECT_TRUE(server.replies.empty());
}

TEST(Dispatcher, NothingBeforeInitialize) {
  Server server;
  server.KeepHovers();
  bool opened = false;
  server.dispatcher->OnNotification<DidCloseTextDocumentNotification>(
      [&](const DidCloseTextDocumentParams&) { opened = true; });
  EXPECT_EQ(ErrorOf(server.On(Hover(1))), "1 -32002: textDocument/hover before initialize");
  EXPECT_EQ(ErrorOf(server.On(R"({"jsonrpc":"2.0","id":2,"method":"shutdown"})")),
            "2 -32002: shutdown before initialize");
  constexpr char kClose[] =
      R"({"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"a"}}})";
  EXPECT_TRUE(server.On(kClose).empty());
  EXPECT_FALSE(opened);
  server.Initialize();
  EXPECT_TRUE(server.On(kClose).empty());
  EXPECT_TRUE(opened);
  EXPECT_EQ(ErrorOf(server.On(
                R"({"jsonrpc":"2.0","id":3,"method":"initialize","params":{"capabilities":{}}})")),
            "3 -32600: initialized already");
}

TEST(Dispatcher, AFailedInitializeMayBeRepeated) {
  Server server;
  EXPECT_EQ(ErrorOf(server.On(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})")),
            "1 -32602: params.capabilities: missing");
  server.Initialize();
}

TEST(Dispatcher, NothingAfterShutdownButExit) {
  Server server;
  server.Initialize();
  EXPECT_EQ(Result(server.On(R"({"jsonrpc":"2.0","id":1,"method":"shutdown"})")), Json());
  EXPECT_EQ(ErrorOf(server.On(Hover(2))), "2 -32600: textDocument/hover after shutdown");
  EXPECT_EQ(ErrorOf(server.On(R"({"jsonrpc":"2.0","id":3,"method":"shutdown"})")),
            "3 -32600: shutdown after shutdown");
  EXPECT_FALSE(server.dispatcher->exit_code());
  server.On(R"({"jsonrpc":"2.0","method":"exit"})");
  EXPECT_EQ(server.dispatcher->exit_code(), 0);
}

TEST(Dispatcher, ExitWithoutShutdownIsAnError) {
  Server server;
  server.On(R"({"jsonrpc":"2.0","method":"exit"})");
  EXPECT_EQ(server.dispatcher->exit_code(), 1);
}

TEST(Dispatcher, NotificationsAreNeverAnswered) {
  Server server;
  server.Initialize();
  std::vector<std::string> closed;
  server.dispatcher->OnNotification<DidCloseTextDocumentNotification>(
      [&](const DidCloseTextDocumentParams& params) {
        closed.push_back(params.text_document.uri);
      });
  for (
      const char* message :
      {R"({"jsonrpc":"2.0","method":"$/unknown","params":{}})",
       R"({"jsonrpc":"2.0","method":"unknown"})",
       R"({"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{}}})",
       R"({"jsonrpc":"2.0","method":"$/cancelRequest"})",
       R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":{}}})",
       R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":99}})",
       R"({"jsonrpc":"2.0","id":99,"result":null})",
       R"({"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"a"}}})"}) {
    EXPECT_TRUE(server.On(message).empty()) << message;
  }
  EXPECT_EQ(closed, std::vector<std::string>{"a"});
}

TEST(Reply, FromAnotherThreadAndAfterTheNextMessage) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  EXPECT_TRUE(server.On(Hover(1)).empty());
  EXPECT_TRUE(server.On(Hover(2)).empty());
  EXPECT_EQ(server.dispatcher->in_flight(), 2U);
  std::thread([&] { server.replies[1](std::nullopt); }).join();
  auto sent = server.Drain();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0]["id"], 2);
  server.replies[0](std::nullopt);
  EXPECT_EQ(Result(server.Drain()), Json());
}

TEST(Reply, OnlyTheFirstCallCounts) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  server.On(Hover(1));
  server.replies[0](std::nullopt);
  server.replies[0](absl::InternalError("again"));
  server.replies.clear();
  EXPECT_EQ(Result(server.Drain()), Json());
}

TEST(Reply, DestroyedUncalledIsAnInternalError) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  server.On(Hover(1));
  server.replies.clear();
  EXPECT_EQ(ErrorOf(server.Drain()), "1 -32603: the request was dropped unanswered");
  server.On(Hover(2));
  server.On(Hover(3));
  server.replies[0] = std::move(server.replies[1]);  // assigning drops the one before
  EXPECT_EQ(ErrorOf(server.Drain()), "2 -32603: the request was dropped unanswered");
}

TEST(Reply, StatusesBecomeTheProtocolsErrors) {
  Server server;
  server.Initialize();
  const std::vector<std::pair<absl::Status, std::string>> expected = {
      {absl::InvalidArgumentError("m"), "1 -32602: m"},
      {absl::CancelledError("m"), "1 -32800: m"},
      {absl::AbortedError("m"), "1 -32801: m"},
      {absl::UnavailableError("m"), "1 -32802: m"},
      {absl::NotFoundError("m"), "1 -32803: m"},
      {absl::FailedPreconditionError("m"), "1 -32803: m"},
      {absl::UnimplementedError("m"), "1 -32601: m"},
      {absl::InternalError("m"), "1 -32603: m"}};
  for (const auto& [status, text] : expected) {
    server.dispatcher->OnRequest<HoverRequest>(
        [&](const HoverParams&, const RequestContext&, HoverReply reply) { reply(status); });
    EXPECT_EQ(ErrorOf(server.On(Hover(1))), text);
  }
}

TEST(Reply, MayCarryDataWithItsError) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  server.On(Hover(1));
  server.replies[0].Fail(
      {.code = ErrorCode::kServerCancelled, .message = "m", .data = {{"retriggerRequest", true}}});
  EXPECT_EQ(server.Drain()[0]["error"]["data"]["retriggerRequest"], true);
}

TEST(Reply, OutlivesTheDispatcher) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  server.On(Hover(1));
  server.dispatcher.reset();
  EXPECT_TRUE(server.contexts[0].cancelled());
  server.replies[0](std::nullopt);
  EXPECT_TRUE(server.Drain().empty());
}

TEST(Requests, AnIdThatIsInUseIsRefused) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  server.On(Hover(1));
  EXPECT_EQ(ErrorOf(server.On(Hover(1))), "1 -32600: a request with this id is being answered");
  server.replies[0](std::nullopt);
  EXPECT_EQ(Result(server.Drain()), Json());
  server.On(Hover(1));  // free again
  EXPECT_EQ(server.replies.size(), 2U);
}

TEST(Cancel, SetsTheFlagAndLeavesTheAnswerToTheHandler) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  server.On(Hover(1));
  EXPECT_FALSE(server.contexts[0].cancelled());
  EXPECT_TRUE(server.On(Cancel(1)).empty());
  EXPECT_TRUE(server.contexts[0].cancelled());
  server.replies[0](server.contexts[0].cancel_token().status());
  EXPECT_EQ(ErrorOf(server.Drain()), "1 -32800: interrupted");
}

TEST(Cancel, AnswersAtOnceWhereTheHandlerHasACallback) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  server.On(Hover(1));
  int calls = 0;
  server.contexts[0].OnCancel([&] { ++calls; });
  EXPECT_EQ(ErrorOf(server.On(Cancel(1))), "1 -32800: cancelled by the client");
  EXPECT_TRUE(server.On(Cancel(1)).empty());
  EXPECT_EQ(calls, 1);
  server.replies[0](std::nullopt);
  EXPECT_TRUE(server.Drain().empty());
}

TEST(Cancel, ACallbackThatComesTooLateIsCalledAtOnce) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  server.On(Hover(1));
  server.On(Cancel(1));
  int calls = 0;
  server.contexts[0].OnCancel([&] { ++calls; });
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(ErrorOf(server.Drain()), "1 -32800: cancelled by the client");
}

TEST(Cancel, AfterTheAnswerDoesNothing) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  server.On(Hover(1));
  int calls = 0;
  server.contexts[0].OnCancel([&] { ++calls; });
  server.replies[0](std::nullopt);
  server.Drain();
  EXPECT_TRUE(server.On(Cancel(1)).empty());
  server.contexts[0].OnCancel([&] { ++calls; });
  EXPECT_EQ(calls, 0);
}

TEST(Cancel, RacesWithTheReplyToExactlyOneAnswer) {
  Server server;
  server.Initialize();
  server.KeepHovers();
  for (int id = 1; id <= 200; ++id) {
    server.On(Hover(id));
    server.contexts.back().OnCancel([] {});
    std::thread replying([&] { server.replies.back()(std::nullopt); });
    server.dispatcher->Receive(Cancel(id));
    replying.join();
    EXPECT_EQ(server.Drain().size(), 1U);
  }
  EXPECT_EQ(server.dispatcher->in_flight(), 0U);
}

TEST(Client, RequestsToItAreAnsweredOnce) {
  Server server;
  server.Initialize();
  std::vector<absl::StatusOr<ApplyWorkspaceEditResult>> results;
  const auto call = [&] {
    server.dispatcher->client()->Call<ApplyWorkspaceEditRequest>(
        {},
        [&](const absl::StatusOr<ApplyWorkspaceEditResult>& result) { results.push_back(result); });
    return server.Drain().at(0)["id"].get<int>();
  };
  const int first = call();
  const int second = call();
  const int third = call();
  server.On(StrCat(R"({"jsonrpc":"2.0","id":)", second, R"(,"result":{"applied":true}})"));
  server.On(StrCat(R"({"jsonrpc":"2.0","id":)", second, R"(,"result":{"applied":false}})"));
  server.On(StrCat(R"({"jsonrpc":"2.0","id":)", first,
                   R"(,"error":{"code":-32601,"message":"no edits"}})"));
  server.On(StrCat(R"({"jsonrpc":"2.0","id":)", third, R"(,"result":{}})"));
  ASSERT_EQ(results.size(), 3U);
  EXPECT_TRUE(results[0]->applied);
  EXPECT_EQ(results[1].status(), absl::UnimplementedError("no edits"));
  EXPECT_EQ(results[2].status(), absl::InvalidArgumentError("result.applied: missing"));
  call();
  server.dispatcher.reset();
  EXPECT_EQ(results.back().status().code(), absl::StatusCode::kUnavailable);
}

TEST(Client, OutlivesTheDispatcher) {
  Server server;
  const auto client = server.dispatcher->client();
  server.dispatcher.reset();
  client->Notify<LogMessageNotification>({.message = "nobody hears this"});
  EXPECT_TRUE(server.Drain().empty());
  absl::Status status;
  client->Call<WorkspaceFoldersRequest>({}, [&](const auto& result) { status = result.status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
}

TEST(Client, NotificationsToIt) {
  Server server;
  server.dispatcher->client()->Notify<PublishDiagnosticsNotification>(
      {.uri = "file:///a", .version = 3, .diagnostics = {}});
  server.dispatcher->client()->Notify<ExitNotification>({});
  EXPECT_EQ(
      server.Drain(),
      (std::vector<Json>{
          Json::parse(
              R"({"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":"file:///a","version":3,"diagnostics":[]}})"),
          Json::parse(R"({"jsonrpc":"2.0","method":"exit"})")}));
}

// Runs a whole session over a pipe and returns the exit code; `server` has what was sent.
int Session(Server& server, std::string_view bytes) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  UniqueFd read_end(ends[0]);
  EXPECT_EQ(write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  close(ends[1]);
  MessageReader reader(read_end.get());
  return server.dispatcher->Run(reader);
}

std::string Framed(std::string_view content) {
  return StrCat("Content-Length: ", content.size(), "\r\n\r\n", content);
}

TEST(Run, ASessionFromInitializeToExit) {
  Server server;
  EXPECT_EQ(
      Session(
          server,
          Framed(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}})") +
              "Bad: header\r\n\r\n" + Framed("{") +
              Framed(R"({"jsonrpc":"2.0","id":2,"method":"shutdown"})") +
              Framed(R"({"jsonrpc":"2.0","method":"exit"})") + "not read any more"),
      0);
  const auto sent = server.Drain();
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_EQ(sent[0]["id"], 1);
  EXPECT_EQ(sent[1]["error"]["code"], -32700);
  EXPECT_EQ(sent[2]["error"]["code"], -32700);
  EXPECT_EQ(sent[3]["id"], 2);
}

TEST(Run, TheEndOfInputIsAnExit) {
  Server server;
  EXPECT_EQ(Session(server, ""), 1);
  Server half;
  EXPECT_EQ(Session(half, "Content-Length: 3\r\n\r\n{"), 1);
  Server shut_down;
  EXPECT_EQ(
      Session(
          shut_down,
          Framed(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}})") +
              Framed(R"({"jsonrpc":"2.0","id":2,"method":"shutdown"})")),
      0);
}

}  // namespace
}  // namespace astrolabe::lsp
