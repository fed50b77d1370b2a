// Every conversion goes through counts from the start of the text, so a long line costs no more than a short.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/position.h"

namespace astrolabe {

TextPosition PositionOf(const TextBuffer& text, size_t offset, PositionEncoding encoding) {
  const TextCounts before = text.CountsBefore(offset);
  const size_t line_start = text.LineStart(before.line_breaks);
  // Where nothing before is anything but one byte a unit, as in most files, the third way down is saved.
  const size_t units_before_line =
      before.one_unit_each() ? line_start : text.CountsBefore(line_start).Units(encoding);
  return {static_cast<uint32_t>(before.line_breaks),
          static_cast<uint32_t>(before.Units(encoding) - units_before_line)};
}

TextRange RangeOf(const TextBuffer& text, ByteRange range, PositionEncoding encoding) {
  return {PositionOf(text, range.begin, encoding), PositionOf(text, range.end, encoding)};
}

TextOffset OffsetOf(const TextBuffer& text, TextPosition position, PositionEncoding encoding) {
  if (position.line >= text.line_count()) return {text.size(), true};
  const size_t line_start = text.LineStart(position.line);
  const size_t line_end = text.LineEnd(position.line);
  const bool simple = text.counts().one_unit_each();
  const size_t units_before_line =
      simple ? line_start : text.CountsBefore(line_start).Units(encoding);
  const size_t units_of_line =
      (simple ? line_end : text.CountsBefore(line_end).Units(encoding)) - units_before_line;
  if (position.column >= units_of_line) return {line_end, position.column > units_of_line};
  return {text.OffsetOfUnits(units_before_line + position.column, encoding), false};
}

}  // namespace astrolabe
