// Include directories of a workspace that does not say them, from what its files include.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <span>
#include <string>
#include <vector>

namespace astrolabe {

struct SpelledInclude {
  std::string path;  // without delimiters
  bool angled = false;
};

struct FileIncludes {
  std::string file;  // absolute, normal
  std::vector<SpelledInclude> includes;
};

// For `#include "a/b.h"` each file of `files` that ends with /a/b.h says that the folder before it may
// be an include directory; what is beside the includer needs none. Most directories explain many
// includes and some only one that another explains as well, so they are taken greedily, the one that
// explains most of the still unexplained first (ties: the shorter, then by name), until nothing is
// left. At most `limit`. A folder with a header of the standard library's is none: it would hide the system's. `files` holds the headers too, with or without includes.
std::vector<std::string> GuessIncludeDirectories(std::span<const FileIncludes> files,
                                                 size_t limit = 64);

}  // namespace astrolabe
