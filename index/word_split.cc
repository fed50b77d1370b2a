// Cutting names into words by a class per byte: the rules are in the header.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/word_split.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace astrolabe {
namespace {

enum ByteClass : uint8_t { kSeparator, kLower, kUpper, kDigit };

constexpr std::array<ByteClass, 256> MakeClasses() {
  std::array<ByteClass, 256> classes{};
  for (int c = 'a'; c <= 'z'; ++c) classes[c] = kLower;
  for (int c = 'A'; c <= 'Z'; ++c) classes[c] = kUpper;
  for (int c = '0'; c <= '9'; ++c) classes[c] = kDigit;
  for (int c = 0x80; c <= 0xFF; ++c) classes[c] = kLower;
  return classes;
}
constexpr std::array<ByteClass, 256> kClasses = MakeClasses();

ByteClass ClassOf(char c) { return kClasses[static_cast<unsigned char>(c)]; }

}  // namespace

std::string FoldCase(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) c = FoldByte(c);
  return folded;
}

int CompareOnlyFolded(std::string_view a, std::string_view b) {
  size_t common = std::min(a.size(), b.size());
  size_t i = 0;
  // Equal stretches need no folding, and neighbours in a sorted table share long ones.
  for (; i + 8 <= common; i += 8) {
    uint64_t x, y;
    std::memcpy(&x, a.data() + i, 8);
    std::memcpy(&y, b.data() + i, 8);
    if (x == y) continue;
    uint64_t folded_x = __builtin_bswap64(FoldEightBytes(x));
    uint64_t folded_y = __builtin_bswap64(FoldEightBytes(y));
    if (folded_x != folded_y) return folded_x < folded_y ? -1 : 1;
  }
  for (; i < common; ++i) {
    unsigned char x = static_cast<unsigned char>(FoldByte(a[i]));
    unsigned char y = static_cast<unsigned char>(FoldByte(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return 0;
}

int CompareFolded(std::string_view a, std::string_view b) {
  int compared = CompareOnlyFolded(a, b);
  return compared != 0 ? compared : a.compare(b);
}

void SplitWords(std::string_view name, std::vector<WordRange>& words) {
  words.clear();
  uint32_t size = static_cast<uint32_t>(name.size());
  uint32_t begin = 0;
  ByteClass before = kSeparator;
  for (uint32_t i = 0; i < size; ++i) {
    ByteClass now = ClassOf(name[i]);
    if (now != before) {
      bool in_word = before != kSeparator;
      bool ends = now == kSeparator || before == kDigit || (before == kLower && now == kUpper);
      if (in_word && ends) words.push_back({begin, i});
      if (!in_word || ends) begin = i;
      // Upper to lower: the last upper-case letter begins this word, not the run before it.
      if (before == kUpper && now == kLower && i - begin > 1) {
        words.push_back({begin, i - 1});
        begin = i - 1;
      }
    }
    before = now;
  }
  if (before != kSeparator) words.push_back({begin, size});
}

}  // namespace astrolabe
