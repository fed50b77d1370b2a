// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/feature_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "base/whole_file.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/errors.h"
#include "lsp/server/own_client.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kMaxProblems = 100;
constexpr size_t kSlowest = 10;

// About the whole document.
constexpr const char* kAboutDocuments[] = {
    "textDocument/documentSymbol", "textDocument/semanticTokens/full",
    "textDocument/foldingRange",   "textDocument/documentLink",
    "textDocument/codeLens",       "textDocument/inlayHint",
    "textDocument/formatting"};

// About a place.
constexpr const char* kAboutPlaces[] = {"textDocument/hover",
                                        "textDocument/definition",
                                        "textDocument/declaration",
                                        "textDocument/typeDefinition",
                                        "textDocument/implementation",
                                        "textDocument/references",
                                        "textDocument/documentHighlight",
                                        "textDocument/completion",
                                        "textDocument/signatureHelp",
                                        "textDocument/selectionRange",
                                        "textDocument/linkedEditingRange",
                                        "textDocument/moniker",
                                        "textDocument/prepareRename",
                                        "textDocument/rename",
                                        "textDocument/prepareCallHierarchy",
                                        "textDocument/prepareTypeHierarchy",
                                        "textDocument/codeAction",
                                        "textDocument/symbolInfo",
                                        "textDocument/ast"};

Json PlaceJson(const TextPosition& place) {
  return {{"line", place.line}, {"character", place.column}};
}

// Everything that any of the methods asks for; each looks at its own members only.
Json Parameters(const std::string& path, const Json& begin, const Json& end) {
  Json params = OwnClient::Document(path);
  params["position"] = begin;
  params["positions"] = Json::array({begin});
  params["range"] = {{"start", begin}, {"end", end}};
  params["context"] = {{"includeDeclaration", true},
                       {"diagnostics", Json::array()},
                       {"triggerKind", 1},  // invoked
                       {"isRetrigger", false}};
  params["newName"] = "astrolabe_renamed";
  params["options"] = {{"tabSize", 2}, {"insertSpaces", true}};
  return params;
}

class FeatureChecker {
 public:
  explicit FeatureChecker(const FeatureCheckOptions& options)
      : options_(options), client_(options.server, options.program, options.root) {}

  std::vector<std::string> Files() {
    if (!options_.files.empty()) return options_.files;
    const std::shared_ptr<Workspace> workspace =
        client_.session().WorkspaceOf(StrCat(options_.root, "/x.cc"));
    const auto project = workspace == nullptr ? nullptr : workspace->project();
    const auto database = project == nullptr ? nullptr : project->database();
    if (database == nullptr) return {};
    std::set<std::string> files;  // a file may have several entries
    for (size_t i = 0; i < database->size(); ++i) files.insert(database->FileAt(i));
    return {files.begin(), files.end()};
  }

  void Check(const std::string& path, const std::atomic<bool>& stop) {
    ++report_.files;
    const std::string text = ReadWholeFile(path);
    const TextBuffer buffer(text);
    const PositionEncoding encoding = client_.session().encoding();
    client_.Open(path, text);
    Ask("textDocument/diagnostic", path, Json(), OwnClient::Document(path));
    const Json begin = PlaceJson({0, 0});
    const Json end = PlaceJson(PositionOf(buffer, buffer.size(), encoding));
    for (const char* method : kAboutDocuments) {
      Ask(method, path, Json(), Parameters(path, begin, end));
    }
    const SourceTokens tokens(buffer);
    size_t seen = 0;
    for (const Token& token : tokens.tokens) {
      if (stop) break;
      if (!token.Is(TokenKind::kIdentifier) || !IdentifierAt(buffer, token.offset)) continue;
      if (seen++ % options_.every != 0) continue;
      ++report_.names;
      const Json place = PlaceJson(PositionOf(buffer, token.offset, encoding));
      const Json behind = PlaceJson(PositionOf(buffer, token.offset + token.length, encoding));
      for (const char* method : kAboutPlaces) {
        Ask(method, path, place, Parameters(path, place, behind));
      }
    }
    LookForCrashes(path);
    client_.Close(path);
  }

