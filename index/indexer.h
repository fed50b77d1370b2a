// Brings an index up to date with its workspace: walk, compare, scan what changed, commit.
//
// The first run and every later one are the same code. A file whose size, modification time and
// inode are those of its record is not opened; a path that is gone is dropped; the rest is scanned
// in parallel, each thread filling a segment of its own, and committed in one step, so that readers
// see the old index or the new one. Cancelling commits what has been scanned by then: the next run
// goes on from there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/walk.h"

namespace astrolabe {

struct IndexerOptions {
  std::string root;          // absolute
  std::string index_dir;     // absolute; created if missing
  std::string tool_version;  // recorded in the manifest
  std::string owner;         // for the lock file
  int threads = 0;           // 0 means as many as cores
  WalkOptions walk;          // its root is overwritten by `root`
};

// Written by the indexer, read by who shows it; any thread.
struct IndexProgress {
  enum Phase : int { kOpening, kWalking, kScanning, kCommitting, kDone };

  std::atomic<int> phase = kOpening;
  std::atomic<uint64_t> files_total = 0;  // to be scanned in this run
  std::atomic<uint64_t> files_done = 0;
  std::atomic<uint64_t> bytes_total = 0;
  std::atomic<uint64_t> bytes_done = 0;
};

// The whole index after the run, and what the run did. Sizes in bytes.
struct IndexReport {
  uint64_t files = 0;  // scanned source files in the index
  uint64_t other_files = 0;
  uint64_t lines = 0;
  uint64_t bytes = 0;
  uint64_t symbols = 0;
  uint64_t index_bytes = 0;
  uint64_t segments = 0;
  uint64_t files_scanned = 0;
  uint64_t files_unchanged = 0;
  uint64_t files_deleted = 0;
  bool changed = false;              // a new state was committed
  bool cancelled = false;            // and what was left for the next run is missing
  std::vector<std::string> skipped;  // "path: why", the first ones
  uint64_t skipped_count = 0;
  std::vector<std::string> notes;  // what was repaired on the way
};

// The index folder relative to the root, if it lies in the workspace, else empty: what
// WalkOptions::leave_out wants, as what is in there is no part of the workspace.
std::string IndexPathInside(const IndexerOptions& options);

// Unavailable if another process writes this index, PermissionDenied or ResourceExhausted if it
// cannot be written (the old one stays), NotFound if the root is no folder. `progress` and
// `cancelled` may be null.
absl::StatusOr<IndexReport> UpdateIndex(FileSystem& fs, const IndexerOptions& options,
                                        IndexProgress* progress,
                                        const std::atomic<bool>* cancelled);

}  // namespace astrolabe
