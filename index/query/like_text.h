// What other files of the workspace go on with at places like a given one: the text ahead of them ends alike.
//
// One word of what stands ahead of the cursor narrows the files by their filters; in those that have it, each place where
// it is followed by the same text up to the cursor is held against all of what is ahead.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "index/index_store.h"

namespace astrolabe {

struct LikeText {
  std::string text;     // the rest of that place's line; not empty
  size_t agreeing = 0;  // bytes before that place that are those before the cursor (AgreeingEnd)
  size_t places = 0;    // that agree so far and go on alike
};

// `prefix`: the text ahead of the cursor. `own_path`, relative to the root, is not looked into. The longest agreement
// first, then what is most usual; at most four, and none where there is no whole word to look for. What is found within
// `time_limit` counts.
std::vector<LikeText> FindLikeTexts(const Snapshot& snapshot, const std::string& root,
                                    std::string_view prefix, std::string_view own_path,
                                    absl::Duration time_limit,
                                    const std::atomic<bool>* cancelled = nullptr);

}  // namespace astrolabe
