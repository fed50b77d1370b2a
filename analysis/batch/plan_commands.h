// A plan for commands that were scanned: what RunBatch carries out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/batch/planner.h"
#include "analysis/project/dependency_scan.h"

namespace astrolabe {

// With fewer units to parse, finding out what they share takes longer than it saves.
inline constexpr size_t kMinUnitsToPlan = 4;

// In bytes; 0 if there is no such file.
uint64_t SourceSize(const std::string& path);

// `scan` may be empty, of units that share nothing.
Plan PlanCommands(std::span<const FrontEndCommand> commands, const ScanResult& scan, bool zygotes);

// For BatchCallbacks::closure: the hashes of the paths of all that a unit includes.
class ClosureHashes {
 public:
  // Borrowed.
  explicit ClosureHashes(const ScanResult& scan);
  std::vector<uint64_t> Of(uint32_t unit) const;

 private:
  const ScanResult& scan_;
  std::vector<uint64_t> of_files_;
};

}  // namespace astrolabe
