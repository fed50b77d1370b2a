// The model that TextBuffer is held against: a std::string, and every question answered by walking it from
// the start, one character at a time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/code_units.h"
#include "base/text/position.h"
#include "base/text/text_buffer.h"

namespace astrolabe {

// A character or a line break of the model.
struct ModelStep {
  size_t begin = 0;
  size_t end = 0;
  bool is_line_break = false;
};

inline std::vector<ModelStep> ModelSteps(std::string_view text) {
  std::vector<ModelStep> steps;
  const auto byte = [&](size_t at) -> unsigned {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
  };
  for (size_t at = 0; at < text.size();) {
    size_t length = 1;
    const unsigned lead = byte(at);
    // By decoding and judging the value: another way than the one under test.
    const size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (wanted > 1 && lead < 0xF8) {
      unsigned value = lead & (0x7F >> wanted);
      bool continued = true;
      for (size_t i = 1; i < wanted; ++i) {
        continued = continued && (byte(at + i) & 0xC0) == 0x80;
        value = value << 6 | (byte(at + i) & 0x3F);
      }
      const unsigned least = wanted == 4 ? 0x10000 : wanted == 3 ? 0x800 : 0x80;
      const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
      if (continued && value >= least && value <= 0x10FFFF && !surrogate) length = wanted;
    }
    const bool is_line_break = lead == '\n' || lead == '\r';
    if (lead == '\r' && byte(at + 1) == '\n') length = 2;
    steps.push_back({at, at + length, is_line_break});
    at += length;
  }
  return steps;
}

inline size_t ModelUnits(const ModelStep& step, PositionEncoding encoding) {
  const size_t bytes = step.end - step.begin;
  if (step.is_line_break || encoding == PositionEncoding::kUtf8) return bytes;
  return encoding == PositionEncoding::kUtf16 && bytes == 4 ? 2 : 1;
}

inline TextPosition ModelPositionOf(std::string_view text, size_t offset,
                                    PositionEncoding encoding) {
  TextPosition position;
  for (const ModelStep& step : ModelSteps(text)) {
    if (step.end > offset) break;
    if (step.is_line_break) {
      ++position.line;
      position.column = 0;
    } else {
      position.column += static_cast<uint32_t>(ModelUnits(step, encoding));
    }
  }
  return position;
}

inline TextOffset ModelOffsetOf(std::string_view text, TextPosition position,
                                PositionEncoding encoding) {
  uint32_t line = 0;
  uint32_t column = 0;
  for (const ModelStep& step : ModelSteps(text)) {
    if (line == position.line) {
      if (step.is_line_break) return {step.begin, position.column > column};
      const auto units = static_cast<uint32_t>(ModelUnits(step, encoding));
      if (column + units > position.column) return {step.begin, false};
      column += units;
    } else if (step.is_line_break) {
      ++line;
    }
  }
  return {text.size(), line < position.line || column < position.column};
}

}  // namespace astrolabe
