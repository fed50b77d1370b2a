// Each header's facts are delivered by one process: when claims hold, when they are given back, and what
// a full table does.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/claim_table.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace astrolabe {
namespace {

constexpr uint64_t kLarge = 0xFFFFFFFFFFFFFFFF;

std::unique_ptr<ClaimTable> MakeTable(size_t keys) {
  absl::StatusOr<std::unique_ptr<ClaimTable>> table = ClaimTable::Create(keys);
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

TEST(ClaimTable, TheFirstOneGetsIt) {
  std::unique_ptr<ClaimTable> table = MakeTable(16);
  for (uint64_t key : {uint64_t{0}, uint64_t{5}, kLarge}) {
    EXPECT_TRUE(table->Claim(key, 1));
    EXPECT_FALSE(table->Claim(key, 2));
    EXPECT_FALSE(table->Claim(key, 1)) << "not even for the same job: it has delivered it";
  }
}

TEST(ClaimTable, KeysThatFallOnTheSamePlaceAreTwo) {
  std::unique_ptr<ClaimTable> table = MakeTable(16);
  EXPECT_TRUE(table->Claim(5, 1));
  EXPECT_TRUE(table->Claim(5 + (uint64_t{1} << 32), 2));
  EXPECT_TRUE(table->Claim(6, 3));
  EXPECT_FALSE(table->Claim(5, 4));
  EXPECT_FALSE(table->Claim(5 + (uint64_t{1} << 32), 4));
  EXPECT_FALSE(table->Claim(6, 4));
}

TEST(ClaimTable, WhatAJobGivesBackIsFreeAgain) {
  std::unique_ptr<ClaimTable> table = MakeTable(16);
  EXPECT_TRUE(table->Claim(5, 1));
  EXPECT_TRUE(table->Claim(6, 1));
  EXPECT_TRUE(table->Claim(7, 2));
  table->Release(1);
  EXPECT_TRUE(table->Claim(5, 3));
  EXPECT_TRUE(table->Claim(6, 3));
  EXPECT_FALSE(table->Claim(7, 3)) << "another job's";
  table->Release(99);
  EXPECT_FALSE(table->Claim(5, 4));
}

TEST(ClaimTable, AFullTableRefusesNobody) {
  std::unique_ptr<ClaimTable> table = MakeTable(16);
  constexpr uint64_t kKeys = 100'000;
  size_t refused = 0;
  for (uint64_t key = 1; key <= kKeys; ++key) refused += table->Claim(key, 1) ? 0 : 1;
  EXPECT_EQ(refused, 0u);
  // Collected twice rather than never.
  EXPECT_TRUE(table->Claim(kKeys, 2));
  EXPECT_FALSE(table->Claim(1, 2));
}

TEST(ClaimTable, HoldsAsManyAsItWasMadeFor) {
  constexpr uint64_t kKeys = 50'000;
  std::unique_ptr<ClaimTable> table = MakeTable(kKeys);
  size_t twice = 0;
  for (uint32_t job : {1, 2}) {
    for (uint64_t key = 0; key < kKeys; ++key) {
      bool got = table->Claim(ClaimKey("a.h", key, 0), job);
      if (job == 2) twice += got ? 1 : 0;
    }
  }
  EXPECT_EQ(twice, 0u);
}

TEST(ClaimTable, IsTheSameInAnotherMapping) {
  std::unique_ptr<ClaimTable> table = MakeTable(16);
  absl::StatusOr<std::unique_ptr<ClaimTable>> other =
      ClaimTable::Map(UniqueFd(fcntl(table->descriptor(), F_DUPFD_CLOEXEC, 0)));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_TRUE((*other)->Claim(5, 1));
  EXPECT_FALSE(table->Claim(5, 2));
  table->Release(1);
  EXPECT_TRUE((*other)->Claim(5, 2));
}

TEST(ClaimTable, ADescriptorThatIsNoneIsAnError) {
  EXPECT_FALSE(ClaimTable::Map(UniqueFd()).ok());
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(null, 0);
  EXPECT_FALSE(ClaimTable::Map(UniqueFd(null)).ok());
}

TEST(ClaimTable, RacingForTheSameKeysEachHasOneWinner) {
  constexpr uint64_t kKeys = 20'000;
  constexpr uint32_t kThreads = 4;
  std::unique_ptr<ClaimTable> table = MakeTable(kKeys);
  std::vector<std::atomic<int>> winners(kKeys);
  std::vector<std::thread> threads;
  for (uint32_t job = 1; job <= kThreads; ++job) {
    threads.emplace_back([&, job] {
      for (uint64_t key = 0; key < kKeys; ++key) {
        if (table->Claim(ClaimKey("a.h", key, 1), job)) ++winners[key];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (uint64_t key = 0; key < kKeys; ++key) ASSERT_EQ(winners[key], 1) << key;
}

TEST(ClaimKey, EveryPartCounts) {
  std::set<uint64_t> keys = {ClaimKey("a.h", 1, 2), ClaimKey("b.h", 1, 2), ClaimKey("a.h", 2, 2),
                             ClaimKey("a.h", 1, 1), ClaimKey("a.h", 2, 1), ClaimKey("", 1, 2)};
  EXPECT_EQ(keys.size(), 6u);
  EXPECT_EQ(ClaimKey("a.h", 1, 2), ClaimKey("a.h", 1, 2));
}

}  // namespace
}  // namespace astrolabe
