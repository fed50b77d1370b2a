// The hash is stable, spreads names that differ little, and looks at every byte.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/hash.h"

#include <bit>
#include <string>
#include <unordered_set>

#include "gtest/gtest.h"

namespace astrolabe {
namespace {

// 2^20 names give about 128 collisions in 32 bits of a perfect hash, and none in 64.
TEST(HashString, SimilarNamesSpreadLikeRandomOnes) {
  std::unordered_set<uint64_t> whole;
  std::unordered_set<uint32_t> low;
  std::unordered_set<uint32_t> high;
  constexpr size_t kNames = size_t{1} << 20;
  for (size_t i = 0; i < kNames; ++i) {
    const std::string name = (i % 2 == 0 ? "field_" : "kernel_subsystem_operations_") +
                             std::to_string(i) + (i % 3 == 0 ? "_" : "");
    const uint64_t hash = HashString(name);
    whole.insert(hash);
    low.insert(static_cast<uint32_t>(hash));
    high.insert(static_cast<uint32_t>(hash >> 32));
  }
  EXPECT_EQ(whole.size(), kNames);
  EXPECT_LT(kNames - low.size(), 220u);
  EXPECT_LT(kNames - high.size(), 220u);
}

TEST(HashString, EveryBitOfEveryByteMatters) {
  for (size_t n = 1; n <= 80; ++n) {
    const std::string text(n, 'a');
    const uint64_t before = HashString(text);
    double flipped = 0;
    for (size_t bit = 0; bit < n * 8; ++bit) {
      std::string changed = text;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << (bit % 8));
      const int distance = std::popcount(before ^ HashString(changed));
      ASSERT_GE(distance, 10) << n << " bytes, bit " << bit;
      flipped += distance;
    }
    EXPECT_NEAR(flipped / static_cast<double>(n * 8), 32, 6) << n << " bytes";
  }
}

TEST(HashString, LengthMatters) {
  std::unordered_set<uint64_t> hashes;
  const std::string zeros(200, '\0');
  for (size_t n = 0; n <= zeros.size(); ++n) hashes.insert(HashString({zeros.data(), n}));
  EXPECT_EQ(hashes.size(), zeros.size() + 1);
}

// Segments hold these values.
TEST(HashString, IsFrozen) {
  EXPECT_EQ(HashString(""), 0xae1ce20ffde12746u);
  EXPECT_EQ(HashString("fd"), 0xcc12e5815a27ad11u);
  EXPECT_EQ(HashString("inode"), 0x503abdcc3b3ec572u);
  EXPECT_EQ(HashString("file_operations"), 0x421b1bf2a9c2e825u);
  EXPECT_EQ(HashString("a_name_that_is_longer_than_thirty_two_bytes"), 0x1b2998f952f0e265u);
}

}  // namespace
}  // namespace astrolabe
