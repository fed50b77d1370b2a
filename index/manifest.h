// The manifest: which segments make up the index, and which of their files no longer count.
//
// It is the only file of an index that changes, and it changes by atomic replacement, so it alone
// decides what the index is. Text, so that a person can look into it; the grammar is in
// index/FORMAT.md.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/segment.h"
#include "index/string_table.h"

namespace astrolabe {

struct ManifestSegment {
  std::string name;  // file name inside the index folder
  uint64_t bytes = 0;
  uint64_t identity = 0;  // Segment::identity
  uint32_t files = 0;
  std::vector<IdRange> dead;  // file ids; ascending, not touching each other

  friend bool operator==(const ManifestSegment&, const ManifestSegment&) = default;
};

struct Manifest {
  std::string tool_version;
  uint64_t generation = 0;
  std::string root;  // absolute path at the last commit; informative
  std::vector<ManifestSegment> segments;

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// Whose manifest it is: each kind of index has its own first line.
struct ManifestKind {
  std::string_view first_word;
  uint32_t version = 0;
};
inline constexpr ManifestKind kTextIndexManifest = {"astrolabe-index", kFormatVersion};

std::string FormatManifest(const Manifest& manifest, const ManifestKind& kind = kTextIndexManifest);

// FailedPrecondition if `text` has another format version, DataLoss if it is damaged. `path` is for
// the message.
absl::StatusOr<Manifest> ParseManifest(std::string_view text, const std::string& path,
                                       const ManifestKind& kind = kTextIndexManifest);

}  // namespace astrolabe
