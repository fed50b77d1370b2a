// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/check.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "index/query/semantic_coverage.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/dispatcher.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {
namespace {

constexpr char kOwnFile[] = "astrolabe_check.cc";
constexpr char kOwnText[] = "int main() { return 0; }\n";
// More are the same again.
constexpr size_t kMaxShown = 100;

// The client's end of the connection.
class Replies {
 public:
  void Take(const std::string& content) ABSL_LOCKS_EXCLUDED(mutex_) {
    auto message = ParseJson(content);
    if (!message.ok() || message->contains("method")) return;
    if (!message->contains("id") || !(*message)["id"].is_number_integer()) return;
    const int id = (*message)["id"].get<int>();
    absl::MutexLock lock(&mutex_);
    replies_[id] = *std::move(message);
  }

  Json Await(int id) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const auto is_there = [&]()
                              ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return replies_.contains(id); };
    mutex_.Await(absl::Condition(&is_there));
    Json reply = std::move(replies_[id]);
    replies_.erase(id);
    return reply;
  }

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<int, Json> replies_ ABSL_GUARDED_BY(mutex_);
};

class Checker {
 public:
  Checker(ServerOptions options, std::string program, std::string path, std::string text)
      : path_(std::move(path)),
        text_(std::move(text)),
        dispatcher_([this](const std::string& content) { replies_.Take(content); }),
        session_(std::move(options), std::move(program), dispatcher_.client()),
        live_(session_) {
    BindAll(dispatcher_, session_);
    BindLive(dispatcher_, session_, live_);
  }
  ~Checker() {
    session_.Shutdown();
    session_.End();
  }

  int Run() {
    Ask("initialize",
        {{"processId", nullptr}, {"rootUri", nullptr}, {"capabilities", Json::object()}});
    Tell("initialized", Json::object());
    Tell("textDocument/didOpen",
         {{"textDocument",
           {{"uri", FileUri(path_)}, {"languageId", "cpp"}, {"version", 1}, {"text", text_}}}});
    ShowCommand();
    ShowDiagnostics();
    for (const char* method :
         {"documentSymbol", "semanticTokens/full", "foldingRange", "documentLink"}) {
      Expect(Send(StrCat("textDocument/", method), Document()), method);
    }
    AskAboutNames();
    std::printf("all checks are done, %zu errors\n", errors_);
    return errors_ == 0 ? 0 : kExitCheckFailed;
  }

 private:
  static Json Message(const std::string& method, Json params) {
    return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
  }
  void Tell(const std::string& method, Json params) {
    dispatcher_.Receive(DumpJson(Message(method, std::move(params))));
  }
  int Send(const std::string& method, Json params) {
    Json message = Message(method, std::move(params));
    message["id"] = ++last_id_;
    dispatcher_.Receive(DumpJson(message));
    return last_id_;
  }
  Json Ask(const std::string& method, Json params) {
    return replies_.Await(Send(method, std::move(params)));
  }
  Json Document() const { return {{"textDocument", {{"uri", FileUri(path_)}}}}; }

  // Counts a request that fails.
  void Expect(int id, const std::string& what) {
    const Json reply = replies_.Await(id);
    if (!reply.contains("error")) return;
    if (++errors_ > kMaxShown) return;
    std::printf("%s fails: %s\n", what.c_str(),
                reply["error"].value("message", std::string()).c_str());
  }

  void ShowCommand() {
    const std::shared_ptr<Workspace> workspace = session_.WorkspaceOf(path_);
    const auto project = workspace == nullptr ? nullptr : workspace->project();
    if (project == nullptr) return;
    const CompileCommand command = project->CommandFor(path_);
    std::printf("command (%s), in %s:\n  %s\n", command.reason.c_str(), command.directory.c_str(),
                absl::StrJoin(command.arguments, " ").c_str());
  }

  void ShowDiagnostics() {
    const Json reply = Ask("textDocument/diagnostic", Document());
    if (reply.contains("error")) {
      ++errors_;
      std::printf("no diagnostics: %s\n", reply["error"].dump().c_str());
      return;
    }
    const Json& items = reply["result"]["items"];
    std::printf("parsed, %zu diagnostics\n", items.size());
    for (const Json& item : items) {
      const bool is_error = item.value("severity", 1) == 1;
      if (is_error) ++errors_;
      const Json& start = item["range"]["start"];
      std::printf("%s:%d:%d: %s: %s\n", path_.c_str(), start["line"].get<int>() + 1,
                  start["character"].get<int>() + 1, is_error ? "error" : "warning",
                  item["message"].get<std::string>().c_str());
    }
  }

  void AskAboutNames() {
    const TextBuffer buffer(text_);
    const SourceTokens tokens(buffer);
    size_t names = 0;
    for (const Token& token : tokens.tokens) {
      if (!token.Is(TokenKind::kIdentifier) || !IdentifierAt(buffer, token.offset)) continue;
      ++names;
      const TextPosition place = PositionOf(buffer, token.offset, session_.encoding());
      Json params = Document();
      params["position"] = {{"line", place.line}, {"character", place.column}};
      std::vector<std::pair<int, std::string>> asked;
      for (const char* method : {"hover", "definition", "documentHighlight"}) {
        asked.emplace_back(Send(StrCat("textDocument/", method), params),
                           StrCat(method, " at ", place.line + 1, ":", place.column + 1));
      }
      for (const auto& [id, what] : asked) Expect(id, what);
    }
    std::printf("asked about %zu names\n", names);
  }

  const std::string path_;
  const std::string text_;
  int last_id_ = 0;
  size_t errors_ = 0;
  Replies replies_;
  Dispatcher dispatcher_;
  Session session_;
  LiveDocuments live_;
};

}  // namespace

int CheckFile(ServerOptions options, std::string program) {
  std::error_code error;
  const std::string asked = *options.check;
  const std::filesystem::path path =
      std::filesystem::absolute(asked.empty() ? kOwnFile : asked, error).lexically_normal();
  if (!asked.empty() && !std::filesystem::is_regular_file(path, error)) {
    std::printf("%s: no such file\n", path.c_str());
    return kExitCheckFailed;
  }
  const std::string text = asked.empty() ? std::string(kOwnText) : ReadWholeFile(path.string());
  options.background_index = false;
  std::printf("checking %s\n", path.c_str());
  return Checker(std::move(options), std::move(program), path.string(), text).Run();
}

}  // namespace astrolabe::lsp
