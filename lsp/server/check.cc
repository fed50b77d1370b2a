// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/check.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "base/whole_file.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/own_client.h"

namespace astrolabe::lsp {
namespace {

constexpr char kOwnFile[] = "astrolabe_check.cc";
constexpr char kOwnText[] = "int main() { return 0; }\n";
// More are the same again.
constexpr size_t kMaxShown = 100;

class Checker {
 public:
  Checker(ServerOptions options, std::string program, std::string path, std::string text)
      : path_(std::move(path)),
        text_(std::move(text)),
        client_(std::move(options), std::move(program), /*root=*/"") {}

  int Run() {
    client_.Open(path_, text_);
    ShowCommand();
    ShowDiagnostics();
    for (const char* method :
         {"documentSymbol", "semanticTokens/full", "foldingRange", "documentLink"}) {
      Expect(client_.Send(StrCat("textDocument/", method), OwnClient::Document(path_)), method);
    }
    AskAboutNames();
    std::printf("all checks are done, %zu errors\n", errors_);
    return errors_ == 0 ? 0 : kExitCheckFailed;
  }

 private:
  // Counts a request that fails.
  void Expect(int request, const std::string& what) {
    const Json reply = *client_.Await(request);
    if (!reply.contains("error")) return;
    if (++errors_ > kMaxShown) return;
    std::printf("%s fails: %s\n", what.c_str(),
                reply["error"].value("message", std::string()).c_str());
  }

  void ShowCommand() {
    const std::shared_ptr<Workspace> workspace = client_.session().WorkspaceOf(path_);
    const auto command = workspace == nullptr ? std::nullopt : workspace->CommandFor(path_);
    if (!command) return;
    std::printf("command (%s), in %s:\n  %s\n", command->reason.c_str(), command->directory.c_str(),
                absl::StrJoin(command->arguments, " ").c_str());
  }

  void ShowDiagnostics() {
    const Json reply =
        *client_.Await(client_.Send("textDocument/diagnostic", OwnClient::Document(path_)));
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
      const TextPosition place = PositionOf(buffer, token.offset, client_.session().encoding());
      Json params = OwnClient::Document(path_);
      params["position"] = {{"line", place.line}, {"character", place.column}};
      std::vector<std::pair<int, std::string>> asked;
      for (const char* method : {"hover", "definition", "documentHighlight"}) {
        asked.emplace_back(client_.Send(StrCat("textDocument/", method), params),
                           StrCat(method, " at ", place.line + 1, ":", place.column + 1));
      }
      for (const auto& [id, what] : asked) Expect(id, what);
    }
    std::printf("asked about %zu names\n", names);
  }

  const std::string path_;
  const std::string text_;
  size_t errors_ = 0;
  OwnClient client_;
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
