// One 64-bit hash of a name, for the interner, for bloom filters and for frozen tables alike.
//
// The tier-0 scanner hashes every identifier it meets, so the hash is inline and branches only on
// length: names of 4 to 60 bytes cost two to five 64x64->128 bit multiplications. The mixing step
// (multiply, then fold the high half onto the low one) is the one of wyhash and of absl's hash.
//
// Stored in segments: the result for given bytes never changes without a new format version, and
// does not depend on the process. Not for keys that an attacker gains by colliding: the seeds are
// fixed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace astrolabe {

static_assert(std::endian::native == std::endian::little,
              "hashes are stored; words are read as is");

namespace hash_internal {

// Random odd constants with 32 bits set each.
inline constexpr uint64_t kSeed0 = 0x2a095ee82bb29977;
inline constexpr uint64_t kSeed1 = 0x260df25453fe2e85;
inline constexpr uint64_t kSeed2 = 0x35c719c2add9ca89;

inline uint64_t Fold(uint64_t a, uint64_t b) {
  __extension__ typedef unsigned __int128 Wide;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t Load64(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

inline uint64_t Load32(const char* p) {
  uint32_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

}  // namespace hash_internal

inline uint64_t HashString(std::string_view text) {
  using namespace hash_internal;
  const char* p = text.data();
  const size_t n = text.size();
  uint64_t state = kSeed0;
  uint64_t first = 0;
  uint64_t last = 0;
  if (n <= 16) {
    // Two words that may overlap cover the string; the length tells apart what they leave equal.
    if (n >= 8) {
      first = Load64(p);
      last = Load64(p + n - 8);
    } else if (n >= 4) {
      first = Load32(p);
      last = Load32(p + n - 4);
    } else if (n > 0) {
      first = static_cast<unsigned char>(p[0]) |
              static_cast<uint64_t>(static_cast<unsigned char>(p[n / 2])) << 8 |
              static_cast<uint64_t>(static_cast<unsigned char>(p[n - 1])) << 16;
    }
  } else {
    size_t left = n;
    for (; left > 16; left -= 16, p += 16) {
      state = Fold(Load64(p) ^ kSeed1, Load64(p + 8) ^ state);
    }
    first = Load64(p + left - 16);
    last = Load64(p + left - 8);
  }
  return Fold(kSeed2 ^ n, Fold(first ^ kSeed1, last ^ state));
}

}  // namespace astrolabe
