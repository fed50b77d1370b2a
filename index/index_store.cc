// Snapshots and commits.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/index_store.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/strings.h"
#include "index/merge.h"

namespace astrolabe {
namespace {

constexpr std::string_view kManifestName = "MANIFEST";
constexpr std::string_view kLockName = "lock";
constexpr std::string_view kQuarantineName = "quarantine";
constexpr std::string_view kSegmentPrefix = "seg-";
constexpr std::string_view kSegmentSuffix = ".seg";

// A reader that meets this many manifests in a row, each replaced before its segments were open, is
// not racing but watching something broken.
constexpr int kOpenAttempts = 20;
// Merging more at once would only spread the reads; more pieces are merged in rounds.
constexpr size_t kMergeWidth = 64;

std::string NameOf(const Segment& segment) {
  return segment.path().substr(segment.path().rfind('/') + 1);
}

// The N of "seg-N.seg"; 0 for any other name.
uint64_t SegmentNumber(std::string_view name) {
  if (!name.starts_with(kSegmentPrefix) || !name.ends_with(kSegmentSuffix)) return 0;
  name.remove_prefix(kSegmentPrefix.size());
  name.remove_suffix(std::min(name.size(), kSegmentSuffix.size()));
  uint64_t number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? number : 0;
}

absl::StatusOr<std::string> ReadText(FileSystem& fs, const std::string& path) {
  absl::StatusOr<std::unique_ptr<FileContents>> contents = fs.Map(path);
  if (!contents.ok()) return contents.status();
  return std::string((*contents)->bytes());
}

// Opens the segment that the manifest means; DataLoss if another one has its name.
absl::StatusOr<LiveSegment> OpenLive(FileSystem& fs, const std::string& path,
                                     const ManifestSegment& named) {
  absl::StatusOr<std::shared_ptr<const Segment>> segment = Segment::Open(fs, path);
  if (!segment.ok()) return segment.status();
  if ((*segment)->identity() != named.identity || (*segment)->byte_size() != named.bytes ||
      (*segment)->file_count() != named.files) {
    return absl::DataLossError(
        StrCat(path,
               ": this is not the segment that the manifest names; run `astrolabe index` to "
               "rebuild what it held"));
  }
  LiveSegment live = {*std::move(segment), FileSet(named.files)};
  for (const IdRange& range : named.dead) {
    for (uint32_t file = range.begin; file < range.end; ++file) live.dead.Insert(file);
  }
  return live;
}

double DeadShare(const LiveSegment& live) {
  uint32_t files = live.segment->file_count();
  return files == 0 ? 1 : static_cast<double>(live.dead.Count()) / files;
}

int TierOf(double bytes) {
  int tier = 0;
  while (bytes >= 4) {
    bytes /= 4;
    ++tier;
  }
  return tier;
}

// Whether the files of the index itself are wrong, rather than the way to them.
bool IsDamage(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
}

}  // namespace

absl::Status Snapshot::damage() const {
  for (const LiveSegment& live : segments) {
    absl::Status status = live.segment->damage();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

bool FindLiveFile(const Snapshot& snapshot, std::string_view path, FileLocation* location) {
  for (uint32_t i = 0; i < snapshot.segments.size(); ++i) {
    const LiveSegment& live = snapshot.segments[i];
    std::optional<uint32_t> file = live.segment->FindFile(path);
    if (!file || live.dead.Contains(*file)) continue;
    *location = {.segment = i, .file = *file};
    return true;
  }
  return false;
}

bool IsAscii(const Snapshot& snapshot, std::string_view path) {
  FileLocation at;
  FileRow row;
  return FindLiveFile(snapshot, path, &at) &&
         snapshot.segments[at.segment].segment->File(at.file, &row) &&
         (row.record.flags & kFileAscii) != 0;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> OpenSnapshot(FileSystem& fs,
                                                             const std::string& directory) {
  std::string manifest_path = StrCat(directory, "/", kManifestName);
  std::string text;
  absl::Status failure;
  for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
    absl::StatusOr<std::string> now = ReadText(fs, manifest_path);
    if (absl::IsNotFound(now.status())) {
      return absl::NotFoundError(
          StrCat(directory, ": there is no index; run `astrolabe index` to build it"));
    }
    if (!now.ok()) return now.status();
    // Segments that fail although the manifest has not changed are not a race with a writer.
    if (!failure.ok() && *now == text) break;
    text = *std::move(now);
    absl::StatusOr<Manifest> manifest = ParseManifest(text, manifest_path);
    if (!manifest.ok()) return manifest.status();
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->generation = manifest->generation;
    snapshot->root = manifest->root;
    failure = absl::OkStatus();
    for (const ManifestSegment& named : manifest->segments) {
      absl::StatusOr<LiveSegment> live = OpenLive(fs, StrCat(directory, "/", named.name), named);
      if (!live.ok()) {
        failure = live.status();
        break;
      }
      snapshot->segments.push_back(*std::move(live));
    }
    if (failure.ok()) return snapshot;
  }
  if (!absl::IsNotFound(failure)) return failure;
  return absl::DataLossError(StrCat(ToStd(failure.message()),
                                    ": the manifest names this segment; run `astrolabe index` to "
                                    "rebuild what it held"));
}

std::vector<size_t> PlanMerge(std::span<const LiveSegment> segments, uint64_t added_bytes) {
  std::vector<MergeCandidate> candidates;
  for (const LiveSegment& live : segments) {
    const double dead_share = DeadShare(live);
    candidates.push_back(
        {.live_bytes = static_cast<double>(live.segment->byte_size()) * (1 - dead_share),
         .dead_share = dead_share});
  }
  return PlanMerge(std::span<const MergeCandidate>(candidates), added_bytes);
}

std::vector<size_t> PlanMerge(std::span<const MergeCandidate> segments, uint64_t added_bytes) {
  std::vector<bool> chosen;
  double merged = static_cast<double>(added_bytes);
  for (const MergeCandidate& candidate : segments) {
    chosen.push_back(candidate.dead_share > 1.0 / 3);
    if (chosen.back()) merged += candidate.live_bytes;
  }
  // What is merged may fill a tier, which then joins in, until there is room for the result.
  for (bool grew = merged != 0; grew;) {
    grew = false;
    int tier = TierOf(merged);
    size_t same_tier = 0;
    for (size_t i = 0; i < segments.size(); ++i) {
      if (!chosen[i] && TierOf(segments[i].live_bytes) == tier) ++same_tier;
    }
    for (size_t i = 0; i < segments.size(); ++i) {
      int other = TierOf(segments[i].live_bytes);
      if (chosen[i] || other > tier || (other == tier && same_tier < 3)) continue;
      chosen[i] = true;
      merged += segments[i].live_bytes;
      grew = true;
    }
  }
  std::vector<size_t> indices;
  for (size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) indices.push_back(i);
  }
  return indices;
}

IndexWriter::IndexWriter(FileSystem& fs, std::string directory, IndexWriterOptions options)
    : fs_(fs), directory_(std::move(directory)), options_(std::move(options)) {}

IndexWriter::~IndexWriter() = default;

std::string IndexWriter::PathOf(std::string_view name) const {
  return StrCat(directory_, "/", name);
}

std::string IndexWriter::NewSegmentPath() {
  absl::MutexLock lock(&path_mutex_);
  return PathOf(StrCat(kSegmentPrefix, next_segment_++, kSegmentSuffix));
}

absl::StatusOr<std::unique_ptr<IndexWriter>> IndexWriter::Open(FileSystem& fs,
                                                               const std::string& directory,
                                                               IndexWriterOptions options) {
  absl::Status made = fs.CreateDirectories(directory);
  if (!made.ok()) return made;
  std::unique_ptr<IndexWriter> writer(new IndexWriter(fs, directory, std::move(options)));
  absl::StatusOr<std::unique_ptr<FileLock>> lock =
      fs.Lock(writer->PathOf(kLockName), writer->options_.owner);
  if (!lock.ok()) return lock.status();
  writer->lock_ = *std::move(lock);
  absl::Status loaded = writer->Load();
  if (!loaded.ok()) return loaded;
  return writer;
}

absl::Status IndexWriter::Load() {
  snapshot_ = std::make_shared<Snapshot>();
  absl::StatusOr<std::vector<std::string>> names = fs_.List(directory_);
  if (!names.ok()) return names.status();
  {
    absl::MutexLock lock(&path_mutex_);
    next_segment_ = 1;
    // A number that exists is never taken again, whoever may still have that file mapped.
    for (const std::string& name : *names) {
      next_segment_ = std::max(next_segment_, SegmentNumber(name) + 1);
    }
  }

  std::string manifest_path = PathOf(kManifestName);
  absl::StatusOr<std::string> text = ReadText(fs_, manifest_path);
  if (absl::IsNotFound(text.status())) {
    RemoveOrphans();
    return absl::OkStatus();
  }
  if (!text.ok()) return text.status();
  absl::StatusOr<Manifest> manifest = ParseManifest(*text, manifest_path);
  if (!manifest.ok()) {
    // Its segments stay until the first commit has replaced it.
    notes_.push_back(std::string(ToStd(manifest.status().message())));
    return absl::OkStatus();
  }

  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = manifest->generation;
  snapshot->root = manifest->root;
  std::vector<std::string> damaged;
  for (const ManifestSegment& named : manifest->segments) {
    absl::StatusOr<LiveSegment> live = OpenLive(fs_, PathOf(named.name), named);
    absl::Status status = live.status();
    if (status.ok() && options_.verify) status = live->segment->VerifyChecksums();
    if (status.ok()) {
      snapshot->segments.push_back(*std::move(live));
    } else if (IsDamage(status)) {
      notes_.push_back(StrCat(ToStd(status.message()), " (moved to ", kQuarantineName, "/)"));
      damaged.push_back(named.name);
    } else {
      return status;
    }
  }
  snapshot_ = snapshot;
  if (!damaged.empty()) {
    absl::Status status = QuarantineAndPublish(snapshot->segments, damaged);
    if (!status.ok()) return status;
  }
  RemoveOrphans();
  return absl::OkStatus();
}

// The manifest forgets a damaged segment before its file moves, so that readers never look for it.
absl::Status IndexWriter::QuarantineAndPublish(std::vector<LiveSegment> good,
                                               const std::vector<std::string>& damaged_names) {
  absl::Status status = Publish(std::move(good));
  if (!status.ok()) return status;
  status = fs_.CreateDirectories(PathOf(kQuarantineName));
  if (!status.ok()) return status;
  for (const std::string& name : damaged_names) {
    // A missing segment has nothing to keep; one that can't be moved is removed as an orphan.
    fs_.Rename(PathOf(name), PathOf(StrCat(kQuarantineName, "/", name))).IgnoreError();
  }
  return absl::OkStatus();
}

void IndexWriter::RemoveOrphans() {
  absl::StatusOr<std::vector<std::string>> names = fs_.List(directory_);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    bool temporary = name != kManifestName && name.starts_with(kManifestName);
    bool unnamed = SegmentNumber(name) != 0 &&
                   std::none_of(snapshot_->segments.begin(), snapshot_->segments.end(),
                                [&](const LiveSegment& l) { return NameOf(*l.segment) == name; });
    // What can't be removed now will be tried again by the next writer.
    if (temporary || unnamed) fs_.Remove(PathOf(name)).IgnoreError();
  }
}

absl::StatusOr<LiveSegment> IndexWriter::Merge(std::vector<LiveSegment> inputs) {
  // The result of a round takes part in the next.
  std::vector<std::string> rounds;
  for (;;) {
    size_t width = std::min(inputs.size(), kMergeWidth);
    std::vector<MergeInput> some;
    for (size_t i = 0; i < width; ++i) some.push_back({inputs[i].segment, inputs[i].dead});
    absl::StatusOr<SegmentInfo> info = MergeSegments(fs_, some, NewSegmentPath());
    for (const std::string& path : rounds) fs_.Remove(path).IgnoreError();
    rounds.clear();
    if (!info.ok()) return info.status();
    absl::StatusOr<std::shared_ptr<const Segment>> merged = Segment::Open(fs_, info->path);
    if (!merged.ok()) {
      fs_.Remove(info->path).IgnoreError();
      return merged.status();
    }
    LiveSegment live = {*merged, FileSet((*merged)->file_count())};
    if (width == inputs.size()) return live;
    rounds.push_back(info->path);
    inputs.erase(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(width));
    inputs.push_back(std::move(live));
  }
}

// The segments after `change`: durable, but not yet named by the manifest.
absl::StatusOr<std::vector<LiveSegment>> IndexWriter::Apply(const IndexChange& change) {
  Snapshot base = *snapshot_;
  auto kill = [&base](std::string_view path) {
    FileLocation at;
    if (FindLiveFile(base, path, &at)) base.segments[at.segment].dead.Insert(at.file);
  };
  for (const std::string& path : change.deleted) kill(path);

  std::vector<LiveSegment> inputs;
  uint64_t added_bytes = 0;
  for (const SegmentInfo& info : change.added) {
    absl::StatusOr<std::shared_ptr<const Segment>> piece = Segment::Open(fs_, info.path);
    if (!piece.ok()) return piece.status();
    inputs.push_back({*piece, FileSet((*piece)->file_count())});
    added_bytes += info.bytes;
    if (base.segments.empty()) continue;
    for (StringCursor cursor = (*piece)->paths().WalkAll(); cursor.Next();) kill(cursor.text());
    absl::Status damage = (*piece)->damage();
    if (!damage.ok()) return damage;
  }
  // Missing a file that a damaged segment has would leave it alive twice.
  absl::Status damage = base.damage();
  if (!damage.ok()) return damage;

  std::vector<size_t> plan = PlanMerge(base.segments, added_bytes);
  std::vector<LiveSegment> result;
  for (size_t i = 0; i < base.segments.size(); ++i) {
    LiveSegment& live = base.segments[i];
    if (live.dead.Count() == live.segment->file_count()) continue;
    bool merge = std::binary_search(plan.begin(), plan.end(), i);
    (merge ? inputs : result).push_back(std::move(live));
  }
  if (!inputs.empty()) {
    absl::StatusOr<LiveSegment> merged = Merge(std::move(inputs));
    if (!merged.ok()) return merged.status();
    result.push_back(*std::move(merged));
  }
  return result;
}

absl::Status IndexWriter::Commit(const IndexChange& change) {
  absl::StatusOr<std::vector<LiveSegment>> segments = Apply(change);
  absl::Status status = segments.ok() ? Publish(*segments) : segments.status();
  if (!status.ok() && segments.ok()) RemoveUnlessPublished(*segments);
  for (const SegmentInfo& info : change.added) fs_.Remove(info.path).IgnoreError();
  return status;
}

absl::Status IndexWriter::Compact() {
  std::vector<LiveSegment> segments = snapshot_->segments;
  bool has_dead = std::any_of(segments.begin(), segments.end(),
                              [](const LiveSegment& l) { return l.dead.Count() != 0; });
  if (segments.size() < 2 && !has_dead) return absl::OkStatus();
  absl::StatusOr<LiveSegment> merged = Merge(std::move(segments));
  if (!merged.ok()) return merged.status();
  absl::Status status = Publish({*merged});
  if (!status.ok()) RemoveUnlessPublished({*merged});
  return status;
}

absl::Status IndexWriter::Publish(std::vector<LiveSegment> segments) {
  auto next = std::make_shared<Snapshot>();
  next->generation = snapshot_->generation + 1;
  next->root = options_.root;
  next->segments = std::move(segments);
  Manifest manifest = {.tool_version = options_.tool_version,
                       .generation = next->generation,
                       .root = options_.root,
                       .segments = {}};
  for (const LiveSegment& live : next->segments) {
    manifest.segments.push_back({.name = NameOf(*live.segment),
                                 .bytes = live.segment->byte_size(),
                                 .identity = live.segment->identity(),
                                 .files = live.segment->file_count(),
                                 .dead = live.dead.Ranges()});
  }
  // The names of new segments must be durable before the manifest that names them.
  absl::Status status = fs_.SyncDirectory(directory_);
  if (status.ok()) status = AtomicReplace(fs_, PathOf(kManifestName), FormatManifest(manifest));
  if (!status.ok()) return status;
  std::shared_ptr<const Snapshot> before = std::exchange(snapshot_, std::move(next));
  for (const LiveSegment& old : before->segments) {
    bool kept = std::any_of(snapshot_->segments.begin(), snapshot_->segments.end(),
                            [&](const LiveSegment& l) { return l.segment == old.segment; });
    if (!kept) fs_.Remove(old.segment->path()).IgnoreError();
  }
  return absl::OkStatus();
}

// After a failed commit. Where the failure came after the rename the new state is current after
// all, and removing its segments would destroy it; so when in doubt they stay.
void IndexWriter::RemoveUnlessPublished(const std::vector<LiveSegment>& segments) {
  std::string manifest_path = PathOf(kManifestName);
  absl::StatusOr<std::string> text = ReadText(fs_, manifest_path);
  std::vector<ManifestSegment> named;
  if (text.ok()) {
    absl::StatusOr<Manifest> manifest = ParseManifest(*text, manifest_path);
    if (!manifest.ok()) return;
    named = std::move(manifest->segments);
  } else if (!absl::IsNotFound(text.status())) {
    return;
  }
  for (const LiveSegment& live : segments) {
    std::string name = NameOf(*live.segment);
    bool is_old = std::any_of(snapshot_->segments.begin(), snapshot_->segments.end(),
                              [&](const LiveSegment& l) { return l.segment == live.segment; });
    bool is_named = std::any_of(named.begin(), named.end(),
                                [&](const ManifestSegment& m) { return m.name == name; });
    if (!is_old && !is_named) fs_.Remove(live.segment->path()).IgnoreError();
  }
}

}  // namespace astrolabe
