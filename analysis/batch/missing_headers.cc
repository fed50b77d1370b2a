// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/missing_headers.h"

#include <algorithm>
#include <set>

#include "alloc/arena.h"
#include "analysis/project/paths.h"
#include "base/strings.h"

namespace astrolabe {

bool MissingHeaders::HaveAppeared(const IndexedUnit& unit, const FrontEndCommand& command) {
  std::vector<IncludeFolder> folders;
  for (const ClosureFile& file : index_.Closure(unit.id)) {
    const std::vector<Missing>& missing = MissingIn(file.path);
    if (!missing.empty() && folders.empty()) {
      folders = IncludeFoldersOf(command.cc1, command.directory);
    }
    const std::string beside(ParentPath(states_.Absolute(file.path)));
    for (const Missing& header : missing) {
      if (!header.angled && states_.Exists(AbsolutePath(beside, header.spelled))) return true;
      for (const IncludeFolder& folder : folders) {
        if (states_.Exists(AbsolutePath(folder.path, header.spelled))) return true;
      }
    }
  }
  return false;
}

const std::vector<MissingHeaders::Missing>& MissingHeaders::MissingIn(std::string_view path) {
  auto [at, is_new] = missing_.try_emplace(ToAbsl(path));
  if (!is_new) return at->second;
  std::set<std::string_view> found;
  Arena arena;
  for (const IndexedFile& variant : index_.FindFile(path)) {
    absl::StatusOr<FileFacts> facts = index_.Facts(variant.id, arena);
    if (!facts.ok()) continue;
    for (const IncludeFacts& include : facts->includes) {
      if (!include.resolved.empty()) {
        found.insert(include.spelled);
      } else {
        at->second.push_back({std::string(include.spelled), include.angled});
      }
    }
  }
  std::erase_if(at->second, [&](const Missing& header) { return found.contains(header.spelled); });
  return at->second;
}

}  // namespace astrolabe
