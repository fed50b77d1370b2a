// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/words.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "index/ascii.h"

namespace astrolabe {
namespace {

constexpr uint64_t kMultiplier0 = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio
constexpr uint64_t kMultiplier1 = 0xD6E8FEB86659FD93;  // from the Murmur-style mixers' literature
constexpr size_t kInitialSlots = size_t{1} << 12;      // 32 KB: stays in the first-level cache

uint64_t Load64(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, 8);
  return v;
}

uint64_t FoldedMultiply(uint64_t a, uint64_t b) {
  auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// `low` is the first eight bytes (zero-padded), `high` the last eight of a word longer than that.
uint64_t Finish(uint64_t low, uint64_t high, size_t length) {
  return FoldedMultiply(low ^ kMultiplier0, high ^ (kMultiplier1 + length));
}

uint64_t HashLong(const char* p, size_t length) {
  uint64_t seed = Load64(p);
  for (size_t i = 8; i + 8 < length; i += 8) {
    seed = FoldedMultiply(seed ^ kMultiplier1, Load64(p + i) ^ kMultiplier0);
  }
  return Finish(seed, Load64(p + length - 8), length);
}

// As WordHash, for a word with at least eight readable bytes at `p`: no loop for the short words
// that most are.
uint64_t HashReadable(const char* p, size_t length) {
  if (length > 16) return HashLong(p, length);
  uint64_t low = Load64(p);
  if (length <= 8) {
    low &= ~uint64_t{0} >> (64 - 8 * length);
    return Finish(low, 0, length);
  }
  return Finish(low, Load64(p + length - 8), length);
}

void InsertAsciiParts(std::string_view run, HashSet64& words) {
  size_t start = 0;
  while (start < run.size()) {
    size_t end = start;
    while (end < run.size() && !IsHighByte(run[end])) ++end;
    if (end > start && !IsDigit(run[start])) words.Insert(WordHash(run.substr(start, end - start)));
    start = end + 1;
  }
}

}  // namespace

uint64_t WordHash(std::string_view word) {
  if (word.size() > 8) return HashReadable(word.data(), word.size());
  uint64_t low = 0;
  std::memcpy(&low, word.data(), word.size());
  return Finish(low, 0, word.size());
}

bool IsWord(std::string_view text) {
  if (text.empty() || IsDigit(text[0])) return false;
  for (char c : text) {
    if (!IsWordByte(c)) return false;
  }
  return true;
}

HashSet64::HashSet64() : mask_(kInitialSlots - 1), slots_(kInitialSlots) {}

void HashSet64::Clear() {
  // A table that one huge file blew up is given back: the next small file wants its slots in cache.
  if (slots_.size() > kInitialSlots && values_.size() * 16 < slots_.size()) {
    mask_ = kInitialSlots - 1;
    slots_.assign(kInitialSlots, 0);
    slots_.shrink_to_fit();
  } else {
    std::memset(slots_.data(), 0, slots_.size() * sizeof(uint64_t));
  }
  values_.clear();
}

void HashSet64::Grow() {
  mask_ = mask_ * 2 + 1;
  slots_.assign(mask_ + 1, 0);
  for (uint64_t hash : values_) {
    size_t i = hash & mask_;
    while (slots_[i] != 0) i = (i + 1) & mask_;
    slots_[i] = hash;
  }
}

void CollectWords(std::string_view text, const ByteClasses& classes, HashSet64& words) {
  const uint64_t* bitmap = classes.word();
  const bool high_bytes = classes.has_high_bytes();
  uint64_t carry = 0;  // the last byte of the previous block belongs to a word
  size_t readable = text.size() >= 8 ? text.size() - 8 : 0;
  for (size_t block = 0; block < classes.block_count(); ++block) {
    uint64_t bits = bitmap[block];
    uint64_t starts = bits & ~((bits << 1) | carry);
    carry = bits >> 63;
    while (starts != 0) {
      unsigned bit = static_cast<unsigned>(std::countr_zero(starts));
      starts &= starts - 1;
      size_t start = (block << 6) + bit;
      if (IsDigit(text[start])) continue;
      uint64_t after = ~(bits >> bit);
      size_t length = static_cast<size_t>(std::countr_zero(after));
      if (bit + length >= 64) length = classes.WordEnd((block + 1) << 6) - start;
      std::string_view run = text.substr(start, length);
      uint64_t hash =
          start <= readable && text.size() >= 8 ? HashReadable(run.data(), length) : WordHash(run);
      words.Insert(hash);
      if (high_bytes && std::any_of(run.begin(), run.end(), IsHighByte)) [[unlikely]]
        InsertAsciiParts(run, words);
    }
  }
}

}  // namespace astrolabe
