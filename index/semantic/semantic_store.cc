// Loading and publishing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/semantic_store.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/strings.h"
#include "index/manifest.h"

namespace astrolabe {
namespace {

constexpr std::string_view kQuarantineName = "quarantine";
constexpr std::string_view kSegmentPrefix = "sem-";
constexpr std::string_view kSegmentSuffix = ".seg";

std::string NameOf(const SemanticSegment& segment) {
  return segment.path().substr(segment.path().rfind('/') + 1);
}

// The N of "sem-N.seg"; 0 for any other name.
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

// Whether the files of the index itself are wrong, rather than the way to them.
bool IsDamage(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
}

bool Holds(const std::vector<LiveSemanticSegment>& segments, const SemanticSegment& wanted) {
  return std::any_of(segments.begin(), segments.end(), [&](const LiveSemanticSegment& live) {
    return live.segment.get() == &wanted;
  });
}

}  // namespace

std::string SemanticStore::PathOf(std::string_view name) const {
  return StrCat(directory_, "/", name);
}

std::string SemanticStore::NewSegmentPath() {
  return PathOf(StrCat(kSegmentPrefix, next_segment_++, kSegmentSuffix));
}

absl::StatusOr<bool> SemanticStore::Load() {
  absl::StatusOr<std::vector<std::string>> names = fs_.List(directory_);
  if (!names.ok()) return names.status();
  // A number that exists is never taken again, whoever may still have that file mapped.
  for (const std::string& name : *names) {
    next_segment_ = std::max(next_segment_, SegmentNumber(name) + 1);
  }
  const std::string manifest_path = PathOf(kSemanticManifestName);
  absl::StatusOr<std::string> text = ReadText(fs_, manifest_path);
  if (absl::IsNotFound(text.status())) {
    RemoveOrphans();
    return false;
  }
  if (!text.ok()) return text.status();
  absl::StatusOr<Manifest> manifest = ParseManifest(*text, manifest_path, kSemanticManifest);
  if (!manifest.ok()) {
    // Its segments stay until the first commit has replaced it.
    notes_.push_back(std::string(ToStd(manifest.status().message())));
    return false;
  }
  generation_ = manifest->generation;
  if (manifest->tool_version != tool_version_) {
    notes_.push_back(StrCat(directory_, ": the semantic index was built by version ",
                            manifest->tool_version, "; this is ", tool_version_,
                            ", which builds it anew"));
    return false;
  }
  std::vector<LiveSemanticSegment> segments;
  for (const ManifestSegment& named : manifest->segments) {
    absl::StatusOr<LiveSemanticSegment> live = OpenLiveSegment(fs_, PathOf(named.name), named);
    absl::Status status = live.status();
    if (status.ok()) status = live->segment->VerifyChecksums();
    if (status.ok()) {
      segments.push_back(*std::move(live));
    } else if (IsDamage(status)) {
      notes_.push_back(StrCat(ToStd(status.message()), " (moved to ", kQuarantineName, "/)"));
      damaged_.push_back(named.name);
    } else {
      return status;
    }
  }
  snapshot_ = std::make_shared<SemanticSnapshot>(manifest->generation, std::move(segments));
  if (damaged_.empty()) RemoveOrphans();
  return !damaged_.empty();
}

void SemanticStore::RemoveOrphans() {
  absl::StatusOr<std::vector<std::string>> names = fs_.List(directory_);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    const bool temporary = name != kSemanticManifestName && name.starts_with(kSemanticManifestName);
    bool unnamed = SegmentNumber(name) != 0;
    if (unnamed && snapshot_ != nullptr) {
      for (const LiveSemanticSegment& live : snapshot_->segments()) {
        unnamed = unnamed && NameOf(*live.segment) != name;
      }
    }
    // What can't be removed now will be tried again by the next writer.
    if (temporary || unnamed) fs_.Remove(PathOf(name)).IgnoreError();
  }
}

absl::Status SemanticStore::TryPublish(std::vector<LiveSemanticSegment> segments) {
  Manifest manifest = {
      .tool_version = tool_version_, .generation = generation_ + 1, .root = {}, .segments = {}};
  for (const LiveSemanticSegment& live : segments) {
    manifest.segments.push_back({.name = NameOf(*live.segment),
                                 .bytes = live.segment->byte_size(),
                                 .identity = live.segment->identity(),
                                 .files = live.segment->file_count() + live.segment->unit_count(),
                                 .dead = live.dead.Ranges()});
  }
  // The names of new segments must be durable before the manifest that names them.
  absl::Status status = fs_.SyncDirectory(directory_);
  if (status.ok()) {
    status = AtomicReplace(fs_, PathOf(kSemanticManifestName),
                           FormatManifest(manifest, kSemanticManifest));
  }
  if (!status.ok()) return status;
  snapshot_ = std::make_shared<SemanticSnapshot>(++generation_, std::move(segments));
  return absl::OkStatus();
}

absl::Status SemanticStore::Publish(const std::vector<LiveSemanticSegment>& segments) {
  absl::Status status = TryPublish(segments);
  if (!status.ok()) {
    RemoveUnlessPublished(segments);
    return status;
  }
  if (!damaged_.empty()) {
    // The manifest has forgotten them, so readers no longer look for them. One that is missing has
    // nothing to keep, and one that can't be moved is removed as an orphan.
    if (fs_.CreateDirectories(PathOf(kQuarantineName)).ok()) {
      for (const std::string& name : damaged_) {
        fs_.Rename(PathOf(name), PathOf(StrCat(kQuarantineName, "/", name))).IgnoreError();
      }
    }
    damaged_.clear();
  }
  RemoveOrphans();
  return absl::OkStatus();
}

// After a failed commit. Where the failure came after the rename the new state is current after all,
// and removing its segments would destroy it; so when in doubt they stay.
void SemanticStore::RemoveUnlessPublished(const std::vector<LiveSemanticSegment>& segments) {
  const std::string manifest_path = PathOf(kSemanticManifestName);
  absl::StatusOr<std::string> text = ReadText(fs_, manifest_path);
  std::vector<ManifestSegment> named;
  if (text.ok()) {
    absl::StatusOr<Manifest> manifest = ParseManifest(*text, manifest_path, kSemanticManifest);
    if (!manifest.ok()) return;
    named = std::move(manifest->segments);
  } else if (!absl::IsNotFound(text.status())) {
    return;
  }
  for (const LiveSemanticSegment& live : segments) {
    const std::string name = NameOf(*live.segment);
    const bool is_old = snapshot_ != nullptr && Holds(snapshot_->segments(), *live.segment);
    const bool is_named = std::any_of(named.begin(), named.end(),
                                      [&](const ManifestSegment& m) { return m.name == name; });
    if (!is_old && !is_named) fs_.Remove(live.segment->path()).IgnoreError();
  }
}

}  // namespace astrolabe
