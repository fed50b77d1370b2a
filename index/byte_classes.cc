// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/byte_classes.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace astrolabe {
namespace {

// Class bits of the nibble tables: a byte has a class when the entry of its low nibble and the
// entry of its high nibble share that bit. Word bytes need four bits because their rows of the
// ASCII table differ.
constexpr uint8_t kWordBits = 0x0F;     // 1: digits; 2: rows 4 and 6; 4: row 5; 8: row 7
constexpr uint8_t kSpecialBits = 0x30;  // 0x10: row 2 ( " # ' / ); 0x20: row 7 ( { } )
constexpr uint8_t kNewlineBit = 0x40;   // row 0, column A

constexpr std::array<uint8_t, 16> MakeLowTable() {
  std::array<uint8_t, 16> t{};
  for (unsigned lo = 0; lo < 16; ++lo) {
    if (lo <= 9) t[lo] |= 1;
    if (lo >= 1) t[lo] |= 2;
    if (lo <= 0xA || lo == 0xF) t[lo] |= 4;
    if (lo <= 0xA) t[lo] |= 8;
    if (lo == 0x2 || lo == 0x3 || lo == 0x7 || lo == 0xF) t[lo] |= 0x10;
    if (lo == 0xB || lo == 0xD) t[lo] |= 0x20;
    if (lo == 0xA) t[lo] |= 0x40;
  }
  return t;
}

constexpr std::array<uint8_t, 16> MakeHighTable() {
  std::array<uint8_t, 16> t{};
  t[0x0] = kNewlineBit;
  t[0x2] = 0x10;
  t[0x3] = 1;
  t[0x4] = 2;
  t[0x5] = 4;
  t[0x6] = 2;
  t[0x7] = 8 | 0x20;
  return t;
}

alignas(16) constexpr std::array<uint8_t, 16> kLowTable = MakeLowTable();
alignas(16) constexpr std::array<uint8_t, 16> kHighTable = MakeHighTable();

struct Masks {
  uint64_t word = 0;
  uint64_t newline = 0;
  uint64_t special = 0;
  uint64_t high = 0;
};

Masks ClassifyBlockScalar(const char* p) {
  Masks m;
  for (unsigned i = 0; i < 64; ++i) {
    uint8_t c = static_cast<uint8_t>(p[i]);
    uint64_t bit = uint64_t{1} << i;
    if (c >= 0x80) {
      m.word |= bit;
      m.high |= bit;
      continue;
    }
    uint8_t classes = kLowTable[c & 15] & kHighTable[c >> 4];
    if (classes & kWordBits) m.word |= bit;
    if (classes & kSpecialBits) m.special |= bit;
    if (classes & kNewlineBit) m.newline |= bit;
  }
  return m;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) inline Masks ClassifyBlockAvx2(const char* p) {
  const __m256i low_table = _mm256_broadcastsi128_si256(
      _mm_load_si128(reinterpret_cast<const __m128i*>(kLowTable.data())));
  const __m256i high_table = _mm256_broadcastsi128_si256(
      _mm_load_si128(reinterpret_cast<const __m128i*>(kHighTable.data())));
  const __m256i nibble = _mm256_set1_epi8(0x0F);
  const __m256i zero = _mm256_setzero_si256();
  uint64_t word = 0, newline = 0, special = 0, high_bytes = 0;
  for (int half = 0; half < 2; ++half) {
    __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32 * half));
    __m256i low = _mm256_shuffle_epi8(low_table, _mm256_and_si256(bytes, nibble));
    __m256i high =
        _mm256_shuffle_epi8(high_table, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
    // Rows 8 to F of the high table are empty, so bytes above 0x7F have no class here and join by
    // sign.
    __m256i classes = _mm256_and_si256(low, high);
    uint32_t not_word = static_cast<uint32_t>(_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_and_si256(classes, _mm256_set1_epi8(kWordBits)), zero)));
    uint32_t not_special = static_cast<uint32_t>(_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_and_si256(classes, _mm256_set1_epi8(kSpecialBits)), zero)));
    uint32_t is_newline =
        static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_slli_epi16(classes, 1)));
    uint32_t sign_bits = static_cast<uint32_t>(_mm256_movemask_epi8(bytes));
    int shift = 32 * half;
    word |= static_cast<uint64_t>(~not_word | sign_bits) << shift;
    special |= static_cast<uint64_t>(static_cast<uint32_t>(~not_special)) << shift;
    newline |= static_cast<uint64_t>(is_newline) << shift;
    high_bytes |= static_cast<uint64_t>(sign_bits) << shift;
  }
  return {word, newline, special, high_bytes};
}

