// Places of a text to bytes and back.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/live/answers.h"

namespace astrolabe {

// Where the lines of a text begin. Holds no text; any thread while nobody assigns.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text = {});

  // Lines, at least one; the offset of the first byte of a line < size().
  size_t size() const { return begins_.size(); }
  uint32_t operator[](size_t line) const { return begins_[line]; }

  // Clamped to the end of its line, ahead of the newline, or of the text.
  uint32_t OffsetOf(CodePlace place) const;
  CodePlace PlaceOf(uint32_t offset) const;

 private:
  std::vector<uint32_t> begins_;
  uint32_t text_size_;
};

// One place of a text that nobody asks about again.
CodePlace PlaceIn(std::string_view text, size_t offset);

}  // namespace astrolabe
