// Opening a snapshot, and what it says of files and units. Symbols are in semantic_queries.cc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/semantic_snapshot.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace astrolabe {
namespace {

// A reader that meets this many manifests in a row, each replaced before its segments were open, is
// not racing but watching something broken.
constexpr int kOpenAttempts = 20;

// Calls visit(segment, item) for the living items of all segments in order of path. Each segment's own
// items are in that order, so this is a merge.
template <typename Count, typename Lives, typename PathOf, typename Visit>
void MergeByPath(const std::vector<LiveSemanticSegment>& segments, Count count, Lives lives,
                 PathOf path_of, Visit visit) {
  struct Head {
    const LiveSemanticSegment* live;
    uint32_t item;
    std::string_view path;
  };
  std::vector<Head> heads;
  auto settle = [&](Head& head) {
    while (head.item < count(*head.live) && !lives(*head.live, head.item)) ++head.item;
    if (head.item == count(*head.live)) return false;
    head.path = path_of(*head.live, head.item);
    return true;
  };
  for (const LiveSemanticSegment& live : segments) {
    Head head = {&live, 0, {}};
    if (settle(head)) heads.push_back(head);
  }
  while (!heads.empty()) {
    auto first = std::min_element(heads.begin(), heads.end(),
                                  [](const Head& a, const Head& b) { return a.path < b.path; });
    if (!visit(*first->live, first->item)) return;
    ++first->item;
    if (!settle(*first)) heads.erase(first);
  }
}

}  // namespace

absl::StatusOr<LiveSemanticSegment> OpenLiveSegment(FileSystem& fs, const std::string& path,
                                                    const ManifestSegment& named) {
  absl::StatusOr<std::shared_ptr<const SemanticSegment>> segment = SemanticSegment::Open(fs, path);
  if (!segment.ok()) return segment.status();
  const uint32_t entries = (*segment)->file_count() + (*segment)->unit_count();
  if ((*segment)->identity() != named.identity || (*segment)->byte_size() != named.bytes ||
      entries != named.files) {
    return absl::DataLossError(
        StrCat(path,
               ": this is not the segment that the manifest names; run `astrolabe index` to "
               "rebuild what it held"));
  }
  LiveSemanticSegment live = {.segment = *std::move(segment), .dead = FileSet(entries)};
  for (const IdRange& range : named.dead) {
    for (uint32_t entry = range.begin; entry < range.end; ++entry) live.dead.Insert(entry);
  }
  return live;
}

absl::StatusOr<std::shared_ptr<const SemanticIndex>> SemanticIndex::Open(
    FileSystem& fs, const std::string& directory) {
  const std::string manifest_path = StrCat(directory, "/", kSemanticManifestName);
  std::string text;
  absl::Status failure;
  for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
    absl::StatusOr<std::unique_ptr<FileContents>> now = fs.Map(manifest_path);
    if (absl::IsNotFound(now.status())) {
      return absl::NotFoundError(StrCat(
          directory, ": there is no semantic index; run `astrolabe index --semantic` to build it"));
    }
    if (!now.ok()) return now.status();
    // Segments that fail although the manifest has not changed are not a race with a writer.
    if (!failure.ok() && (*now)->bytes() == text) break;
    text = (*now)->bytes();
    absl::StatusOr<Manifest> manifest = ParseManifest(text, manifest_path, kSemanticManifest);
    if (!manifest.ok()) return manifest.status();
    std::vector<LiveSemanticSegment> segments;
    failure = absl::OkStatus();
    for (const ManifestSegment& named : manifest->segments) {
      absl::StatusOr<LiveSemanticSegment> live =
          OpenLiveSegment(fs, StrCat(directory, "/", named.name), named);
      if (!live.ok()) {
        failure = live.status();
        break;
      }
      segments.push_back(*std::move(live));
    }
    if (failure.ok()) {
      return std::make_shared<SemanticSnapshot>(manifest->generation, std::move(segments));
    }
  }
  if (!absl::IsNotFound(failure)) return failure;
  return absl::DataLossError(StrCat(ToStd(failure.message()),
                                    ": the manifest names this segment; run `astrolabe index` to "
                                    "rebuild what it held"));
}

SemanticSnapshot::SemanticSnapshot(uint64_t generation, std::vector<LiveSemanticSegment> segments)
    : generation_(generation), segments_(std::move(segments)) {
  uint32_t files = 0;
  uint32_t units = 0;
  for (LiveSemanticSegment& live : segments_) {
    live.first_file = files;
    live.first_unit = units;
    files += live.segment->file_count();
    units += live.segment->unit_count();
  }
}

