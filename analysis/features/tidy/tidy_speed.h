// What a configuration may know of a check by its name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string_view>

#include "analysis/live/answers.h"

namespace astrolabe {

// The strictest filter that lets the check run; nullopt: there is no such check. Any thread.
std::optional<TidySpeed> WeakestFilterOf(std::string_view check);

}  // namespace astrolabe
