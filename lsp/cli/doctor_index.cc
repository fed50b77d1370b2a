// The index of a workspace: what `astrolabe doctor` says of it and of the place where it is.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <sys/statvfs.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "analysis/project/paths.h"
#include "base/strings.h"
#include "index/index_store.h"
#include "index/indexer.h"
#include "index/walk.h"
#include "lsp/cli/doctor.h"
#include "lsp/cli/semantic_command.h"
#include "lsp/cli/semantic_inspect.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {
namespace {

constexpr size_t kExamples = 5;
// An index of a few million lines takes less, its update included.
constexpr uint64_t kEnoughBytes = 1'000'000'000;

std::string ToMakeIndex(const SemanticOptions& options) {
  return StrCat("run: astrolabe index --root ", options.root,
                " (an editor's server does the same in the background)");
}

void CheckPlace(const SemanticOptions& options, Findings& findings) {
  // The nearest folder that is there: the others are made in it.
  std::string folder = options.index_dir;
  while (access(folder.c_str(), F_OK) != 0 && folder.size() > 1) folder = ParentPath(folder);
  if (!IsDirectory(folder)) {
    findings.push_back(
        {FindingLevel::kProblem,
         "index-folder",
         StrCat("The index belongs into ", options.index_dir, ", but ", folder, " is no folder."),
         "move that file away, or name another place by --index-dir",
         {}});
    return;
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    findings.push_back({FindingLevel::kProblem,
                        "index-folder",
                        StrCat("The index cannot be written: you may not write in ", folder, "."),
                        "have yourself given the right to, or name another place by --index-dir",
                        {}});
    return;
  }
  struct statvfs disk = {};
  if (statvfs(folder.c_str(), &disk) != 0) return;
  const uint64_t free = static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free < kEnoughBytes) {
    findings.push_back(
        {FindingLevel::kProblem,
         "disk",
         StrCat("Only ", Bytes(free), " are free on the disk of the index (", folder, ")."),
         StrCat("make room (", Bytes(kEnoughBytes),
                " are enough for millions of lines), or name another place by --index-dir"),
         {}});
    return;
  }
  findings.push_back({FindingLevel::kFine,
                      "disk",
                      StrCat("The index can be written, with ", Bytes(free), " of room."),
                      "",
                      {}});
}

// Says so if the index of text or of meanings cannot be used.
bool Complain(const absl::Status& status, const SemanticOptions& options, Findings& findings) {
  if (status.ok()) return false;
  if (absl::IsFailedPrecondition(status)) {
    findings.push_back(
        {FindingLevel::kProblem,
         "index-format",
         StrCat("The index is of another version of Astrolabe: ", ToStd(status.message())),
         ToMakeIndex(options),
         {}});
  } else {
    findings.push_back({FindingLevel::kProblem,
                        "index-damaged",
                        StrCat("The index is damaged: ", ToStd(status.message())),
                        StrCat("it mends itself by being updated; ", ToMakeIndex(options)),
                        {}});
  }
  return true;
}

// The files that are not as they were indexed.
void CheckFiles(const SemanticOptions& options, const Snapshot& snapshot, Findings& findings) {
  WalkOptions walk;
  walk.root = options.root;
  walk.leave_out = IndexPathInside({.root = options.root, .index_dir = options.index_dir});
  absl::StatusOr<WalkResult> result = Walk(walk);
  if (!result.ok()) return;
  uint64_t indexed = 0;
  for (const LiveSegment& live : snapshot.segments) {
    for (uint32_t file = 0; file < live.segment->file_count(); ++file) {
      FileRow row;
      indexed += !live.dead.Contains(file) && live.segment->File(file, &row) &&
                 (row.record.flags & kFileScanned) != 0;
    }
  }
  uint64_t changed = 0, fresh = 0, seen = 0;
  std::vector<std::string> examples;
  for (const WalkEntry& entry : result->entries) {
    if (!entry.is_source) continue;
    FileLocation location;
    FileRow row;
    const bool is_known = FindLiveFile(snapshot, entry.path, &location) &&
                          snapshot.segments[location.segment].segment->File(location.file, &row) &&
                          (row.record.flags & kFileScanned) != 0;
    seen += is_known;
    if (is_known && row.record.size == entry.stat.size &&
        row.record.mtime_ns == entry.stat.mtime_ns)
      continue;
    ++(is_known ? changed : fresh);
    if (examples.size() < kExamples) examples.emplace_back(entry.path);
  }
  const uint64_t gone = indexed - seen;
  if (changed + fresh + gone == 0) {
    findings.push_back(
        {FindingLevel::kFine,
         "index",
         StrCat("The index has all ", WithThousands(indexed), " source files as they are."),
         "",
         {}});
    return;
  }
  findings.push_back(
      {FindingLevel::kProblem, "index-stale",
       StrCat("The index is not up to date: ", WithThousands(changed), " source files changed, ",
              WithThousands(fresh), " are new, ", WithThousands(gone), " are gone."),
       ToMakeIndex(options), examples});
}

// What the compiler could not make sense of.
void CheckUnits(const SemanticIndex& index, Findings& findings) {
  uint64_t units = 0, with_errors = 0;
  std::vector<std::string> lost;  // units without an answer
  std::vector<std::string> examples;
  index.ForEachUnit([&](const IndexedUnit& unit) {
    ++units;
    const bool is_lost =
        unit.outcome == ParseOutcome::kFailed || unit.outcome == ParseOutcome::kQuarantined;
    if (is_lost && lost.size() < kExamples) lost.push_back(StrCat(unit.path, ": ", unit.reason));
    if (unit.errors == 0) return true;
    ++with_errors;
    if (examples.size() < kExamples)
      examples.push_back(StrCat(unit.path, " (", unit.errors, " errors)"));
    return true;
  });
  if (!lost.empty()) {
    findings.push_back({FindingLevel::kProblem, "unparsed",
                        "Some files could not be parsed at all.",
                        "`astrolabe check FILE` shows where it ends", lost});
  }
  if (with_errors == 0) return;
  findings.push_back({2 * with_errors > units ? FindingLevel::kProblem : FindingLevel::kNote,
                      "errors",
                      StrCat(WithThousands(with_errors), " of ", WithThousands(units),
                             " indexed files do not compile here without errors; around these, "
                             "answers may be missing."),
                      "`astrolabe check FILE` shows them; mostly a header is missing or flags are "
                      "from another compiler",
                      examples});
}

}  // namespace

void CheckIndex(const SemanticOptions& options, Findings& findings) {
  CheckPlace(options, findings);
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
      OpenSnapshot(RealFileSystem(), options.index_dir);
  if (!snapshot.ok() && absl::IsNotFound(snapshot.status())) {
    findings.push_back({FindingLevel::kProblem,
                        "no-index",
                        StrCat("There is no index in ", options.index_dir, " yet."),
                        ToMakeIndex(options),
                        {}});
    return;
  }
  if (Complain(snapshot.status(), options, findings)) return;
  for (const LiveSegment& live : (*snapshot)->segments) {
    if (Complain(live.segment->VerifyChecksums(), options, findings)) return;
  }
  CheckFiles(options, **snapshot, findings);
  absl::StatusOr<std::shared_ptr<const SemanticIndex>> semantic =
      OpenSemanticIndex(RealFileSystem(), options.index_dir);
  if (Complain(semantic.status(), options, findings) || *semantic == nullptr) return;
  if (Complain(VerifySemanticIndex(**semantic), options, findings)) return;
  CheckUnits(**semantic, findings);
}

}  // namespace astrolabe
