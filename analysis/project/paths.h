// Paths of the project model: absolute and lexically normal, so that one file has one name.
//
// Symbolic links are not resolved: the name that a build uses is the one its user knows, and what
// Clang reports.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace astrolabe {

// `path` seen from the absolute `directory`, without ".", ".." and doubled or trailing slashes. ".."
// takes away a component as written. An empty path gives the directory.
std::string AbsolutePath(std::string_view directory, std::string_view path);

// The part before the last slash ("/" for a file in the root), after it, and of that what follows
// the last dot ("" if there is none or if it is the first character).
std::string_view ParentPath(std::string_view path);
std::string_view BaseName(std::string_view path);
std::string_view Extension(std::string_view path);
// The base name without its extension.
std::string_view Stem(std::string_view path);

// Whether `path` is `folder` or below it. Both normal.
bool IsWithin(std::string_view folder, std::string_view path);

bool IsRegularFile(const std::string& path);
bool IsDirectory(const std::string& path);

}  // namespace astrolabe
