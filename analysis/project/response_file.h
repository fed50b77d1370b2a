// Response files: arguments kept in a file that the command line names as @FILE.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {

// Splits as a POSIX shell does, without expansions; the driver's own rules for `command` of a database
// and for response files.
std::vector<std::string> SplitCommandLine(std::string_view line);

// Replaces each @FILE by the arguments in FILE, which may name further ones. Paths are relative to
// `directory`, also the nested ones, as for gcc. An argument stays as it is if its file cannot be read
// or at the limits (20 deep, 1000 files): a sentence for each goes to `problems`. CMake's *.modmap,
// which hold only what is about modules, are left alone silently: they exist only after a build.
void ExpandResponseFiles(const std::string& directory, std::vector<std::string>& arguments,
                         std::vector<std::string>& problems);

}  // namespace astrolabe
