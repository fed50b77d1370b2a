// Split-block Bloom filters: sizing from the Poisson formula, and the two probes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/bloom_filter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace astrolabe {
namespace {

constexpr double kLaneBits = 64;
constexpr uint32_t kMaxBlocks = std::numeric_limits<uint32_t>::max();

// A block with j keys has a given bit of a lane set with probability 1 - (63/64)^j, and a false
// positive needs that in all eight lanes. Keys per block are Poisson with mean `load`.
double RateAtLoad(double load) {
  // exp(-load) underflows soon after this, and a block with 600 keys has all but one in 10^4 bits
  // set.
  if (load > 600) return std::pow(1 - std::pow(1 - 1 / kLaneBits, load), 8);
  double probability = std::exp(-load);
  double zero_share = 1;  // (63/64)^j
  double rate = 0;
  const int last = static_cast<int>(load + 12 * std::sqrt(load) + 20);
  for (int j = 1; j <= last; ++j) {
    probability *= load / j;
    zero_share *= 1 - 1 / kLaneBits;
    double lane = 1 - zero_share;
    double half = lane * lane * lane * lane;
    rate += probability * half * half;
  }
  return std::min(rate, 1.0);
}

// Largest mean number of keys per block that keeps the rate, by bisection (the rate rises with
// load).
double LoadForRate(double rate) {
  double low = 0;
  double high = 1024;
  for (int i = 0; i < 60; ++i) {
    double middle = (low + high) / 2;
    (RateAtLoad(middle) <= rate ? low : high) = middle;
  }
  return low;
}

#if defined(__x86_64__)
const bool kHasAvx2 = [] {
  __builtin_cpu_init();
  return static_cast<bool>(__builtin_cpu_supports("avx2"));
}();
#else
constexpr bool kHasAvx2 = false;
#endif

}  // namespace

namespace bloom_internal {

bool ProbeBlockScalar(const char* block, uint64_t hash) {
  const BloomProbe probe = ProbeFor(hash, 1);
  uint64_t present = 1;
  for (size_t i = 0; i < 8; ++i) {
    uint64_t lane;
    std::memcpy(&lane, block + i * 8, sizeof lane);
    present &= lane >> probe.bit[i];
  }
  return (present & 1) != 0;
}

bool HasAvx2() { return kHasAvx2; }

#if defined(__x86_64__)
__attribute__((target("avx2"))) bool ProbeBlockAvx2(const char* block, uint64_t hash) {
  const __m256i salts = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kBloomSalts.data()));
  const __m256i key = _mm256_set1_epi32(static_cast<int>(static_cast<uint32_t>(hash)));
  const __m256i bits = _mm256_srli_epi32(_mm256_mullo_epi32(key, salts), 26);
  const __m256i one = _mm256_set1_epi64x(1);
  const __m256i low_mask =
      _mm256_sllv_epi64(one, _mm256_cvtepu32_epi64(_mm256_castsi256_si128(bits)));
  const __m256i high_mask =
      _mm256_sllv_epi64(one, _mm256_cvtepu32_epi64(_mm256_extracti128_si256(bits, 1)));
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32));
  const __m256i missing =
      _mm256_or_si256(_mm256_andnot_si256(low, low_mask), _mm256_andnot_si256(high, high_mask));
  return _mm256_testz_si256(missing, missing) != 0;
}
#else
bool ProbeBlockAvx2(const char* block, uint64_t hash) { return ProbeBlockScalar(block, hash); }
#endif

}  // namespace bloom_internal

double BloomFalsePositiveRate(size_t keys, uint32_t num_blocks) {
  assert(num_blocks > 0);
  return RateAtLoad(static_cast<double>(keys) / num_blocks);
}

uint32_t BloomBlocksFor(size_t keys, double false_positive_rate) {
  const double rate = std::clamp(false_positive_rate, 1e-9, 0.999);
  // A bisection takes tens of microseconds, and an index asks for the same rate for every file.
  thread_local double last_rate = -1;
  thread_local double last_load = 0;
  if (rate != last_rate) {
    last_load = LoadForRate(rate);
    last_rate = rate;
  }
  const double blocks = std::ceil(static_cast<double>(keys) / last_load);
  return static_cast<uint32_t>(std::clamp(blocks, 1.0, static_cast<double>(kMaxBlocks)));
}

absl::Status BloomFilterView::Check(std::string_view bytes) {
  if (bytes.empty() || bytes.size() % kBloomBlockBytes != 0 ||
      bytes.size() / kBloomBlockBytes > kMaxBlocks) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a bloom filter of ", bytes.size(), " bytes: not a whole number of ", kBloomBlockBytes,
        "-byte blocks between 1 and ", kMaxBlocks, "; rebuild what contains it"));
  }
  return absl::OkStatus();
}

bool BloomFilterView::MightContain(uint64_t hash) const {
  const char* block = bytes_ + size_t{BloomBlockOf(hash, num_blocks_)} * kBloomBlockBytes;
  return kHasAvx2 ? bloom_internal::ProbeBlockAvx2(block, hash)
                  : bloom_internal::ProbeBlockScalar(block, hash);
}

BloomFilter::BloomFilter(uint32_t num_blocks) : blocks_(num_blocks) { assert(num_blocks > 0); }

absl::StatusOr<BloomFilter> BloomFilter::FromBytes(std::string_view bytes) {
  absl::Status status = BloomFilterView::Check(bytes);
  if (!status.ok()) return status;
  BloomFilter filter(static_cast<uint32_t>(bytes.size() / kBloomBlockBytes));
  std::memcpy(filter.blocks_.data(), bytes.data(), bytes.size());
  return filter;
}

void BloomFilter::Add(uint64_t hash) {
  const BloomProbe probe = ProbeFor(hash, num_blocks());
  Block& block = blocks_[probe.block];
  for (size_t i = 0; i < 8; ++i) block.lane[i] |= uint64_t{1} << probe.bit[i];
}

absl::Status BloomFilter::Merge(const BloomFilter& other) {
  if (other.num_blocks() != num_blocks()) {
    return absl::InvalidArgumentError(absl::StrCat("bloom filters of ", num_blocks(), " and ",
                                                   other.num_blocks(),
                                                   " blocks can't be merged; size both alike"));
  }
  for (size_t b = 0; b < blocks_.size(); ++b) {
    for (size_t i = 0; i < 8; ++i) blocks_[b].lane[i] |= other.blocks_[b].lane[i];
  }
  return absl::OkStatus();
}

}  // namespace astrolabe
