// Split-block Bloom filters: "can this file mention this name at all?" for one cache line of
// memory.
//
// A filter is an array of 512-bit blocks. A key sets eight bits, all in one block, one in each of
// its eight 64-bit lanes, so a probe touches one cache line and is two AVX2 vectors wide. The price
// is variance: blocks fill unevenly, so the classic formula promises too much.
// BloomFalsePositiveRate averages over the Poisson distribution of keys per block instead, and
// sizes are computed from it.
//
// The scheme is that of Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom
// Filters" (2007), with one bit per lane as in Parquet's split-block filters; lane width and salts
// are ours.
//
// A key is a uint64_t that is already a good hash of the name (alloc/hash.h). Bit i of a probe is
// bit `i * 64 + bit[i]` of the block; a block's bytes are its eight lanes, each little endian.
// Which bits a key sets is part of the on-disk format: never change it without a new format
// version.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace astrolabe {

static_assert(std::endian::native == std::endian::little,
              "filters are stored as they lie in memory");

inline constexpr size_t kBloomBlockBytes = 64;

// Odd, so that multiplication permutes the 32-bit words; the top bits of the product then depend on
// every bit of the key. Random; tests/alloc checks the resulting false-positive rate against
// theory.
inline constexpr std::array<uint32_t, 8> kBloomSalts = {
    0x59ec8713u, 0xe7949b81u, 0x37a788d1u, 0xde1b1471u,
    0xa930d55du, 0xe339d309u, 0x990d3cd9u, 0xb0cdf20bu,
};

// Where one key lives. Exposed because the index stores many filters transposed, and so reads the
// same eight bits of many filters without having any of them as an object.
struct BloomProbe {
  uint32_t block;              // in [0, num_blocks)
  std::array<uint8_t, 8> bit;  // bit[i] in [0, 64): position inside lane i
};

// The block a key lives in. `num_blocks` is at least 1 and need not be a power of two.
inline uint32_t BloomBlockOf(uint64_t hash, uint32_t num_blocks) {
  return static_cast<uint32_t>(((hash >> 32) * num_blocks) >> 32);
}

inline BloomProbe ProbeFor(uint64_t hash, uint32_t num_blocks) {
  BloomProbe probe;
  probe.block = BloomBlockOf(hash, num_blocks);
  for (size_t i = 0; i < 8; ++i) {
    probe.bit[i] = static_cast<uint8_t>((static_cast<uint32_t>(hash) * kBloomSalts[i]) >> 26);
  }
  return probe;
}

// The expected share of absent keys that a filter of `num_blocks` >= 1 blocks holding `keys`
// distinct keys answers with "maybe": in [0, 1].
double BloomFalsePositiveRate(size_t keys, uint32_t num_blocks);

// The smallest number of blocks, at least 1, that keeps BloomFalsePositiveRate at or under
// `false_positive_rate`, which is clamped to [1e-9, 0.999]. Cheap enough to call for every file:
// the last rate's answer is remembered per thread.
uint32_t BloomBlocksFor(size_t keys, double false_positive_rate);

// A filter in somebody else's bytes, for instance in a mapped segment. Any alignment. Does not own
// the bytes; copyable; safe from any number of threads while nobody writes the bytes.
class BloomFilterView {
 public:
  // `bytes` must pass Check, and must outlive the view.
  explicit BloomFilterView(std::string_view bytes)
      : bytes_(bytes.data()), num_blocks_(static_cast<uint32_t>(bytes.size() / kBloomBlockBytes)) {}

  // InvalidArgument unless the bytes can be a filter: a whole number of blocks, 1 to 2^32 - 1.
  // Which bits are set can't be wrong in a way that is unsafe; whoever stores a filter checksums
  // it.
  static absl::Status Check(std::string_view bytes);

  uint32_t num_blocks() const { return num_blocks_; }
  // False only if `hash` was never added.
  bool MightContain(uint64_t hash) const;

 private:
  const char* bytes_;
  uint32_t num_blocks_;
};

// A filter being built or held in memory. Const members from any number of threads, the others from
// one thread at a time with nobody reading.
class BloomFilter {
 public:
  // Empty, with `num_blocks` >= 1 blocks (see BloomBlocksFor) of kBloomBlockBytes each.
  explicit BloomFilter(uint32_t num_blocks);

  // A copy of bytes() of another filter. InvalidArgument if they can't be a filter.
  static absl::StatusOr<BloomFilter> FromBytes(std::string_view bytes);

  uint32_t num_blocks() const { return static_cast<uint32_t>(blocks_.size()); }
  void Add(uint64_t hash);
  bool MightContain(uint64_t hash) const { return view().MightContain(hash); }

  // Afterwards this filter contains what either did. InvalidArgument, and no change, unless both
  // have the same number of blocks.
  absl::Status Merge(const BloomFilter& other);

  // The serialised form; valid until this filter changes or goes.
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(blocks_.data()), blocks_.size() * kBloomBlockBytes};
  }
  BloomFilterView view() const { return BloomFilterView(bytes()); }

 private:
  struct alignas(kBloomBlockBytes) Block {
    std::array<uint64_t, 8> lane{};
  };

  std::vector<Block> blocks_;  // never empty
};

// The two ways to test one block, so that a test can hold them against each other. `block` points
// to kBloomBlockBytes readable bytes of any alignment.
namespace bloom_internal {
bool ProbeBlockScalar(const char* block, uint64_t hash);
// True if this processor can run ProbeBlockAvx2.
bool HasAvx2();
bool ProbeBlockAvx2(const char* block, uint64_t hash);
}  // namespace bloom_internal

}  // namespace astrolabe
