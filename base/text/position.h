// Lines and columns, as editors speak of them, against offsets in bytes, as everything below them does.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/text/code_units.h"
#include "base/text/text_buffer.h"

namespace astrolabe {

// Both from 0. The column counts code units of an encoding that goes without saying where it stands.
struct TextPosition {
  uint32_t line = 0;
  uint32_t column = 0;

  friend auto operator<=>(const TextPosition&, const TextPosition&) = default;
};

// Without its end.
struct TextRange {
  TextPosition begin;
  TextPosition end;

  friend bool operator==(const TextRange&, const TextRange&) = default;
};

// Bytes, without the end.
struct ByteRange {
  size_t begin = 0;
  size_t end = 0;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// Where `offset` is. Beyond the end: the end. Inside a character, or between CR and LF: before that.
TextPosition PositionOf(const TextBuffer& text, size_t offset, PositionEncoding encoding);
TextRange RangeOf(const TextBuffer& text, ByteRange range, PositionEncoding encoding);

struct TextOffset {
  size_t offset = 0;     // bytes
  bool outside = false;  // the text has no such line, or the line no such column
};

// The byte at `position`. A column beyond the line's end is the end of the line, before its line break; a line
// beyond the last is the end of the text; inside a character (of four bytes: between its two UTF-16 code
// units) is the character's start. O(log size).
TextOffset OffsetOf(const TextBuffer& text, TextPosition position, PositionEncoding encoding);

}  // namespace astrolabe
