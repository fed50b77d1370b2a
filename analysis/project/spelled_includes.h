// What the files of a workspace spell behind #include, as tier 0 has read it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/project/include_guess.h"
#include "index/index_store.h"

namespace astrolabe {

// Of all files, those that include nothing among them. `root` is the workspace's, absolute. Tier 0 does not keep whether
// it was <> or "".
std::vector<FileIncludes> SpelledIncludes(const Snapshot& snapshot, const std::string& root);

}  // namespace astrolabe
