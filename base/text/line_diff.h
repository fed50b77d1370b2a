// What has to be edited to make one text out of another: for clients that send the whole text after each
// change, so that what is cached for the unchanged parts stays good, and for formatting, so that the editor
// moves no cursor that it need not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/text/position.h"

namespace astrolabe {

// Replace the bytes of `range`.
struct ByteEdit {
  ByteRange range;
  std::string_view replacement;
};

struct DiffLimits {
  // Lines that are removed or inserted, and comparisons of lines. Where there are more, all between the first
  // and the last difference is one edit: correct still, and then mostly what happened.
  size_t max_differences = 1000;
  size_t max_comparisons = 10'000'000;
};

// Edits that turn `before` into `after`: ascending, apart from each other, their ranges in `before` and their
// replacements views into `after`. The fewest lines are touched, and of these only what differs, in whole
// characters; lines that were only added or removed are whole ones. None if the texts are equal. Source of the
// algorithm: Myers, "An O(ND) Difference Algorithm and Its Variations", 1986.
std::vector<ByteEdit> DiffTexts(std::string_view before, std::string_view after,
                                const DiffLimits& limits = {});

}  // namespace astrolabe
