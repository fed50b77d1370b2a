// clang-tidy over a workspace, on the batch engine: zygotes, limits and quarantine as for the index, and findings
// instead of facts.
//
// Units with the same .clang-tidy files are a run of their own, since checks are made before the headers are read that
// the units share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/batch/batch_indexer.h"
#include "analysis/batch/tidy_protocol.h"
#include "base/file_system.h"

namespace astrolabe {

struct TidyRunOptions {
  SemanticOptions semantic;
  // Units to look at, absolute: files, or folders with all below them. Empty: all of the database.
  std::vector<std::string> files;
  TidyRequest request;                // without its file
  bool fixes_despite_errors = false;  // those of units that do not compile
};

struct TidyReport {
  std::string database;
  uint64_t units = 0;  // looked at
  std::vector<TidyFinding> findings;
  uint64_t suppressed = 0;
  BatchStatistics batch;
  bool cancelled = false;
  std::vector<std::string> notes;
  std::vector<std::string> failed;  // units that could not be looked at, and why
};

// As UpdateSemanticIndex for what can go wrong; NotFound also if no unit is among `files`.
absl::StatusOr<TidyReport> RunTidyBatch(FileSystem& fs, const TidyRunOptions& options,
                                        SemanticProgress* progress,
                                        const std::atomic<bool>* cancelled);

}  // namespace astrolabe
