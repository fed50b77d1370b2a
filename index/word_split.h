// How a symbol's name is cut into words, so that "fle" written in the middle of "readFile_v2" is
// found by its word start.
//
// Builders and queries must cut alike: this is the one place that knows how, and it is part of the
// index format. Rules, in ASCII, bytes above 0x7F counting as lower-case letters:
// - anything that is neither letter nor digit separates words and belongs to none;
// - an upper-case letter after a lower-case one begins a word: fileName -> file, name;
// - of a run of upper-case letters before a lower-case one, the last begins a word:
//   HTTPServer -> http, server;
// - a digit belongs to the letters before it, and a letter after a digit begins a word:
//   utf8_to_utf16le -> utf8, to, utf16, le; i2c and I2C -> i2, c.
// Words come lower-cased. A word that occurs twice in a name is reported twice.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {

// Half-open range of byte offsets of one word inside a name.
struct WordRange {
  uint32_t begin = 0;
  uint32_t end = 0;

  friend bool operator==(const WordRange&, const WordRange&) = default;
};

// ASCII lower case; other bytes unchanged.
inline char FoldByte(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
// The same for eight bytes at once.
inline uint64_t FoldEightBytes(uint64_t bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  uint64_t low = bytes & (0x7F * kOnes);
  uint64_t above_z = low + (0x7F - 'Z') * kOnes;
  uint64_t from_a = low + (0x80 - 'A') * kOnes;
  uint64_t upper = ~bytes & (from_a ^ above_z) & (0x80 * kOnes);
  return bytes | upper >> 2;
}
std::string FoldCase(std::string_view text);

// Orders by folded bytes. Negative, zero or positive.
int CompareOnlyFolded(std::string_view a, std::string_view b);
// Orders names as segments do: by folded bytes, then by the bytes themselves. Negative, zero or
// positive.
int CompareFolded(std::string_view a, std::string_view b);

// Replaces `words` by the words of `name`, in order.
void SplitWords(std::string_view name, std::vector<WordRange>& words);

}  // namespace astrolabe
