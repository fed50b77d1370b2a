// The whole pipeline for one file, step by step, for people who ask why a file is not as they expect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analysis/batch/batch_indexer.h"
#include "base/file_system.h"

namespace astrolabe {

struct CheckStep {
  std::string name;  // "database", "flags", "closure", "parse", "facts"
  double seconds = 0;
  bool ok = true;
  std::vector<std::string> lines;  // what there is to say about it
};

// Calls `done` after each step. OK if every step was; else the first failed step's reason. `file` is
// absolute.
absl::Status CheckFile(FileSystem& fs, const SemanticOptions& options, const std::string& file,
                       const std::function<void(const CheckStep&)>& done);

// Where the command of a file comes from, the command, and the front-end arguments it means.
absl::StatusOr<std::string> DescribeFlags(FileSystem& fs, const SemanticOptions& options,
                                          const std::string& file);

// The facts that parsing the file plainly gives: of its main file alone, or of all files that it reads.
absl::StatusOr<std::string> DescribeShard(FileSystem& fs, const SemanticOptions& options,
                                          const std::string& file, bool all_files);

}  // namespace astrolabe
