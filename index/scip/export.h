// Writes the semantic index as a SCIP index: one document for each file of the project.
//
// Documents are written one by one, so memory holds the symbols' names and one document, never the whole.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/semantic/semantic_index.h"

namespace astrolabe {

struct ScipExportOptions {
  std::string root;  // absolute; what the paths of the index are relative to
  std::string output;
  std::string tool_version;
  std::vector<std::string> arguments;  // of the command line, for the metadata
};

struct ScipExportReport {
  uint64_t documents = 0;
  uint64_t occurrences = 0;
  uint64_t symbols = 0;           // with a home in a document
  uint64_t external_symbols = 0;  // mentioned, declared outside of the root
  // Occurrences that have no place in SCIP: not spelled in the text, or of symbols that no file of the
  // index declares (the compiler's builtins).
  uint64_t left_out = 0;
  uint64_t changed_files = 0;  // changed since they were indexed: written as they were
  uint64_t bytes = 0;
};

// Replaces `output` when all is written; on error or cancellation (Cancelled) it is as it was. DataLoss if
// the index is damaged.
absl::StatusOr<ScipExportReport> ExportScip(FileSystem& fs, const SemanticIndex& index,
                                            const ScipExportOptions& options,
                                            const std::atomic<bool>* cancelled = nullptr);

}  // namespace astrolabe
