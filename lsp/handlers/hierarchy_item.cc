// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/hierarchy_item.h"

#include <algorithm>

#include "absl/status/status.h"
#include "base/whole_file.h"
#include "index/query/semantic_coverage.h"
#include "index/words.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {
namespace {

// A parse that takes longer is not waited for: where the index answers, and where only the name and the text can.
constexpr absl::Duration kPatience = absl::Milliseconds(500);
constexpr absl::Duration kLongPatience = absl::Seconds(10);

// Whether the compiler saw the file for the index as the editor has it now.
bool IsIndexed(const HierarchyKey& key, const Indexes& indexes, const DocumentSnapshot& document) {
  if (key.workspace == nullptr) return false;
  const QuerySources sources = key.workspace->Sources(indexes);
  SemanticCoverage coverage(sources.semantic, RealFileSystem(), sources.root);
  const std::string& path = document->name.path;
  return coverage.Covers(key.workspace->IndexPath(path)) &&
         ReadWholeFile(path) == document->text.ToString();
}

bool MayMention(const DocumentSnapshot& document, const std::string& name) {
  return !IsWord(name) || !SourceTokens(document->text).Find(name).empty();
}

}  // namespace

Json KeyData(const Workspace* workspace, const std::string& usr, const std::string& name,
             const std::string& seen_in) {
  Json data = {
      {"root", workspace == nullptr ? "" : workspace->root()}, {"usr", usr}, {"name", name}};
  if (!seen_in.empty()) data["seenIn"] = seen_in;
  return data;
}

absl::Duration PatienceFor(const Indexes& indexes) {
  return indexes.semantic == nullptr ? kLongPatience : kPatience;
}

Indexes IndexesOf(const HierarchyKey& key) {
  return key.workspace == nullptr ? Indexes() : key.workspace->indexes();
}

std::vector<LiveAnswer> AskOpenFiles(Session& session, LiveDocuments& live, const HierarchyKey& key,
                                     QuestionKind kind, const Work& work) {
  std::vector<LiveAnswer> answers;
  if (key.usr.empty()) return answers;
  const Indexes indexes = IndexesOf(key);
  const absl::Time latest = absl::Now() + PatienceFor(indexes);
  Question question;
  question.kind = kind;
  question.usrs = {key.usr};
  for (const DocumentSnapshot& document : session.documents().All()) {
    if (work.stop) break;
    const std::string& path = document->name.path;
    if (path.empty() || (path != key.seen_in && !MayMention(document, key.name))) continue;
    if (IsIndexed(key, indexes, document)) continue;
    auto answer = live.Ask<HierarchyAnswer>(document, question, work,
                                            std::max(latest - absl::Now(), absl::ZeroDuration()));
    if (answer.ok()) answers.push_back({document, *std::move(answer)});
  }
  return answers;
}

bool HasAnswered(const std::vector<LiveAnswer>& answers, const std::string& path) {
  return std::ranges::any_of(
      answers, [&](const LiveAnswer& answer) { return answer.document->name.path == path; });
}

absl::StatusOr<HierarchyKey> KeyFrom(Session& session, const Json& data) {
  const auto text = [&](const char* member) -> std::string {
    if (!data.is_object()) return {};
    const auto it = data.find(member);
    return it != data.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  HierarchyKey key;
  key.usr = text("usr");
  key.name = text("name");
  key.seen_in = text("seenIn");
  const std::string root = text("root");
  for (const auto& workspace : session.workspaces()) {
    if (workspace->root() == root) key.workspace = workspace;
  }
  const bool is_outside = root.empty() && !key.seen_in.empty();
  if ((key.workspace == nullptr && !is_outside) || key.name.empty()) {
    return absl::InvalidArgumentError(
        "item.data: expected what the prepare request gave (its folder may have been closed)");
  }
  return key;
}

absl::StatusOr<std::optional<SemanticHit>> PlaceOfSymbol(const Workspace& workspace,
                                                         const Indexes& indexes,
                                                         const std::string& usr, const Work& work) {
  SemanticRequest request;
  request.question = SemanticQuestion::kHover;
  request.argument = UsrArgument{usr};
  request.limit = 1;
  auto answer = Ask(workspace, indexes, std::move(request), work);
  if (!answer.ok()) return answer.status();
  if (answer->hits.empty()) return std::optional<SemanticHit>();
  return std::optional(std::move(answer->hits.front()));
}

}  // namespace astrolabe::lsp
