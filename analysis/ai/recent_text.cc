// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/recent_text.h"

#include <algorithm>

#include "base/text/agreement.h"

namespace astrolabe {
namespace {

constexpr size_t kReach = 20'000;

}  // namespace

RecentText ContinuedAsBefore(std::string_view prefix) {
  prefix.remove_prefix(prefix.size() - std::min(prefix.size(), kReach));
  RecentText best;
  for (size_t place = prefix.size(); place-- > 1;) {
    if (prefix[place] == '\n') continue;
    const size_t agreeing = AgreeingEnd(prefix.substr(0, place), prefix);
    if (agreeing <= best.agreeing) continue;
    const size_t end = std::min(prefix.find('\n', place), prefix.size());
    best = {prefix.substr(place, end - place), agreeing};
  }
  return best;
}

}  // namespace astrolabe
