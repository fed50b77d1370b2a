// Finds files by what a person remembers of their path.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "index/index_store.h"

namespace astrolabe {

struct FileHit {
  std::string path;  // relative to the root
  float score = 0;   // in (0, 1]
};

// `text` is matched like a symbol's name (index/query/name_matcher.h) against the file's name and,
// where it has a '/', against the end of the path. Best first; equal ones by path. Looks at every
// path: some milliseconds for 100,000 files.
std::vector<FileHit> FindFiles(const Snapshot& snapshot, std::string_view text, size_t limit);

// The paths of all files whose name is `stem` and an ending: "zoo" for src/zoo.cc. In no order. Looks at every path.
std::vector<std::string> FilesOfStem(const Snapshot& snapshot, std::string_view stem);

}  // namespace astrolabe
