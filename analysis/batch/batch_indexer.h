// Brings the semantic index up to date with the workspace: what must be parsed, in which order, and
// what of it is worth a zygote.
//
// Like tier 0's indexer (index/indexer.h), the first run and every later one are the same code. A unit
// whose command and whose every file are as they were is left alone; the rest is scanned for what it
// includes, planned and parsed. What is finished is in the journal at once, so that a run that is
// killed at any moment loses only what was being parsed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analysis/batch/batch_run.h"
#include "base/file_system.h"

namespace astrolabe {

struct SemanticOptions {
  std::string root;       // absolute
  std::string index_dir;  // absolute; the semantic index is its folder semantic/
  std::string tool_version;
  std::string owner;                 // for the lock file
  std::string program;               // our own binary
  std::string compile_commands_dir;  // empty: found
  std::string query_drivers;         // comma-separated globs of compilers that may be asked
  bool use_config = true;            // .clangd files and the user's count
  int threads = 0;                   // 0: as many as cores
  bool zygotes = true;
  double audit_percent = 0;
  absl::Duration unit_time_limit = absl::Seconds(120);
  uint64_t unit_memory_limit = uint64_t{4} << 30;  // bytes
};

// Written by the indexer, read by who shows it; any thread.
struct SemanticProgress {
  enum Phase : int {
    kLoading,
    kBuildingModules,
    kComparing,
    kScanning,
    kParsing,
    kCommitting,
    kDone
  };

  std::atomic<int> phase = kLoading;
  std::atomic<uint32_t> units_to_scan = 0;
  std::atomic<uint32_t> units_scanned = 0;
  BatchProgress batch;
};

struct SemanticReport {
  std::string database;  // path; empty if there is none
  uint64_t entries = 0;  // in the database
  uint64_t units = 0;    // distinct (file, command)
  uint64_t units_unchanged = 0;
  // Of those, units that include a header which has changed, but not for them (changed_headers.h).
  uint64_t units_spared = 0;
  uint64_t units_removed = 0;
  uint64_t recovered = 0;  // shards that a killed run had left
  BatchStatistics batch;
  uint32_t modules_built = 0;
  double load_seconds = 0;
  double modules_seconds = 0;
  double compare_seconds = 0;
  double scan_seconds = 0;
  double plan_seconds = 0;
  double parse_seconds = 0;
  double commit_seconds = 0;
  uint64_t index_bytes = 0;
  bool cancelled = false;
  std::vector<std::string> notes;        // for the user, one sentence each
  std::vector<std::string> quarantined;  // "FILE: reason; reproduce with: ..."
};

// Unavailable if another process writes the index; errors of the file system; NotFound if a database
// was asked for and is not there. With no database at all the report has none and nothing is done.
absl::StatusOr<SemanticReport> UpdateSemanticIndex(FileSystem& fs, const SemanticOptions& options,
                                                   SemanticProgress* progress,
                                                   const std::atomic<bool>* cancelled);

// The plan for everything in the database, as `astrolabe dump plan` prints it.
absl::StatusOr<std::string> DescribePlan(const SemanticOptions& options,
                                         const std::atomic<bool>* cancelled);

}  // namespace astrolabe
