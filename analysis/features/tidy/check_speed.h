// Which of clang-tidy's checks take too long for while somebody types.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>

namespace astrolabe {

enum class CheckSpeed : uint8_t { kFast, kNotMeasured, kSlow };

CheckSpeed SpeedOfCheck(std::string_view name);

}  // namespace astrolabe
