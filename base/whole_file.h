// The text of a file that may be gone, where its absence and its emptiness are the same to the caller.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

namespace astrolabe {

// The whole of a regular file; empty if it is none or cannot be read. Never waits, not for a pipe either.
std::string ReadWholeFile(const std::string& path);

}  // namespace astrolabe
