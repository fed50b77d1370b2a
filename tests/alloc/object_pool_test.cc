// Pools hand memory out again, keep live objects apart, and count.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/object_pool.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace astrolabe {
namespace {

TEST(SizeClassPool, LiveObjectsKeepTheirBytes) {
  MemoryAccount account("test/pool");
  {
    SizeClassPool pool(&account);
    struct Live {
      unsigned char* data;
      size_t size;
      unsigned char fill;
    };
    std::vector<Live> live;
    std::mt19937 random(1);
    for (int i = 0; i < 20000; ++i) {
      if (live.empty() || random() % 5 < 3) {
        const size_t size = random() % 600;  // some over kLargest
        auto* data = static_cast<unsigned char*>(pool.Allocate(size));
        ASSERT_EQ(reinterpret_cast<uintptr_t>(data) % SizeClassPool::kGranule, 0u);
        const auto fill = static_cast<unsigned char>(i);
        std::memset(data, fill, size);
        live.push_back({data, size, fill});
      } else {
        std::swap(live[random() % live.size()], live.back());
        const Live gone = live.back();
        live.pop_back();
        for (size_t b = 0; b < gone.size; ++b) ASSERT_EQ(gone.data[b], gone.fill);
        pool.Deallocate(gone.data, gone.size);
      }
      ASSERT_EQ(pool.stats().live_objects, live.size());
      ASSERT_EQ(account.bytes(), pool.stats().reserved_bytes);
    }
    const SizeClassPool::Stats stats = pool.stats();
    EXPECT_GE(stats.reserved_bytes, stats.live_bytes);
    EXPECT_GT(stats.reused, 1000u);
    for (const Live& object : live) pool.Deallocate(object.data, object.size);
    EXPECT_EQ(pool.stats().live_objects, 0u);
    EXPECT_EQ(pool.stats().live_bytes, 0u);
  }
  EXPECT_EQ(account.bytes(), 0u);
}

TEST(SizeClassPool, ServesTheLastFreedObjectOfTheClassFirst) {
  SizeClassPool pool;
  void* a = pool.Allocate(33);
  void* b = pool.Allocate(33);
  void* other = pool.Allocate(65);
  pool.Deallocate(a, 33);
  pool.Deallocate(b, 33);
  pool.Deallocate(other, 65);
  EXPECT_EQ(pool.Allocate(48), b) << "33 and 48 bytes are one class";
  EXPECT_EQ(pool.Allocate(40), a);
  EXPECT_EQ(pool.stats().reused, 2u);
  EXPECT_EQ(pool.stats().fresh, 3u);
}

TEST(SizeClassPool, SteadyUseTakesNoMoreMemory) {
  SizeClassPool pool;
  std::vector<void*> objects(1000);
  size_t reserved = 0;
  for (int round = 0; round < 20; ++round) {
    for (void*& object : objects) object = pool.Allocate(100);
    for (void* object : objects) pool.Deallocate(object, 100);
    if (round == 0) reserved = pool.stats().reserved_bytes;
  }
  EXPECT_EQ(pool.stats().reserved_bytes, reserved);
}

TEST(ObjectPool, ConstructsAndDestroys) {
  ObjectPool<std::string> pool;
  std::string* text = pool.New(100, 'x');
  EXPECT_EQ(*text, std::string(100, 'x'));
  pool.Delete(text);  // the leak checker of the asan build sees a missing destructor
  pool.Delete(nullptr);
  EXPECT_EQ(pool.New("again"), text);
  pool.Delete(text);
  EXPECT_EQ(pool.stats().live_objects, 0u);
}

#if defined(ASTROLABE_ASAN)
TEST(ObjectPoolDeathTest, AddressSanitizerSeesUseAfterFree) {
  ObjectPool<int> pool;
  volatile int* object = pool.New(1);
  pool.Delete(const_cast<int*>(object));
  EXPECT_DEATH(*object = 2, "use-after-poison");
}
#endif

}  // namespace
}  // namespace astrolabe
