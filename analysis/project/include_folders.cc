// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/include_folders.h"

#include <string_view>

#include "analysis/project/paths.h"

namespace astrolabe {

std::vector<IncludeFolder> IncludeFoldersOf(const std::vector<std::string>& arguments,
                                            const std::string& directory) {
  std::vector<IncludeFolder> folders;
  for (std::string_view flag : {"-iquote", "-I", "-isystem", "-internal-isystem",
                                "-internal-externc-isystem", "-idirafter"}) {
    for (size_t i = 0; i < arguments.size(); ++i) {
      std::string_view argument = arguments[i];
      if (!argument.starts_with(flag)) continue;
      argument.remove_prefix(flag.size());
      if (argument.empty() && i + 1 < arguments.size()) argument = arguments[++i];
      folders.push_back({AbsolutePath(directory, argument), flag != "-iquote" && flag != "-I"});
    }
  }
  return folders;
}

}  // namespace astrolabe
