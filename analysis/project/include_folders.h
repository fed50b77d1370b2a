// Where a compiler looks for headers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

namespace astrolabe {

// A folder of the search path.
struct IncludeFolder {
  std::string path;        // absolute and normal
  bool is_system = false;  // -isystem and the like: <...>
};

// The folders of -I and its kin, in the order in which they are searched, of a driver's arguments or the front end's.
// `directory` is where relative ones begin.
std::vector<IncludeFolder> IncludeFoldersOf(const std::vector<std::string>& arguments,
                                            const std::string& directory);

}  // namespace astrolabe
