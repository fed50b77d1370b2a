// Built twice: with jemalloc, where the figures must make sense, and without, where they must say so.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/jemalloc.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

extern "C" int mallctl(const char*, void*, size_t*, void*, size_t) __attribute__((weak));

namespace astrolabe {
namespace {

#if defined(ASTROLABE_TEST_WITH_JEMALLOC)

TEST(Jemalloc, CountsWhatTheProgramHolds) {
  ASSERT_TRUE(JemallocLinked());
  const absl::StatusOr<AllocatorStats> before = ReadAllocatorStats();
  ASSERT_TRUE(before.ok()) << before.status();
  constexpr size_t kBytes = size_t{50} << 20;
  auto data = std::make_unique<char[]>(kBytes);
  std::memset(data.get(), 1, kBytes);
  asm volatile("" : : "r"(data.get()) : "memory");  // or the compiler removes the allocation
  const absl::StatusOr<AllocatorStats> during = ReadAllocatorStats();
  ASSERT_TRUE(during.ok()) << during.status();
  EXPECT_GE(during->allocated, before->allocated + kBytes);
  EXPECT_LE(during->allocated, before->allocated + kBytes * 5 / 4);
  EXPECT_GE(during->active, during->allocated);
  EXPECT_GE(during->resident, during->active);
  EXPECT_GE(during->mapped, during->active);
  EXPECT_GT(during->metadata, 0u);
}

TEST(Jemalloc, PurgeGivesMemoryBack) {
  ASSERT_TRUE(SetDirtyPageDecay(-1).ok());  // nothing goes back by itself
  constexpr size_t kCount = 40000;
  constexpr size_t kBytes = 1000;
  std::vector<std::unique_ptr<char[]>> objects;
  for (size_t i = 0; i < kCount; ++i) objects.push_back(std::make_unique<char[]>(kBytes));
  objects.clear();
  const uint64_t before = ReadAllocatorStats()->resident;
  ASSERT_TRUE(PurgeUnusedPages().ok());
  const uint64_t after = ReadAllocatorStats()->resident;
  EXPECT_LT(after + kCount * kBytes * 9 / 10, before);
}

TEST(Jemalloc, DecayReachesArenasInUseAndThoseToCome) {
  ASSERT_TRUE(SetDirtyPageDecay(1234).ok());
  for (const char* name : {"arenas.dirty_decay_ms", "arena.0.dirty_decay_ms"}) {
    ssize_t decay = 0;
    size_t length = sizeof decay;
    ASSERT_EQ(mallctl(name, &decay, &length, nullptr, 0), 0);
    EXPECT_EQ(decay, 1234) << name;
  }
  EXPECT_EQ(SetDirtyPageDecay(-7).code(), absl::StatusCode::kInternal);
}

TEST(Jemalloc, BackgroundPurgingCanBeSwitched) {
  EXPECT_TRUE(SetBackgroundPurging(true).ok());
  EXPECT_TRUE(SetBackgroundPurging(false).ok());
}

TEST(Jemalloc, OurOptionsAreInForce) {
  size_t threshold = 0;
  size_t length = sizeof threshold;
  ASSERT_EQ(mallctl("opt.oversize_threshold", &threshold, &length, nullptr, 0), 0);
  EXPECT_EQ(threshold, size_t{256} << 10);
}

#else

TEST(Jemalloc, SaysSoWhenItIsNotLinked) {
  EXPECT_FALSE(JemallocLinked());
  EXPECT_EQ(ReadAllocatorStats().status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(PurgeUnusedPages().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(SetDirtyPageDecay(0).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(SetBackgroundPurging(false).code(), absl::StatusCode::kNotFound);
}

#endif

}  // namespace
}  // namespace astrolabe