  FeatureReport Report() {
    for (auto& [method, times] : times_) {
      std::ranges::sort(times.ms);
      const auto at = [&ms = times.ms](size_t percent) {
        return ms.empty() ? 0 : ms[std::min(ms.size() - 1, ms.size() * percent / 100)];
      };
      FeatureTimes& feature = report_.features.emplace_back();
      feature.method = method;
      feature.asked = times.asked;
      feature.refused = times.refused;
      feature.failed = times.failed;
      feature.median_ms = at(50);
      feature.p99_ms = at(99);
      feature.max_ms = at(100);
    }
    return std::move(report_);
  }

 private:
  struct Times {
    size_t asked = 0;
    size_t refused = 0;
    size_t failed = 0;
    std::vector<double> ms;
  };

  // Asks, and waits for the answer. `place`: null for a question about all of the file.
  std::optional<Json> Ask(const std::string& method, const std::string& path, const Json& place,
                          Json params) {
    Times& times = times_[method];
    ++times.asked;
    const absl::Time start = absl::Now();
    std::optional<Json> reply =
        client_.Await(client_.Send(method, std::move(params)), options_.limit);
    const double ms = absl::ToDoubleMilliseconds(absl::Now() - start);
    times.ms.push_back(ms);
    const std::string where = place.is_null() ? path
                                              : StrCat(path, ":", place["line"].get<int>() + 1, ":",
                                                       place["character"].get<int>() + 1);
    NoteTime(ms, method, where);
    if (!reply) {
      ++times.failed;
      Note(StrCat(where, ": ", method, " did not answer within ",
                  absl::FormatDuration(options_.limit)));
      return reply;
    }
    if (!reply->contains("error")) return reply;
    const Json& error = (*reply)["error"];
    // A rename, or what prepares it, may well be refused: with a reason for the user.
    const bool may_refuse = method.ends_with("ename");
    if (may_refuse && (error.value("code", 0) == static_cast<int>(ErrorCode::kRequestFailed) ||
                       error.value("code", 0) == static_cast<int>(ErrorCode::kInvalidParams))) {
      ++times.refused;
      return reply;
    }
    ++times.failed;
    Note(StrCat(where, ": ", method, " fails: ", error.value("message", std::string())));
    return reply;
  }

  // A compiler that crashed says so in a diagnostic of our own.
  void LookForCrashes(const std::string& path) {
    const auto reply = Ask("textDocument/diagnostic", path, Json(), OwnClient::Document(path));
    if (!reply || !reply->contains("result")) return;
    for (const Json& item : (*reply)["result"].value("items", Json::array())) {
      if (!item.contains("code") || item["code"] != "astrolabe") continue;
      Note(StrCat(path, ": ", item.value("message", std::string())));
    }
  }

  void Note(std::string problem) {
    if (++report_.problem_count <= kMaxProblems) report_.problems.push_back(std::move(problem));
  }

  void NoteTime(double ms, const std::string& method, const std::string& where) {
    std::vector<SlowAnswer>& slowest = report_.slowest;
    const auto place =
        std::ranges::find_if(slowest, [ms](const SlowAnswer& answer) { return answer.ms < ms; });
    if (place == slowest.end() && slowest.size() >= kSlowest) return;
    slowest.insert(place, {ms, method, where});
    if (slowest.size() > kSlowest) slowest.pop_back();
  }

  const FeatureCheckOptions& options_;
  OwnClient client_;
  FeatureReport report_;
  std::map<std::string, Times> times_;
};

}  // namespace

FeatureReport CheckFeatures(
    const FeatureCheckOptions& options, const std::atomic<bool>& stop,
    const std::function<void(const std::string& file, size_t number, size_t of)>& progress) {
  FeatureChecker checker(options);
  const std::vector<std::string> files = checker.Files();
  for (size_t i = 0; i < files.size() && !stop; ++i) {
    progress(files[i], i + 1, files.size());
    checker.Check(files[i], stop);
  }
  return checker.Report();
}

}  // namespace astrolabe::lsp
