// Variable-length integers as index/FORMAT.md defines them: LEB128, and zigzag for differences.
//
// The decoder takes the end of the readable bytes and never passes it, since what it reads may be
// damaged. Almost all values in a segment fit one byte, so that case comes first and inline.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>

namespace astrolabe {

inline constexpr int kMaxVarint32Bytes = 5;
inline constexpr int kMaxVarint64Bytes = 10;

// Writes to `out`, which has room for kMaxVarint64Bytes, and returns the end of what was written.
inline uint8_t* EncodeVarint(uint64_t value, uint8_t* out) {
  while (value >= 0x80) {
    *out++ = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<uint8_t>(value);
  return out;
}

inline void AppendVarint(std::string& out, uint64_t value) {
  uint8_t buffer[kMaxVarint64Bytes];
  out.append(reinterpret_cast<const char*>(buffer), EncodeVarint(value, buffer) - buffer);
}

// Reads one value from [p, end). Returns the byte after it, or nullptr if the bytes end first or
// the value has more than 64 bits.
inline const uint8_t* DecodeVarint64(const uint8_t* p, const uint8_t* end, uint64_t* value) {
  uint64_t result = 0;
  for (int shift = 0; shift < 64 && p < end; shift += 7) {
    uint64_t byte = *p++;
    result |= (byte & 0x7F) << shift;
    if (byte < 0x80) {
      *value = result;
      return p;
    }
  }
  return nullptr;
}

// The same for 32 bits; bits beyond them are an error.
inline const uint8_t* DecodeVarint32(const uint8_t* p, const uint8_t* end, uint32_t* value) {
  if (p < end && *p < 0x80) {
    *value = *p;
    return p + 1;
  }
  uint64_t wide = 0;
  p = DecodeVarint64(p, end, &wide);
  if (p == nullptr || wide > UINT32_MAX) return nullptr;
  *value = static_cast<uint32_t>(wide);
  return p;
}

// Maps a difference modulo 2^32 to a small number if it is near zero on either side, and back.
inline uint32_t ZigZag(uint32_t difference) {
  return (difference << 1) ^ (0u - (difference >> 31));
}
inline uint32_t UnZigZag(uint32_t value) { return (value >> 1) ^ (0u - (value & 1)); }

}  // namespace astrolabe
