// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/plan_commands.h"

#include <xxhash.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/whole_file.h"

namespace astrolabe {

uint64_t SourceSize(const std::string& path) {
  std::error_code error;
  uint64_t size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

Plan PlanCommands(std::span<const FrontEndCommand> commands, const ScanResult& scan, bool zygotes) {
  std::vector<uint64_t> costs;
  for (const FrontEndCommand& command : commands) costs.push_back(SourceSize(command.file));
  if (!zygotes) return PlanPlainly(costs, "zygotes are off");
  if (scan.units.empty()) return PlanPlainly(costs, "too few units to share anything");
  PlanOptions options;
  options.read = ReadWholeFile;
  return MakePlan({commands, scan, costs}, options);
}

ClosureHashes::ClosureHashes(const ScanResult& scan) : scan_(scan) {
  for (const DependencyFile& file : scan.files) {
    of_files_.push_back(XXH3_64bits(file.path.data(), file.path.size()));
  }
}

std::vector<uint64_t> ClosureHashes::Of(uint32_t unit) const {
  std::vector<uint64_t> hashes;
  for (uint32_t file : scan_.units[unit].Closure()) hashes.push_back(of_files_[file]);
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

}  // namespace astrolabe
