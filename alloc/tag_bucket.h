// The hash bucket that the interner and its frozen form share: one cache line, twelve ids.
//
//   word 0   tags of slots 0..7, one byte each, 0 for an empty slot
//   word 1   tags of slots 8..11; bits 32..63: not 0 if a string that belongs here went further
//   then     twelve uint32_t ids
//
// A lookup compares all twelve tags at once and looks at an id only where the tag fits, so an absent
// string costs one line, and a present one this line and its text. A full bucket overflows into the
// next (the last one into the first), and sets its mark for lookups to follow. That is 5.33 bytes per
// slot with 8 bits of the hash, against 8 for slots of an id and 32 hash bits, and no worse in
// practice: with 8 bits one lookup in about 25 compares a text that is not the one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace astrolabe::tag_bucket {

inline constexpr size_t kSlots = 12;
inline constexpr size_t kBytes = 64;
inline constexpr uint64_t kOverflow = uint64_t{1} << 32;  // in word 1

// Bits 0..7: never 0, which marks the empty slot.
inline uint8_t TagOf(uint64_t hash) {
  const uint8_t tag = static_cast<uint8_t>(hash);
  return tag == 0 ? uint8_t{0x80} : tag;
}

// Bits 26..57; bits 58..63 choose the interner's shard. `num_buckets` >= 1.
inline uint32_t BucketOf(uint64_t hash, uint32_t num_buckets) {
  return static_cast<uint32_t>((uint64_t{static_cast<uint32_t>(hash >> 26)} * num_buckets) >> 32);
}

// The slots, one bit each from bit 0, whose tag is `tag`; with 0 the empty ones.
inline uint32_t Match(uint64_t word0, uint64_t word1, uint8_t tag) {
#if defined(__SSE2__)
  const __m128i tags = _mm_set_epi64x(static_cast<long long>(word1), static_cast<long long>(word0));
  const __m128i equal = _mm_cmpeq_epi8(tags, _mm_set1_epi8(static_cast<char>(tag)));
  return static_cast<uint32_t>(_mm_movemask_epi8(equal)) & ((1u << kSlots) - 1);
#else
  uint32_t matches = 0;
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const uint64_t word = slot < 8 ? word0 : word1;
    if (static_cast<uint8_t>(word >> (slot % 8 * 8)) == tag) matches |= 1u << slot;
  }
  return matches;
#endif
}

}  // namespace astrolabe::tag_bucket
