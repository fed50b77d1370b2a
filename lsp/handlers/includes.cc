// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/includes.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "analysis/project/paths.h"
#include "base/strings.h"
#include "index/file_scanner.h"
#include "index/query/file_query.h"
#include "index/query/semantic_includes.h"
#include "lsp/handlers/include_insertion.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

class Resolver {
 public:
  Resolver(Session& session, LiveDocuments& live, const Document& document)
      : live_(live),
        workspace_(session.WorkspaceOf(document.name.path)),
        path_(document.name.path) {
    if (workspace_ == nullptr || path_.empty()) return;
    indexes_ = workspace_->indexes();
    const QuerySources sources = workspace_->Sources(indexes_);
    for (IncludeHit& hit : FindIncludes(sources, workspace_->IndexPath(path_)).hits) {
      if (!hit.resolved.empty()) known_.emplace(std::move(hit.spelled), std::move(hit.resolved));
    }
  }

  std::string Resolve(const std::string& spelled) {
    if (spelled.starts_with('/'))
      return IsRegularFile(spelled) ? NormalPath(spelled) : std::string();
    if (workspace_ != nullptr) {
      if (const auto it = known_.find(spelled); it != known_.end()) {
        std::string path = workspace_->ClientPath(it->second);
        if (IsRegularFile(path)) return path;
      }
    }
    if (!path_.empty()) {
      std::string beside = NormalPath(StrCat(path_, "/../", spelled));
      if (IsRegularFile(beside)) return beside;
    }
    if (path_.empty()) return {};
    if (!folders_) {
      absl::StatusOr<LiveCommand> command = live_.CommandFor(path_);
      folders_.emplace();
      if (command.ok()) {
        folders_ = IncludeFoldersOf(command->front_end.cc1, command->front_end.directory);
      }
    }
    for (const IncludeFolder& folder : *folders_) {
      std::string path = NormalPath(StrCat(folder.path, "/", spelled));
      if (IsRegularFile(path)) return path;
    }
    return OnlyFileEndingSo(spelled);
  }

 private:
  std::string OnlyFileEndingSo(const std::string& spelled) const {
    if (workspace_ == nullptr || indexes_.snapshot == nullptr) return {};
    std::string only;
    for (const FileHit& hit : FindFiles(*indexes_.snapshot, spelled, 8)) {
      if (!StrCat("/", hit.path).ends_with(StrCat("/", spelled))) continue;
      if (!only.empty()) return {};
      only = workspace_->ClientPath(hit.path);
    }
    return only;
  }

  LiveDocuments& live_;
  const std::shared_ptr<Workspace> workspace_;
  const std::string path_;
  Indexes indexes_;
  std::map<std::string, std::string, std::less<>> known_;
  std::optional<std::vector<IncludeFolder>> folders_;
};

}  // namespace

std::vector<DocumentInclude> WrittenIncludes(const Document& document) {
  const std::string text = document.text.ToString();
  FileScanner scanner;
  std::vector<DocumentInclude> includes;
  const ScannedFile scanned = scanner.Scan(text, LanguageHintOf(document.name.path));
  for (const Symbol& symbol : scanned.symbols) {
    if (symbol.kind != astrolabe::SymbolKind::kInclude) continue;
    const size_t begin = OffsetOfPlace(document.text, symbol.name_position);
    DocumentInclude include;
    include.range = {begin - 1, begin + symbol.name.size() + 1};
    include.spelled = symbol.name;
    includes.push_back(std::move(include));
  }
  return includes;
}

std::vector<DocumentInclude> IncludesOf(Session& session, LiveDocuments& live,
                                        const DocumentSnapshot& document) {
  std::vector<DocumentInclude> includes = WrittenIncludes(*document);
  if (includes.empty()) return includes;
  Resolver resolver(session, live, *document);
  for (DocumentInclude& include : includes) include.path = resolver.Resolve(include.spelled);
  return includes;
}

std::optional<DocumentInclude> IncludeAt(Session& session, LiveDocuments& live,
                                         const DocumentSnapshot& document,
                                         const Position& position) {
  const std::string line = document->text.Line(position.line);
  const size_t first = line.find_first_not_of(" \t");
  if (first == std::string::npos || line[first] != '#') return std::nullopt;
  const size_t begin = document->text.LineStart(position.line);
  const size_t end = document->text.LineEnd(position.line);
  for (DocumentInclude& include : IncludesOf(session, live, document)) {
    if (include.range.begin < begin || include.range.begin > end || include.path.empty()) continue;
    return std::move(include);
  }
  return std::nullopt;
}

}  // namespace astrolabe::lsp
