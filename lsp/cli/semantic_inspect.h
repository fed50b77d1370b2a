// What `astrolabe stats` and `astrolabe verify` say of the semantic index.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "base/file_system.h"
#include "index/semantic/semantic_index.h"

namespace astrolabe {

struct SemanticStats {
  uint64_t generation = 0;
  uint64_t units = 0;
  uint64_t units_with_errors = 0;
  std::map<std::string, uint64_t> outcomes;  // "zygote", "plain", "failed", "quarantined"
  std::map<std::string, uint64_t> reasons;   // of units that no zygote served
  uint64_t files = 0;                        // distinct paths
  uint64_t variants = 0;                     // of all files
  uint64_t source_bytes = 0;                 // each path once
  uint64_t index_bytes = 0;                  // all files of the folder
};

SemanticStats CollectSemanticStats(FileSystem& fs, const SemanticIndex& index,
                                   const std::string& directory);

// Reads everything once: OK, or the first DataLoss.
absl::Status VerifySemanticIndex(const SemanticIndex& index);

}  // namespace astrolabe
