// Which Clang this binary carries: what `--version` prints and, later, what shard digests include.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

namespace astrolabe {

// For example "22.1.8". Linked in statically, so it never depends on the machine.
std::string ClangVersion();

}  // namespace astrolabe
