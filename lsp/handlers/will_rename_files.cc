// workspace/willRenameFiles: the #include directives that name a file or folder that is about to move.
//
// Who includes a file is the index's word; the directives themselves are looked for in the texts as they are now. A
// directive keeps its manner: one that is written from the including file's folder stays so, one that is written from
// a folder of the search path stays so where the new place is below that folder. Files that move have their own
// directives looked at as well. Edits are of the old names: clients apply them before they move the files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "index/include_line.h"
#include "index/query/semantic_includes.h"
#include "lsp/documents/uri.h"
#include "lsp/handlers/include_insertion.h"
#include "lsp/handlers/includes.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_request.h"
#include "lsp/server/current_document.h"
#include "lsp/server/edit_builder.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

namespace fs = std::filesystem;

// More files than this in one moved folder: the rest keep their directives, and the user is told.
constexpr size_t kMaxMoved = 20000;

// Old paths of files to new ones, folders taken apart.
using Moves = std::map<std::string, std::string>;

absl::StatusOr<Moves> MovesOf(const std::vector<FileRename>& renames) {
  Moves moves;
  for (const FileRename& rename : renames) {
    auto from = ParseDocumentUri(rename.old_uri);
    if (!from.ok()) return from.status();
    auto to = ParseDocumentUri(rename.new_uri);
    if (!to.ok()) return to.status();
    if (from->path.empty() || to->path.empty()) continue;  // no file
    std::error_code error;
    if (!fs::is_directory(from->path, error)) {
      moves.emplace(from->path, to->path);
      continue;
    }
    // Links to folders are not followed, so this ends.
    for (fs::recursive_directory_iterator
             file(from->path, fs::directory_options::skip_permission_denied, error),
         end;
         file != end && moves.size() < kMaxMoved; file.increment(error)) {
      if (error) break;
      const std::string path = file->path().string();
      if (file->is_regular_file(error)) {
        moves.emplace(path, StrCat(to->path, path.substr(from->path.size())));
      }
    }
  }
  return moves;
}

class IncludeRewriter {
 public:
  IncludeRewriter(Session& session, const Moves& moves)
      : session_(session), moves_(moves), edits_(session) {}

  // For each file that includes a moved one, how the directives spell it; and the moved ones themselves.
  void Collect(const std::string& moved) {
    targets_[moved];
    const std::shared_ptr<Workspace> workspace = session_.WorkspaceOf(moved);
    if (workspace == nullptr) return;
    const Indexes indexes = workspace->indexes();
    const IncludeAnswer answer =
        FindIncluders(workspace->Sources(indexes), workspace->IndexPath(moved), false);
    for (const IncludeHit& hit : answer.hits) {
      const std::string includer = workspace->ClientPath(hit.path);
      // Tier 0 goes by the end of the path, so it may mean another file.
      const bool is_sure = hit.tier == 1 || IsBeside(includer, hit.spelled, moved);
      targets_[includer][hit.spelled] = {moved, is_sure};
    }
  }

  void Rewrite(const Work& work) {
    for (const auto& [includer, targets] : targets_) {
      if (work.stop) return;
      RewriteFile(includer, targets);
    }
  }

  WorkspaceEdit Take() { return edits_.Take(); }

 private:
  struct Target {
    std::string path;
    bool is_sure = true;
  };
  using Targets = std::map<std::string, Target, std::less<>>;  // by spelling

  static bool IsBeside(const std::string& includer, std::string_view spelled,
                       const std::string& target) {
    return NormalPath(StrCat(ParentPath(includer), "/", spelled)) == target;
  }

  const std::string& NewPath(const std::string& old) const {
    const auto it = moves_.find(old);
    return it == moves_.end() ? old : it->second;
  }

  void RewriteFile(const std::string& includer, const Targets& targets) {
    const DocumentSnapshot document = CurrentDocument(session_.documents(), includer);
    const std::string text = document->text.ToString();
    for (const DocumentInclude& include : WrittenIncludes(*document)) {
      const std::optional<Target> target = TargetOf(includer, targets, include.spelled);
      if (!target) continue;
      const std::string_view written = std::string_view(text).substr(
          include.range.begin, include.range.end - include.range.begin);
      const std::string spelled = NewSpelling(includer, *target, written, text);
      if (spelled.empty() || spelled == written) continue;
      const Range range = ClientRange(document->text, include.range, session_.encoding());
      const DocumentUri& uri = document->name.uri;
      if (target->is_sure) {
        edits_.Replace(uri, range, spelled);
      } else {
        edits_.Propose(uri, range, spelled,
                       "Files that have not been compiled: another file of that name may be meant");
      }
    }
  }

