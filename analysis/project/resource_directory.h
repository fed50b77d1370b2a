// Where Clang's own headers (stddef.h, immintrin.h, …) are: they belong to one version of Clang and
// no compile command names them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace astrolabe {

// The resource directory of Clang 22: `wanted` if not empty, else beside this program
// (../lib/astrolabe/clang/22 of a package of ours, ../lib/clang/22 of LLVM's), where LLVM 22 is usually
// installed, or beside a clang-22 or clang in PATH. Runs nothing. NotFound, naming the places, if none has
// include/stddef.h.
absl::StatusOr<std::string> FindResourceDirectory(const std::string& wanted);

}  // namespace astrolabe
