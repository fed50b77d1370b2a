// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/semantic_inspect.h"

#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "alloc/arena.h"
#include "alloc/hash.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

const char* OutcomeName(ParseOutcome outcome) {
  switch (outcome) {
    case ParseOutcome::kZygote:
      return "zygote";
    case ParseOutcome::kPlain:
      return "plain";
    case ParseOutcome::kFailed:
      return "failed";
    case ParseOutcome::kQuarantined:
      return "quarantined";
  }
  return "unknown";
}

// The sizes of all files below a folder, together.
uint64_t FolderBytes(FileSystem& fs, const std::string& directory) {
  uint64_t bytes = 0;
  absl::StatusOr<std::vector<std::string>> names = fs.List(directory);
  if (!names.ok()) return 0;
  for (const std::string& name : *names) {
    const std::string path = directory + "/" + name;
    absl::StatusOr<FileStat> stat = fs.Stat(path);
    if (!stat.ok()) continue;
    bytes += stat->is_directory ? FolderBytes(fs, path) : stat->size;
  }
  return bytes;
}

}  // namespace

SemanticStats CollectSemanticStats(FileSystem& fs, const SemanticIndex& index,
                                   const std::string& directory) {
  SemanticStats stats;
  stats.generation = index.generation();
  index.ForEachUnit([&](const IndexedUnit& unit) {
    ++stats.units;
    ++stats.outcomes[OutcomeName(unit.outcome)];
    if (!unit.reason.empty()) ++stats.reasons[std::string(unit.reason)];
    stats.units_with_errors += unit.errors > 0;
    return true;
  });
  std::string last;
  index.ForEachFile([&](const IndexedFile& file) {
    ++stats.variants;
    if (file.path == last) return true;
    last = file.path;
    ++stats.files;
    stats.source_bytes += file.state.size;
    return true;
  });
  stats.index_bytes = FolderBytes(fs, directory);
  return stats;
}

absl::Status VerifySemanticIndex(const SemanticIndex& index) {
  absl::Status status = absl::OkStatus();
  Arena arena;
  absl::flat_hash_set<uint64_t> names_asked;
  absl::flat_hash_set<SymbolId> found;
  index.ForEachFile([&](const IndexedFile& file) {
    arena.Reset();
    absl::StatusOr<FileFacts> facts = index.Facts(file.id, arena);
    if (!facts.ok()) {
      status = facts.status();
      return false;
    }
    // Every name must lead to its symbols; each is looked up once.
    for (const SymbolFacts& symbol : facts->symbols) {
      if (names_asked.insert(HashString(symbol.name)).second) {
        for (SymbolId id : index.FindByName(symbol.name)) found.insert(id);
      }
      if (found.contains(symbol.id)) continue;
      status =
          absl::DataLossError(StrCat("the semantic index does not find ", symbol.name, ", which ",
                                     file.path, " declares: `astrolabe index` rebuilds it"));
      return false;
    }
    return true;
  });
  if (!status.ok()) return status;
  index.ForEachUnit([&](const IndexedUnit& unit) {
    index.Closure(unit.id);
    return true;
  });
  return index.damage();
}

}  // namespace astrolabe
