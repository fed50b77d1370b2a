// Sources are ASCII but for comments and names of people, so everything here first asks whether a stretch
// is, by eight bytes at a time or in a loop that the compiler turns into SIMD, and decodes only the rest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/code_units.h"

#include <algorithm>
#include <cstring>

namespace astrolabe {
namespace {

unsigned char ByteAt(std::string_view text, size_t at) {
  return static_cast<unsigned char>(text[at]);
}

bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// Bytes of ASCII at the start, in steps of eight: may stop up to seven early.
size_t AsciiPrefix(std::string_view text) {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080808080808080) != 0) break;
  }
  return at;
}

// UTF-16 code units of a character by its length in bytes.
size_t Utf16Units(size_t character_bytes) { return character_bytes == 4 ? 2 : 1; }

bool IsAscii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

}  // namespace

std::string_view PositionEncodingName(PositionEncoding encoding) {
  switch (encoding) {
    case PositionEncoding::kUtf8:
      return "utf-8";
    case PositionEncoding::kUtf16:
      return "utf-16";
    case PositionEncoding::kUtf32:
      return "utf-32";
  }
  return "utf-16";
}

size_t CharacterBytes(std::string_view text) {
  const unsigned char lead = ByteAt(text, 0);
  if (lead < 0xC2 || lead > 0xF4) return 1;
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 1;
  // The second byte's range is where overlong forms, surrogates and what is beyond U+10FFFF fail.
  const unsigned char second = ByteAt(text, 1);
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 1;
  for (size_t i = 2; i < length; ++i) {
    if (!IsContinuation(ByteAt(text, i))) return 1;
  }
  return length;
}

TextCounts CountText(std::string_view text) {
  TextCounts counts;
  counts.bytes = text.size();
  size_t line_feeds = 0;
  size_t returns = 0;
  unsigned char all = 0;
  // In blocks, since sums that fit into a byte let the compiler count a whole vector in one step.
  for (size_t at = 0; at < text.size(); at += 128) {
    unsigned char block_line_feeds = 0;
    unsigned char block_returns = 0;
    for (const char c : text.substr(at, 128)) {
      block_line_feeds += c == '\n';
      block_returns += c == '\r';
      all |= static_cast<unsigned char>(c);
    }
    line_feeds += block_line_feeds;
    returns += block_returns;
  }
  counts.line_breaks = line_feeds + returns;
  if (returns != 0) {
    for (size_t i = 0; i + 1 < text.size(); ++i) {
      counts.line_breaks -= text[i] == '\r' && text[i + 1] == '\n';
    }
  }
  if (all < 0x80) {
    counts.utf16_units = counts.characters = text.size();
    return counts;
  }
  while (!text.empty()) {
    const size_t ascii = AsciiPrefix(text);
    counts.utf16_units += ascii;
    counts.characters += ascii;
    text.remove_prefix(ascii);
    // Up to the next stretch of eight that may be ASCII.
    for (size_t i = 0; i < 8 && !text.empty(); ++i) {
      const size_t bytes = CharacterBytes(text);
      counts.utf16_units += Utf16Units(bytes);
      counts.characters += 1;
      text.remove_prefix(bytes);
    }
  }
  return counts;
}

size_t CountUnits(std::string_view text, PositionEncoding encoding) {
  if (encoding == PositionEncoding::kUtf8 || IsAscii(text)) return text.size();
  size_t units = 0;
  while (!text.empty()) {
    const size_t bytes = CharacterBytes(text);
    units += encoding == PositionEncoding::kUtf16 ? Utf16Units(bytes) : 1;
    text.remove_prefix(bytes);
  }
  return units;
}

size_t BytesOfUnits(std::string_view text, size_t units, PositionEncoding encoding) {
  size_t at = 0;
  while (at < text.size()) {
    if (units >= 8) {
      const size_t ascii = AsciiPrefix(text.substr(at, units));
      at += ascii;
      units -= ascii;
      if (at == text.size()) break;
    }
    const size_t bytes = CharacterBytes(text.substr(at));
    const size_t width = encoding == PositionEncoding::kUtf8    ? bytes
                         : encoding == PositionEncoding::kUtf16 ? Utf16Units(bytes)
                                                                : 1;
    if (width > units) break;
    at += bytes;
    units -= width;
  }
  return at;
}

bool IsBoundary(std::string_view text, size_t offset) {
  if (offset == 0 || offset >= text.size()) return true;
  const unsigned char next = ByteAt(text, offset);
  if (next == '\n') return text[offset - 1] != '\r';
  if (!IsContinuation(next)) return true;
  // A character has at most three continuation bytes: the only byte that can lead one across `offset` is
  // the nearest before it that is none.
  for (size_t back = 1; back <= 3 && back <= offset; ++back) {
    const size_t lead = offset - back;
    if (!IsContinuation(ByteAt(text, lead))) return CharacterBytes(text.substr(lead)) <= back;
  }
  return true;
}

size_t BoundaryBefore(std::string_view text, size_t offset) {
  while (!IsBoundary(text, offset)) --offset;
  return offset;
}

size_t BoundaryAfter(std::string_view text, size_t offset) {
  while (!IsBoundary(text, offset)) ++offset;
  return offset;
}

}  // namespace astrolabe
