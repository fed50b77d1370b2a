// Which words of an index a mistyped word may stand for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/segment.h"

namespace astrolabe {

// A word and its id in the segment asked.
struct MeantWord {
  uint32_t id = 0;
  std::string text;
};

// The words that start with `typed`, lower-case and at least four letters long, but for one mistake behind
// its first letter (NameMatcher::StartsWithOneMistake); at most `limit`, nearest mistakes to the end first.
// Looks at a bounded number of words: a fraction of a millisecond.
std::vector<MeantWord> WordsMeant(const Segment& segment, std::string_view typed, size_t limit);

}  // namespace astrolabe
