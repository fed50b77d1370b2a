// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/line_index.h"

#include <algorithm>

namespace astrolabe {

LineIndex::LineIndex(std::string_view text)
    : begins_({0}), text_size_(static_cast<uint32_t>(text.size())) {
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    begins_.push_back(static_cast<uint32_t>(at + 1));
  }
}

uint32_t LineIndex::OffsetOf(CodePlace place) const {
  if (place.line >= begins_.size()) return text_size_;
  uint32_t begin = begins_[place.line];
  uint32_t end = place.line + 1 < begins_.size() ? begins_[place.line + 1] - 1 : text_size_;
  return begin + std::min(place.column, end - begin);
}

CodePlace LineIndex::PlaceOf(uint32_t offset) const {
  auto next = std::upper_bound(begins_.begin(), begins_.end(), offset);
  uint32_t line = static_cast<uint32_t>(next - begins_.begin()) - 1;
  return {line, offset - begins_[line]};
}

CodePlace PlaceIn(std::string_view text, size_t offset) {
  std::string_view before = text.substr(0, std::min(offset, text.size()));
  size_t newline = before.rfind('\n');
  size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
  return {static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')),
          static_cast<uint32_t>(before.size() - line_begin)};
}

}  // namespace astrolabe
