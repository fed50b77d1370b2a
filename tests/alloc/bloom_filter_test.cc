// Bloom filters: no false negatives, the promised rate of false positives, and both probes alike.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/bloom_filter.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "alloc/hash.h"
#include "gtest/gtest.h"

namespace astrolabe {
namespace {

std::vector<uint64_t> RandomKeys(size_t n, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint64_t> keys(n);
  for (uint64_t& key : keys) key = random();
  return keys;
}

BloomFilter FilterOf(const std::vector<uint64_t>& keys, uint32_t num_blocks) {
  BloomFilter filter(num_blocks);
  for (uint64_t key : keys) filter.Add(key);
  return filter;
}

double MeasuredRate(const BloomFilter& filter, size_t probes, uint64_t seed) {
  size_t maybe = 0;
  for (uint64_t key : RandomKeys(probes, seed)) maybe += filter.MightContain(key);
  return static_cast<double>(maybe) / static_cast<double>(probes);
}

TEST(BloomFilter, NeverDeniesAnAddedKey) {
  for (uint32_t blocks : {1u, 2u, 3u, 7u, 64u, 1000u}) {
    const std::vector<uint64_t> keys = RandomKeys(20 * blocks, blocks);
    const BloomFilter filter = FilterOf(keys, blocks);
    for (uint64_t key : keys) ASSERT_TRUE(filter.MightContain(key)) << blocks << " blocks";
  }
}

TEST(BloomFilter, EmptyFilterDeniesEverything) {
  const BloomFilter filter(5);
  for (uint64_t key : RandomKeys(1000, 1)) ASSERT_FALSE(filter.MightContain(key));
}

// The rate by another way than the code's: keys per block are exactly binomial, of which Poisson is
// the limit for many blocks. With few blocks the truth lies a little under Poisson, never over it.
double BinomialRate(size_t keys, uint32_t blocks) {
  const double n = static_cast<double>(keys);
  const double p = 1.0 / blocks;
  double rate = 0;
  for (size_t j = 0; j <= keys; ++j) {
    const double k = static_cast<double>(j);
    double chance = j == keys ? 1.0 : 0.0;  // blocks == 1: all keys in the one block
    if (blocks > 1) {
      chance = std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                        k * std::log(p) + (n - k) * std::log1p(-p));
    }
    rate += chance * std::pow(1 - std::pow(63.0 / 64, k), 8);
  }
  return rate;
}

// Nothing is fitted. Each case averages filters until about 40,000 keys were added, so that the
// luck of one small filter does not decide; 5 % is then left for sampling.
TEST(BloomFilter, FalsePositiveRateIsTheorys) {
  for (size_t keys : {100u, 1000u, 40000u}) {
    for (double target : {0.1, 0.01, 0.002}) {
      const uint32_t blocks = BloomBlocksFor(keys, target);
      const size_t filters = 40000 / keys;
      const size_t probes = 8000000 / filters;
      double sum = 0;
      for (size_t i = 0; i < filters; ++i) {
        sum += MeasuredRate(FilterOf(RandomKeys(keys, 100 + i), blocks), probes, 7000 + i);
      }
      const double measured = sum / static_cast<double>(filters);
      EXPECT_NEAR(measured / BinomialRate(keys, blocks), 1.0, 0.05)
          << keys << " keys, " << blocks << " blocks, measured " << measured;
      EXPECT_LE(BinomialRate(keys, blocks), BloomFalsePositiveRate(keys, blocks) * (1 + 1e-9));
      EXPECT_LE(BloomFalsePositiveRate(keys, blocks), target);
    }
  }
}

TEST(BloomFalsePositiveRate, IsTheLimitOfTheBinomialRate) {
  for (double load : {1.0, 10.0, 50.0, 100.0}) {
    constexpr uint32_t kBlocks = 20000;
    const size_t keys = static_cast<size_t>(load * kBlocks);
    EXPECT_NEAR(BloomFalsePositiveRate(keys, kBlocks) / BinomialRate(keys, kBlocks), 1, 0.01);
  }
  EXPECT_EQ(BloomFalsePositiveRate(0, 1), 0);
  EXPECT_NEAR(BloomFalsePositiveRate(1000000, 1), 1, 1e-3);
}

// What the index does: names, not random numbers, through our own hash.
TEST(BloomFilter, FalsePositiveRateHoldsForHashedNames) {
  constexpr size_t kKeys = 20000;
  const uint32_t blocks = BloomBlocksFor(kKeys, 0.01);
  BloomFilter filter(blocks);
  for (size_t i = 0; i < kKeys; ++i) filter.Add(HashString("identifier_" + std::to_string(i)));
  size_t maybe = 0;
  constexpr size_t kProbes = 1000000;
  for (size_t i = 0; i < kProbes; ++i) {
    maybe += filter.MightContain(HashString("identifier_" + std::to_string(kKeys + i)));
  }
  EXPECT_NEAR(static_cast<double>(maybe) / kProbes / BloomFalsePositiveRate(kKeys, blocks), 1,
              0.08);
}

TEST(BloomBlocksFor, IsTheSmallestThatKeepsTheRate) {
  for (size_t keys : {1u, 10u, 57u, 1000u, 123456u}) {
    for (double rate : {0.5, 0.05, 0.01, 0.001, 1e-5}) {
      const uint32_t blocks = BloomBlocksFor(keys, rate);
      EXPECT_LE(BloomFalsePositiveRate(keys, blocks), rate * (1 + 1e-9)) << keys << " " << rate;
      if (blocks > 1) EXPECT_GT(BloomFalsePositiveRate(keys, blocks - 1), rate) << keys;
    }
  }
}

TEST(BloomBlocksFor, ExtremesAreClamped) {
  EXPECT_EQ(BloomBlocksFor(0, 0.01), 1u);
  EXPECT_EQ(BloomBlocksFor(100, 5.0), BloomBlocksFor(100, 0.999));
  EXPECT_EQ(BloomBlocksFor(100, -1), BloomBlocksFor(100, 1e-9));
  EXPECT_EQ(BloomBlocksFor(size_t{1} << 60, 0.01), 0xffffffffu);
}

TEST(BloomFilter, ProbesAgree) {
  if (!bloom_internal::HasAvx2()) GTEST_SKIP() << "this processor has no AVX2";
  std::mt19937_64 random(3);
  size_t maybe = 0;
  constexpr size_t kProbes = 200000;
  std::string block(kBloomBlockBytes + 1, '\0');
  for (size_t i = 0; i < kProbes; ++i) {
    // From almost empty to almost full, and at odd addresses.
    const unsigned density = static_cast<unsigned>(i % 9);
    for (char& byte : block) {
      unsigned value = static_cast<unsigned>(random());
      for (unsigned d = 0; d < density; ++d) value |= static_cast<unsigned>(random());
      byte = static_cast<char>(value);
    }
    const char* at = block.data() + (i & 1);
    const uint64_t hash = random();
    const bool scalar = bloom_internal::ProbeBlockScalar(at, hash);
    ASSERT_EQ(scalar, bloom_internal::ProbeBlockAvx2(at, hash)) << std::hex << hash;
    maybe += scalar;
  }
  // Both answers must have been exercised.
  EXPECT_GT(maybe, kProbes / 10);
  EXPECT_LT(maybe, kProbes - kProbes / 10);
}

TEST(BloomFilter, ProbesAgreeOnEveryMissingBit) {
  if (!bloom_internal::HasAvx2()) GTEST_SKIP() << "this processor has no AVX2";
  for (uint64_t hash : RandomKeys(200, 4)) {
    const BloomProbe probe = ProbeFor(hash, 1);
    for (size_t bit = 0; bit < 512; ++bit) {
      std::string block(kBloomBlockBytes, '\xff');
      block[bit / 8] = static_cast<char>(block[bit / 8] & ~(1 << (bit % 8)));
      const bool expected = probe.bit[bit / 64] != bit % 64;
      ASSERT_EQ(bloom_internal::ProbeBlockScalar(block.data(), hash), expected);
      ASSERT_EQ(bloom_internal::ProbeBlockAvx2(block.data(), hash), expected);
    }
  }
}

// The transposed filters of the index rely on exactly this.
TEST(BloomFilter, ProbeForNamesTheBitsThatAddSets) {
  for (uint32_t blocks : {1u, 13u, 4096u}) {
    for (uint64_t hash : RandomKeys(300, 5)) {
      const BloomFilter filter = FilterOf({hash}, blocks);
      const BloomProbe probe = ProbeFor(hash, blocks);
      ASSERT_LT(probe.block, blocks);
      std::string expected(filter.bytes().size(), '\0');
      for (size_t i = 0; i < 8; ++i) {
        const size_t bit = probe.block * 512 + i * 64 + probe.bit[i];
        expected[bit / 8] = static_cast<char>(expected[bit / 8] | 1 << (bit % 8));
      }
      ASSERT_EQ(filter.bytes(), expected);
    }
  }
}

TEST(BloomFilter, MergeIsTheUnion) {
  const std::vector<uint64_t> a = RandomKeys(500, 6);
  const std::vector<uint64_t> b = RandomKeys(500, 7);
  std::vector<uint64_t> both = a;
  both.insert(both.end(), b.begin(), b.end());
  BloomFilter merged = FilterOf(a, 40);
  ASSERT_TRUE(merged.Merge(FilterOf(b, 40)).ok());
  EXPECT_EQ(merged.bytes(), FilterOf(both, 40).bytes());
}

TEST(BloomFilter, MergeOfDifferentSizesIsRefusedAndChangesNothing) {
  BloomFilter filter = FilterOf(RandomKeys(10, 8), 4);
  const std::string before(filter.bytes());
  EXPECT_EQ(filter.Merge(BloomFilter(5)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(filter.bytes(), before);
}

TEST(BloomFilter, RoundTripsAndViewsUnalignedBytes) {
  const std::vector<uint64_t> keys = RandomKeys(1000, 9);
  const BloomFilter filter = FilterOf(keys, BloomBlocksFor(1000, 0.01));
  absl::StatusOr<BloomFilter> copy = BloomFilter::FromBytes(filter.bytes());
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ(copy->bytes(), filter.bytes());

  const std::string shifted = "x" + std::string(filter.bytes());
  const BloomFilterView view(std::string_view(shifted).substr(1));
  for (uint64_t key : RandomKeys(5000, 10)) {
    ASSERT_EQ(view.MightContain(key), filter.MightContain(key));
  }
  for (uint64_t key : keys) ASSERT_TRUE(view.MightContain(key));
}

TEST(BloomFilter, RefusesBytesThatAreNoFilter) {
  const std::string bytes(3 * kBloomBlockBytes, '\0');
  for (size_t n = 0; n <= bytes.size(); ++n) {
    const bool whole = n > 0 && n % kBloomBlockBytes == 0;
    EXPECT_EQ(BloomFilter::FromBytes(bytes.substr(0, n)).ok(), whole) << n;
  }
}

// Stored filters must stay readable: these bits are the format.
TEST(BloomFilter, ProbeIsFrozen) {
  const BloomProbe probe = ProbeFor(0x123456789abcdef0, 1000);
  EXPECT_EQ(probe.block, 71u);
  const std::array<uint8_t, 8> expected = {2, 49, 42, 44, 38, 35, 12, 45};
  EXPECT_EQ(probe.bit, expected);
}

}  // namespace
}  // namespace astrolabe
