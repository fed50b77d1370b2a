// The names in a text, whatever they stand in: code, comments or literals.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>

#include "index/ascii.h"

namespace astrolabe {

// Calls visit(name, offset) for each maximal run of word bytes that does not begin with a digit, in order.
template <typename Visit>
void VisitNames(std::string_view text, const Visit& visit) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && IsWordByte(text[end])) ++end;
    if (end > begin && !IsDigit(text[begin])) visit(text.substr(begin, end - begin), begin);
    begin = end + 1;
  }
}

}  // namespace astrolabe