absl::Status SemanticSnapshot::damage() const {
  for (const LiveSemanticSegment& live : segments_) {
    absl::Status status = live.segment->damage();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

bool SemanticSnapshot::IndexedFileAt(const LiveSemanticSegment& live, uint32_t file,
                                     IndexedFile* indexed) const {
  SemanticFileRowLayout row;
  ClosureFile state;
  if (!live.segment->File(file, &row) || !live.segment->LoadState(row.state, &state)) return false;
  *indexed = {.path = state.path,
              .state = state.state,
              .variant = row.variant,
              .id = live.first_file + file};
  return true;
}

void SemanticSnapshot::ForEachUnit(const std::function<bool(const IndexedUnit&)>& visit) const {
  MergeByPath(
      segments_, [](const LiveSemanticSegment& live) { return live.segment->unit_count(); },
      [](const LiveSemanticSegment& live, uint32_t unit) { return live.UnitLives(unit); },
      [](const LiveSemanticSegment& live, uint32_t unit) {
        UnitRowLayout row;
        return live.segment->Unit(unit, &row) ? live.segment->Path(row.path) : std::string_view();
      },
      [&visit](const LiveSemanticSegment& live, uint32_t unit) {
        UnitRowLayout row;
        if (!live.segment->Unit(unit, &row)) return true;
        const auto last = static_cast<uint32_t>(ParseOutcome::kQuarantined);
        return visit({.path = live.segment->Path(row.path),
                      .command_digest = row.command_digest,
                      .outcome = static_cast<ParseOutcome>(std::min(row.outcome, last)),
                      .reason = live.segment->Reason(row),
                      .errors = row.errors,
                      .id = live.first_unit + unit});
      });
}

void SemanticSnapshot::ForEachFile(const std::function<bool(const IndexedFile&)>& visit) const {
  MergeByPath(
      segments_, [](const LiveSemanticSegment& live) { return live.segment->file_count(); },
      [](const LiveSemanticSegment& live, uint32_t file) { return live.FileLives(file); },
      [this](const LiveSemanticSegment& live, uint32_t file) {
        IndexedFile indexed;
        return IndexedFileAt(live, file, &indexed) ? indexed.path : std::string_view();
      },
      [this, &visit](const LiveSemanticSegment& live, uint32_t file) {
        IndexedFile indexed;
        return !IndexedFileAt(live, file, &indexed) || visit(indexed);
      });
}

std::vector<IndexedFile> SemanticSnapshot::FindFile(std::string_view path) const {
  std::vector<IndexedFile> found;
  for (const LiveSemanticSegment& live : segments_) {
    std::optional<uint32_t> known = live.segment->FindPath(path);
    if (!known) continue;
    const IdRange files = live.segment->FilesOf(live.segment->StatesOf(*known));
    for (uint32_t file = files.begin; file < files.end; ++file) {
      IndexedFile indexed;
      if (live.FileLives(file) && IndexedFileAt(live, file, &indexed)) found.push_back(indexed);
    }
  }
  return found;
}

absl::StatusOr<FileFacts> SemanticSnapshot::Load(const LiveSemanticSegment& live, uint32_t file,
                                                 FactsParts parts, Arena& arena) const {
  SplitFacts split;
  if (!live.segment->Split(file, parts, arena, &split)) {
    absl::Status damage = live.segment->damage();
    return damage.ok() ? absl::NotFoundError(StrCat("the index has no file ", file)) : damage;
  }
  absl::StatusOr<FileFacts> facts = DecodeSplitFacts(split, parts, arena);
  if (!facts.ok()) live.segment->ReportMalformed(ToStd(facts.status().message()));
  return facts;
}

absl::StatusOr<FileFacts> SemanticSnapshot::Facts(uint32_t file, Arena& arena) const {
  for (const LiveSemanticSegment& live : segments_) {
    if (file - live.first_file < live.segment->file_count()) {
      return Load(live, file - live.first_file, {}, arena);
    }
  }
  return absl::NotFoundError(StrCat("the index has no file ", file));
}

std::vector<ClosureFile> SemanticSnapshot::Closure(uint32_t unit) const {
  std::vector<ClosureFile> files;
  for (const LiveSemanticSegment& live : segments_) {
    if (unit - live.first_unit >= live.segment->unit_count()) continue;
    UnitRowLayout row;
    StoredClosure closure;
    if (!live.segment->Unit(unit - live.first_unit, &row) ||
        !live.segment->Closure(row, &closure)) {
      break;
    }
    auto add = [&](uint32_t state) {
      ClosureFile file;
      if (live.segment->LoadState(state, &file)) files.push_back(file);
    };
    if (closure.main) add(*closure.main);
    for (const IdRange& range : closure.others) {
      for (uint32_t state = range.begin; state < range.end; ++state) add(state);
    }
    break;
  }
  return files;
}

std::vector<uint32_t> SemanticSnapshot::UnitsIncluding(std::string_view path) const {
  std::vector<uint32_t> units;
  for (const LiveSemanticSegment& live : segments_) {
    std::optional<uint32_t> known = live.segment->FindPath(path);
    if (!known) continue;
    const IdRange states = live.segment->StatesOf(*known);
    if (states.begin == states.end) continue;
    for (uint32_t unit = 0; unit < live.segment->unit_count(); ++unit) {
      UnitRowLayout row;
      StoredClosure closure;
      if (!live.UnitLives(unit) || !live.segment->Unit(unit, &row) ||
          !live.segment->Closure(row, &closure)) {
        continue;
      }
      const bool is_main =
          closure.main && states.begin <= *closure.main && *closure.main < states.end;
      auto at =
          std::partition_point(closure.others.begin(), closure.others.end(),
                               [&](const IdRange& range) { return range.end <= states.begin; });
      if (is_main || (at != closure.others.end() && at->begin < states.end)) {
        units.push_back(live.first_unit + unit);
      }
    }
  }
  return units;
}

}  // namespace astrolabe
