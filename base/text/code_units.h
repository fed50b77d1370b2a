// Counting text in the code units of an encoding: what editors call a column.
//
// Text is bytes, UTF-8 as a rule and anything by accident. The rule for the accident: a byte that is no part
// of a well-formed UTF-8 sequence (Unicode 15, table 3-7: nothing overlong, no surrogates, up to U+10FFFF) is
// a character of its own, of one code unit in every encoding. So every text has a length and nothing is ever
// replaced. It also follows that a character never begins earlier than three bytes before any of its bytes,
// which is why a text can be cut almost anywhere and counted in parts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace astrolabe {

// The encoding in whose code units the other side counts columns.
enum class PositionEncoding : uint8_t { kUtf8, kUtf16, kUtf32 };

// "utf-8", "utf-16" or "utf-32".
std::string_view PositionEncodingName(PositionEncoding encoding);

// Bytes of the character at the start of `text`, 1 to 4; `text` is not empty.
size_t CharacterBytes(std::string_view text);

// What a text amounts to. Sums of parts are those of the whole if no part ends inside a character or
// between CR and LF.
struct TextCounts {
  size_t bytes = 0;
  size_t utf16_units = 0;
  size_t characters = 0;  // UTF-32 code units
  size_t line_breaks = 0;

  size_t Units(PositionEncoding encoding) const {
    switch (encoding) {
      case PositionEncoding::kUtf8:
        return bytes;
      case PositionEncoding::kUtf16:
        return utf16_units;
      case PositionEncoding::kUtf32:
        return characters;
    }
    return bytes;
  }
  bool one_unit_each() const { return characters == bytes; }

  friend TextCounts operator+(const TextCounts& a, const TextCounts& b) {
    return {a.bytes + b.bytes, a.utf16_units + b.utf16_units, a.characters + b.characters,
            a.line_breaks + b.line_breaks};
  }
  friend bool operator==(const TextCounts&, const TextCounts&) = default;
};

// Line breaks are LF, CR LF and CR, as LSP has it.
TextCounts CountText(std::string_view text);

// Code units of `text`.
size_t CountUnits(std::string_view text, PositionEncoding encoding);

// The byte in `text` at which `units` code units are over: the start of the character if that is inside
// one, `text.size()` if the text has no more than that.
size_t BytesOfUnits(std::string_view text, size_t units, PositionEncoding encoding);

// Whether text may be cut before `offset` so that its parts are counted as the whole: not inside a character
// and not between CR and LF.
bool IsBoundary(std::string_view text, size_t offset);

// The last boundary at or before `offset`, which is at most `text.size()`.
size_t BoundaryBefore(std::string_view text, size_t offset);
// The first boundary at or behind `offset`.
size_t BoundaryAfter(std::string_view text, size_t offset);

}  // namespace astrolabe
