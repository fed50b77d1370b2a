// Whether a file is a SCIP index that makes sense: what a reader of it may rely on, checked.
//
// - It is a sequence of protobuf fields that parse; the metadata comes first and once, its root is a file:
//   URI.
// - Every document's path is relative and plain, and occurs once; its text can be read.
// - Every range has three or four numbers in order and lies in the text; an enclosing range encloses.
// - Every symbol follows the grammar (index/scip/symbol_grammar.h), is described once, and every one that
//   an occurrence or a relationship names is described by a document or as external, locals excepted.
// - Roles are known bits, no relationship is empty or names its own symbol.
//
// Columns are only checked where a document counts them in bytes, as ours do.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace astrolabe {

struct ScipCheckOptions {
  std::string root;          // where the sources are; empty: as the metadata says
  size_t max_problems = 20;  // that are described
};

struct ScipCheckReport {
  uint64_t documents = 0;
  uint64_t occurrences = 0;
  uint64_t symbols = 0;
  uint64_t external_symbols = 0;
  uint64_t relationships = 0;
  uint64_t problem_count = 0;
  std::vector<std::string> problems;  // the first ones, a sentence each
};

// Errors are those of reading the file; what is wrong in it is a problem in the report.
absl::StatusOr<ScipCheckReport> CheckScip(FileSystem& fs, const std::string& path,
                                          const ScipCheckOptions& options);

}  // namespace astrolabe
