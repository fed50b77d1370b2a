// What the text itself would go on with: as the last place did that was like this one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>

namespace astrolabe {

struct RecentText {
  std::string_view text;  // the rest of that place's line; a part of the prefix
  size_t agreeing = 0;    // bytes before that place that are those before the cursor
};

// Of the places in the last 20,000 bytes of `prefix` that have most bytes before them in common with its end, the last
// one that is not at the end of its line.
RecentText ContinuedAsBefore(std::string_view prefix);

}  // namespace astrolabe
