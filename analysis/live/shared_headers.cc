// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/shared_headers.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "analysis/batch/command_parts.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

// Fewer neighbours, or fewer files in all, are not worth a process.
constexpr size_t kMinUnits = 3;
constexpr size_t kMinFiles = 16;

class Choice {
 public:
  Choice(const ScanResult& scan, const FrontEndCommand& command) : scan_(scan) {
    for (SearchEntry& entry : SplitCommand(command.cc1, command.directory).search) {
      entry.path = std::filesystem::path(entry.path).lexically_normal().string();
      while (entry.path.size() > 1 && entry.path.ends_with('/')) entry.path.pop_back();
      search_.push_back(std::move(entry));
    }
  }

  std::vector<std::string> Make(const std::set<std::string>& left_out) {
    CountSharers();
    if (units_ < kMinUnits) return {};
    FindLeftOut(left_out);
    seen_.assign(scan_.files.size(), false);
    for (const ScannedInclude& include : scan_.units[0].includes) Visit(include.file);
    if (files_ < kMinFiles) return {};
    return std::move(chosen_);
  }

 private:
  void CountSharers() {
    sharers_.assign(scan_.files.size(), 0);
    for (const ScannedUnit& unit : scan_.units) {
      if (!unit.status.ok()) continue;
      ++units_;
      for (uint32_t file : unit.Closure()) ++sharers_[file];
    }
  }

  // What reaches a file that is left out is left out too.
  void FindLeftOut(const std::set<std::string>& paths) {
    is_left_out_.assign(scan_.files.size(), false);
    std::vector<std::vector<uint32_t>> includers(scan_.files.size());
    std::vector<uint32_t> todo;
    for (uint32_t file = 0; file < scan_.files.size(); ++file) {
      for (uint32_t included : scan_.files[file].includes) includers[included].push_back(file);
      if (paths.contains(scan_.files[file].path)) todo.push_back(file);
    }
    while (!todo.empty()) {
      uint32_t file = todo.back();
      todo.pop_back();
      if (is_left_out_[file]) continue;
      is_left_out_[file] = true;
      todo.insert(todo.end(), includers[file].begin(), includers[file].end());
    }
  }

  // In the order of a parse. Of the system's headers those that a file of the project names; others are not made
  // to be included.
  void Visit(uint32_t file) {
    if (seen_[file]) return;
    bool is_shared =
        scan_.files[file].guarded && !is_left_out_[file] && 2 * sharers_[file] >= units_;
    const SearchEntry* system = SystemFolderOf(scan_.files[file].path);
    if (is_shared) {
      chosen_.push_back(IncludeText(file, system));
      TakeAll(file);
      return;
    }
    // Not seen: by another way it may still be taken.
    if (system != nullptr) return;
    seen_[file] = true;
    for (uint32_t included : scan_.files[file].includes) Visit(included);
  }

  void TakeAll(uint32_t from) {
    std::vector<uint32_t> todo = {from};
    while (!todo.empty()) {
      uint32_t file = todo.back();
      todo.pop_back();
      if (seen_[file]) continue;
      seen_[file] = true;
      ++files_;
      todo.insert(todo.end(), scan_.files[file].includes.begin(), scan_.files[file].includes.end());
    }
  }

  const SearchEntry* SystemFolderOf(std::string_view path) const {
    const SearchEntry* longest = nullptr;
    for (const SearchEntry& entry : search_) {
      bool is_within = path.starts_with(entry.path) && path.size() > entry.path.size() &&
                       path[entry.path.size()] == '/';
      if (!is_within || (longest != nullptr && longest->path.size() >= entry.path.size())) continue;
      longest = &entry;
    }
    bool is_system = longest != nullptr && longest->option != "-I" && longest->option != "-iquote";
    return is_system ? longest : nullptr;
  }

  // A header of the system by its name: found by its path it would be one of the user's.
  std::string IncludeText(uint32_t file, const SearchEntry* system) const {
    const std::string& path = scan_.files[file].path;
    if (system == nullptr) return StrCat("\"", path, "\"");
    return StrCat("<", path.substr(system->path.size() + 1), ">");
  }

  const ScanResult& scan_;
  std::vector<SearchEntry> search_;
  std::vector<uint32_t> sharers_;  // by file: units that read it
  uint32_t units_ = 0;
  std::vector<bool> is_left_out_;
  std::vector<bool> seen_;
  std::vector<std::string> chosen_;
  size_t files_ = 0;  // that the chosen ones read
};

}  // namespace

std::vector<std::string> ChooseSharedHeaders(const ScanResult& scan, const FrontEndCommand& command,
                                             const std::set<std::string>& left_out) {
  if (scan.units.empty() || !scan.units[0].status.ok()) return {};
  return Choice(scan, command).Make(left_out);
}

}  // namespace astrolabe