__attribute__((target("avx2"))) uint64_t ClassifyAllAvx2(std::string_view text, uint64_t* word,
                                                         uint64_t* newline, uint64_t* special) {
  size_t whole = text.size() / 64;
  uint64_t high = 0;
  for (size_t b = 0; b < whole; ++b) {
    Masks m = ClassifyBlockAvx2(text.data() + 64 * b);
    word[b] = m.word;
    newline[b] = m.newline;
    special[b] = m.special;
    high |= m.high;
  }
  return high;
}
#endif

uint64_t ClassifyAllScalar(std::string_view text, uint64_t* word, uint64_t* newline,
                           uint64_t* special) {
  size_t whole = text.size() / 64;
  uint64_t high = 0;
  for (size_t b = 0; b < whole; ++b) {
    Masks m = ClassifyBlockScalar(text.data() + 64 * b);
    word[b] = m.word;
    newline[b] = m.newline;
    special[b] = m.special;
    high |= m.high;
  }
  return high;
}

// All three return the bytes above 0x7F they saw, as an or over blocks.
// The last, partial block is classified in a copy padded with zero bytes, which have no class.
uint64_t ClassifyTail(std::string_view text, uint64_t* word, uint64_t* newline, uint64_t* special) {
  size_t whole = text.size() / 64;
  size_t rest = text.size() % 64;
  if (rest == 0) return 0;
  char padded[64] = {};
  std::memcpy(padded, text.data() + 64 * whole, rest);
  Masks m = ClassifyBlockScalar(padded);
  word[whole] = m.word;
  newline[whole] = m.newline;
  special[whole] = m.special;
  return m.high;
}

bool HasAvx2() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx2");
  return has;
#else
  return false;
#endif
}

}  // namespace

void ByteClasses::Prepare(size_t size) {
  size_ = size;
  blocks_ = (size + 63) / 64;
  if (word_.size() < blocks_) {
    word_.resize(blocks_);
    newline_.resize(blocks_);
    special_.resize(blocks_);
  }
}

void ByteClasses::Classify(std::string_view text) {
#if defined(__x86_64__)
  if (HasAvx2()) {
    Prepare(text.size());
    uint64_t high = ClassifyAllAvx2(text, word_.data(), newline_.data(), special_.data());
    high |= ClassifyTail(text, word_.data(), newline_.data(), special_.data());
    has_high_bytes_ = high != 0;
    return;
  }
#endif
  ClassifyScalar(text);
}

void ByteClasses::ClassifyScalar(std::string_view text) {
  Prepare(text.size());
  uint64_t high = ClassifyAllScalar(text, word_.data(), newline_.data(), special_.data());
  high |= ClassifyTail(text, word_.data(), newline_.data(), special_.data());
  has_high_bytes_ = high != 0;
}

void LineMap::Build(const ByteClasses& classes) {
  classes_ = &classes;
  size_t blocks = classes.block_count();
  const uint64_t* newline = classes.newline();
  ranks_.clear();
  uint32_t count = 0;
  for (size_t b = 0; b < blocks; ++b) {
    if (b % kBlocksPerRank == 0) ranks_.push_back(count);
    count += static_cast<uint32_t>(std::popcount(newline[b]));
  }
  size_t size = classes.size();
  bool ends_with_newline = size > 0 && ((newline[(size - 1) >> 6] >> ((size - 1) & 63)) & 1);
  line_count_ = count + (size > 0 && !ends_with_newline ? 1 : 0);
  ranks_.push_back(count);  // so that Line(size()) of a text that fills its last rank is in range
}

uint32_t LineMap::Line(size_t offset) const {
  const uint64_t* newline = classes_->newline();
  size_t block = offset >> 6;
  size_t rank = block / kBlocksPerRank;
  if (block >= classes_->block_count()) return ranks_.back();
  uint32_t line = ranks_[rank];
  for (size_t b = rank * kBlocksPerRank; b < block; ++b) {
    line += static_cast<uint32_t>(std::popcount(newline[b]));
  }
  uint64_t before = (uint64_t{1} << (offset & 63)) - 1;
  return line + static_cast<uint32_t>(std::popcount(newline[block] & before));
}

uint32_t LineMap::Column(size_t offset) const {
  if (offset == 0) return 0;
  const uint64_t* newline = classes_->newline();
  size_t last = offset - 1;
  size_t block = last >> 6;
  uint64_t bits = newline[block] & (~uint64_t{0} >> (63 - (last & 63)));
  while (bits == 0) {
    if (block == 0) return static_cast<uint32_t>(offset);
    bits = newline[--block];
  }
  size_t line_start = (block << 6) + static_cast<size_t>(63 - std::countl_zero(bits)) + 1;
  return static_cast<uint32_t>(offset - line_start);
}

}  // namespace astrolabe
