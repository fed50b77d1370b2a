// The folder of the semantic index as its one writer sees it: manifest, segments, quarantine.
//
// Knows what is on disk and replaces it safely; what lives and what is merged is decided by
// semantic_writer.cc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/semantic/semantic_snapshot.h"

namespace astrolabe {

// One thread at a time. The caller holds the lock of the folder.
class SemanticStore {
 public:
  SemanticStore(FileSystem& fs, std::string directory, std::string tool_version)
      : fs_(fs), directory_(std::move(directory)), tool_version_(std::move(tool_version)) {}

  // Reads the manifest and verifies every segment. What is of another version, or damaged beyond use,
  // is as if it were not there, and notes() says so. True if a segment was dropped.
  absl::StatusOr<bool> Load();

  // Null before the first commit.
  const std::shared_ptr<const SemanticSnapshot>& snapshot() const { return snapshot_; }
  // Of the last state published, in this folder or ever; 0 if none is known.
  uint64_t generation() const { return generation_; }
  // What follows has a higher generation than `generation`.
  void SkipGeneration(uint64_t generation) { generation_ = std::max(generation_, generation); }
  const std::vector<std::string>& notes() const { return notes_; }
  void AddNote(std::string note) { notes_.push_back(std::move(note)); }

  std::string PathOf(std::string_view name) const;
  std::string NewSegmentPath();

  // Makes `segments` the current state. On error the old one stays, and `segments` that it does not
  // name are removed.
  absl::Status Publish(const std::vector<LiveSemanticSegment>& segments);

 private:
  absl::Status TryPublish(std::vector<LiveSemanticSegment> segments);
  void RemoveUnlessPublished(const std::vector<LiveSemanticSegment>& segments);
  void RemoveOrphans();

  FileSystem& fs_;
  const std::string directory_;
  const std::string tool_version_;
  std::shared_ptr<const SemanticSnapshot> snapshot_;
  uint64_t generation_ = 0;
  uint64_t next_segment_ = 1;
  std::vector<std::string> damaged_;  // names to quarantine after the next Publish
  std::vector<std::string> notes_;
};

}  // namespace astrolabe
