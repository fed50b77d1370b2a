// Where a compiler looks for headers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/include_folders.h"

#include <gtest/gtest.h>

namespace astrolabe {
namespace {

TEST(IncludeFolders, AreInTheOrderOfTheSearch) {
  const std::vector<std::string> arguments = {
      "-cc1",     "-idirafter", "/late",  "-internal-isystem", "/usr/include",
      "-isystem", "sys",        "-I",     "../lib/",           "-I",
      ".",        "-iquote",    "/quoted"};
  std::vector<std::string> paths;
  for (const IncludeFolder& folder : IncludeFoldersOf(arguments, "/w/build")) {
    paths.push_back(folder.path + (folder.is_system ? " <>" : ""));
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"/quoted", "/w/lib", "/w/build", "/w/build/sys <>",
                                             "/usr/include <>", "/late <>"}));
}

}  // namespace
}  // namespace astrolabe
