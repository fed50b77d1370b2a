// Two texts as `diff -u` shows them, which `patch` and `git apply` take.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace astrolabe {

// With three lines of context, for a file of that path below the root. Empty if the texts are equal.
std::string UnifiedDiff(std::string_view path, std::string_view before, std::string_view after);

}  // namespace astrolabe
