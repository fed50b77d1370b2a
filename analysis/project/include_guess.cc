// Voting for directories.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/include_guess.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "analysis/project/paths.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

// A header that many folders have (config.h, util.h) says little; past this number nothing.
constexpr size_t kMaxCandidates = 16;

// Headers of C's and C++'s libraries. A folder that has one is a library's own, and would hide the system's.
bool HasStandardHeader(const absl::flat_hash_set<absl::string_view>& files,
                       const std::string& folder) {
  static constexpr std::string_view kNames[] = {"stddef.h", "stdint.h", "stdlib.h", "stdio.h",
                                                "string.h", "errno.h",  "time.h",   "math.h",
                                                "unistd.h", "cstddef",  "vector",   "string"};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view name) {
    return files.contains(StrCat(folder, "/", name));
  });
}

// A spelled path and the folders that would explain it.
struct Question {
  size_t votes = 0;
  std::vector<std::string> folders;
};

}  // namespace

std::vector<std::string> GuessIncludeDirectories(std::span<const FileIncludes> files,
                                                 size_t limit) {
  absl::flat_hash_map<std::string, std::vector<const std::string*>> by_name;
  absl::flat_hash_set<absl::string_view> all;
  for (const FileIncludes& file : files) {
    by_name[std::string(BaseName(file.file))].push_back(&file.file);
    all.insert(file.file);
  }
  absl::flat_hash_map<std::string, Question> questions;
  for (const FileIncludes& file : files) {
    const std::string_view beside = ParentPath(file.file);
    for (const SpelledInclude& include : file.includes) {
      if (include.path.empty() || include.path[0] == '/') continue;
      if (!include.angled && all.contains(AbsolutePath(beside, include.path))) continue;
      // What climbs out of a folder says nothing about which one.
      const std::string suffix = AbsolutePath("/", include.path);
      if (suffix.size() != include.path.size() + 1) continue;
      auto [place, added] = questions.try_emplace(include.path);
      ++place->second.votes;
      if (!added) continue;
      const auto named = by_name.find(std::string(BaseName(suffix)));
      if (named == by_name.end()) continue;
      for (const std::string* path : named->second) {
        if (path->size() > suffix.size() && path->ends_with(suffix)) {
          std::string folder = path->substr(0, path->size() - suffix.size());
          if (!HasStandardHeader(all, folder)) place->second.folders.push_back(std::move(folder));
        }
      }
      if (place->second.folders.size() > kMaxCandidates) place->second.folders.clear();
    }
  }
  // From a folder to the questions that it answers; ordered by name, for a stable answer.
  absl::flat_hash_map<std::string, std::vector<Question*>> answers;
  for (auto& [path, question] : questions) {
    for (const std::string& folder : question.folders) answers[folder].push_back(&question);
  }
  std::vector<std::string> chosen;
  while (chosen.size() < limit) {
    std::tuple<size_t, size_t, std::string> best;  // votes; then less is better: length, name
    for (const auto& [folder, explained] : answers) {
      size_t votes = 0;
      for (const Question* question : explained) votes += question->votes;
      if (votes == 0) continue;
      const auto& [best_votes, best_length, best_name] = best;
      if (votes > best_votes || (votes == best_votes && std::tuple(folder.size(), folder) <
                                                            std::tuple(best_length, best_name))) {
        best = {votes, folder.size(), folder};
      }
    }
    if (std::get<0>(best) == 0) break;
    const std::string& folder = std::get<2>(best);
    for (Question* question : answers[folder]) question->votes = 0;
    answers.erase(folder);
    chosen.push_back(folder);
  }
  return chosen;
}

}  // namespace astrolabe