  // What a directive means, if a move concerns it.
  std::optional<Target> TargetOf(const std::string& includer, const Targets& targets,
                                 std::string_view spelled) const {
    if (const auto it = targets.find(spelled); it != targets.end()) return it->second;
    if (!moves_.contains(includer)) return std::nullopt;
    const std::string beside = NormalPath(StrCat(ParentPath(includer), "/", spelled));
    if (!IsRegularFile(beside)) return std::nullopt;
    return Target{beside, true};
  }

  // With delimiters, as `written` is. Empty: nothing leads there.
  std::string NewSpelling(const std::string& includer, const Target& target,
                          std::string_view written, const std::string& text) {
    const std::string_view spelled = WithoutDelimiters(written);
    const std::string& new_target = NewPath(target.path);
    const std::string& new_includer = NewPath(includer);
    const auto as_before = [&](std::string_view path) {
      return StrCat(written.substr(0, 1), path, written.substr(written.size() - 1));
    };
    // From a folder of the search path below which the new place is as well.
    const bool is_beside = written.front() == '"' && IsBeside(includer, spelled, target.path);
    const std::string tail = StrCat("/", spelled);
    if (!is_beside && target.path.ends_with(tail)) {
      const std::string folder =
          target.path.substr(0, target.path.size() - spelled.size());  // with its '/'
      if (new_target.starts_with(folder)) {
        return as_before(std::string_view(new_target).substr(folder.size()));
      }
    }
    const std::string relative =
        fs::path(new_target).lexically_relative(ParentPath(new_includer)).string();
    const bool climbs = relative.starts_with("../") && !spelled.starts_with("../");
    if (is_beside && !climbs) return as_before(relative);
    std::string found = SpellInclude(FoldersOf(includer), new_includer, new_target, text);
    if (!found.empty()) return found;
    return written.front() == '"' ? as_before(relative) : std::string();
  }

  std::vector<IncludeFolder> FoldersOf(const std::string& path) const {
    const std::shared_ptr<Workspace> workspace = session_.WorkspaceOf(path);
    const auto command = workspace == nullptr ? std::nullopt : workspace->CommandFor(path);
    if (!command) return {};
    return IncludeFoldersOf(command->arguments, command->directory);
  }

  Session& session_;
  const Moves& moves_;
  EditBuilder edits_;
  std::map<std::string, Targets> targets_;  // by including file
};

absl::StatusOr<WorkspaceEdit> EditsForMoves(Session& session,
                                            const std::vector<FileRename>& renames,
                                            const Work& work) {
  absl::StatusOr<Moves> moves = MovesOf(renames);
  if (!moves.ok()) return moves.status();
  if (moves->size() >= kMaxMoved) {
    session.Tell(LogLevel::kWarning, StrCat("more than ", kMaxMoved,
                                            " files move: not all #include lines are adapted"));
  }
  IncludeRewriter rewriter(session, *moves);
  for (const auto& [from, to] : *moves) {
    if (work.stop) return absl::CancelledError("cancelled");
    rewriter.Collect(from);
  }
  rewriter.Rewrite(work);
  if (work.stop) return absl::CancelledError("cancelled");
  return rewriter.Take();
}

}  // namespace

void BindWillRenameFiles(Dispatcher& dispatcher, Session& session) {
  FileOperationFilter files;
  files.scheme = "file";
  files.pattern.glob = "**/*";
  session.capabilities().workspace.emplace().file_operations.emplace().will_rename =
      FileOperationRegistrationOptions{.filters = {files}};
  OnPlainRequest<WillRenameFilesRequest>(
      dispatcher, session, "lsp.willRenameFiles",
      [&session](const RenameFilesParams& params, const Work& work) {
        return EditsForMoves(session, params.files, work);
      });
}

}  // namespace astrolabe::lsp
