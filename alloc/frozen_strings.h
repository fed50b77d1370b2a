// An interner's strings as bytes that can be written to a file and used where they are mapped.
//
// Layout, version 1; integers little endian, no alignment required (64 bytes make probes cheapest):
//
//   offset 0   8 bytes   "ASTROSTR"
//          8   uint32    version, 1
//         12   uint32    count of strings
//         16   uint64    bytes of text, at most 2^32 - 1
//         24   uint32    count of buckets, at least 1
//         28   uint32    0
//         32   uint64    checksum: XXH3-64 of everything from offset 64 on, seeded with XXH3-64 of the
//                        first 32 bytes
//         40   24 bytes  0
//         64   buckets   64 bytes each: alloc/tag_bucket.h, slots hold id + 1
//              offsets   (count + 1) uint32: string `id` is text[offset[id], offset[id + 1])
//              text
//
// Nothing follows. Hashes are HashString (alloc/hash.h); changing that or the buckets is a new version.
//
// Versions: 1 (2026-11) first.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alloc/hash.h"

namespace astrolabe {

enum class FrozenCheck {
  kHeaderOnly,  // constant time; for bytes whose container has checked them
  kChecksum,    // reads everything once
};

// A view of frozen strings. Owns nothing; copyable; any number of threads. With any bytes whatsoever
// its members stay inside them and return; only a passed checksum makes the answers right.
class FrozenStrings {
 public:
  FrozenStrings() = default;  // no strings

  // `bytes` must outlive the result. DataLoss, saying what is wrong, for what is no frozen form: bad
  // magic, sizes that don't add up, checksum; FailedPrecondition for another version.
  static absl::StatusOr<FrozenStrings> FromBytes(std::string_view bytes,
                                                 FrozenCheck check = FrozenCheck::kChecksum);

  uint32_t size() const { return count_; }
  // Empty for an id that is not below size().
  std::string_view Get(uint32_t id) const;
  std::optional<uint32_t> Find(std::string_view text) const { return Find(text, HashString(text)); }
  // `hash` must be HashString(text).
  std::optional<uint32_t> Find(std::string_view text, uint64_t hash) const;

 private:
  uint32_t count_ = 0;
  uint32_t num_buckets_ = 0;
  uint32_t text_bytes_ = 0;
  const char* buckets_ = nullptr;
  const char* offsets_ = nullptr;
  const char* text_ = nullptr;
};

// The frozen form of the distinct strings get(0) … get(count - 1), which are each asked for several
// times. ResourceExhausted if they have 4 GiB of text or more, or if count is 2^32 - 1.
absl::StatusOr<std::string> FreezeStrings(uint32_t count,
                                          const std::function<std::string_view(uint32_t)>& get);

}  // namespace astrolabe
