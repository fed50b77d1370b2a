// How far two texts end alike.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace astrolabe {

// More agreement says no more.
inline constexpr size_t kMostAgreeing = 64;

// Bytes by which the ends of `a` and `b` agree, at most kMostAgreeing.
inline size_t AgreeingEnd(std::string_view a, std::string_view b) {
  const size_t most = std::min({a.size(), b.size(), kMostAgreeing});
  size_t agreeing = 0;
  while (agreeing < most && a[a.size() - 1 - agreeing] == b[b.size() - 1 - agreeing]) ++agreeing;
  return agreeing;
}

}  // namespace astrolabe
