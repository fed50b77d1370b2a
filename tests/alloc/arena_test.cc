// The arena hands out aligned, disjoint memory, rewinds to marks, and accounts for its blocks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/arena.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace astrolabe {
namespace {

TEST(Arena, ObjectsAreAlignedAndDisjoint) {
  Arena arena(nullptr, 256);
  std::mt19937 random(1);
  struct Piece {
    unsigned char* data;
    size_t size;
    unsigned char fill;
  };
  std::vector<Piece> pieces;
  size_t total = 0;
  for (size_t i = 0; i < 5000; ++i) {
    const size_t size = i % 97 == 0 ? random() % 20000 : random() % 200;
    const size_t align = size_t{1} << random() % 8;
    auto* data = static_cast<unsigned char*>(arena.Allocate(size, align));
    ASSERT_NE(data, nullptr);
    ASSERT_EQ(reinterpret_cast<uintptr_t>(data) % align, 0u);
    const auto fill = static_cast<unsigned char>(i);
    std::memset(data, fill, size);
    pieces.push_back({data, size, fill});
    total += size == 0 ? 1 : size;
  }
  for (const Piece& piece : pieces) {
    for (size_t i = 0; i < piece.size; ++i) ASSERT_EQ(piece.data[i], piece.fill);
  }
  EXPECT_EQ(arena.bytes_allocated(), total);
  EXPECT_GE(arena.bytes_reserved(), total);
  EXPECT_LE(arena.bytes_reserved(), total * 2 + 4096);
}

TEST(Arena, TakesNothingBeforeTheFirstRequest) {
  Arena arena;
  EXPECT_EQ(arena.bytes_reserved(), 0u);
  EXPECT_NE(arena.Allocate(0), arena.Allocate(0));
  EXPECT_EQ(arena.bytes_reserved(), 4096u);
}

TEST(Arena, BlocksGrowGeometricallyUpToTheCap) {
  Arena arena(nullptr, 1024);
  size_t largest_step = 0;
  size_t steps = 0;
  size_t reserved = 0;
  for (size_t i = 0; i < (size_t{8} << 20) / 64; ++i) {
    arena.Allocate(64);
    if (arena.bytes_reserved() == reserved) continue;
    largest_step = std::max(largest_step, arena.bytes_reserved() - reserved);
    reserved = arena.bytes_reserved();
    ++steps;
  }
  EXPECT_EQ(largest_step, Arena::kMaxBlock);
  EXPECT_LT(steps, 22u);  // about 11 to reach the cap, then one a megabyte
}

TEST(Arena, OversizeRequestLeavesTheCurrentBlockInUse) {
  Arena arena;
  char* before = static_cast<char*>(arena.Allocate(8));
  arena.Allocate(size_t{3} << 20);
  char* after = static_cast<char*>(arena.Allocate(8));
  EXPECT_GT(after, before);
  EXPECT_LE(after - before, 64);
  EXPECT_LE(arena.bytes_reserved(), (size_t{3} << 20) + 4096 + 64);
}

TEST(Arena, RollbackRewindsAcrossBlocksAndOversizeRequests) {
  Arena arena(nullptr, 128);
  const std::string_view kept = arena.CopyString("kept");
  const Arena::Mark mark = arena.GetMark();
  size_t reserved_after_first = 0;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 100; ++i) arena.CopyString("scratch text of some length");
    arena.Allocate(100000);
    arena.Rollback(mark);
    EXPECT_EQ(arena.bytes_allocated(), kept.size());
    if (round == 0) reserved_after_first = arena.bytes_reserved();
  }
  EXPECT_EQ(kept, "kept");
  EXPECT_EQ(arena.bytes_reserved(), reserved_after_first) << "blocks must be used again";
}

TEST(Arena, RollbackToTheEmptyArena) {
  Arena arena;
  const Arena::Mark empty = arena.GetMark();
  void* first = arena.Allocate(16);
  arena.Rollback(empty);
  EXPECT_EQ(arena.bytes_allocated(), 0u);
  EXPECT_EQ(arena.Allocate(16), first);
}

TEST(Arena, ResetKeepsTheLargestBlockOnly) {
  Arena arena(nullptr, 1024);
  for (int i = 0; i < 1000; ++i) arena.Allocate(100);
  arena.Allocate(500000);
  arena.Reset();
  EXPECT_EQ(arena.bytes_allocated(), 0u);
  const size_t kept = arena.bytes_reserved();
  EXPECT_GE(kept, 16384u);
  EXPECT_LE(kept, 131072u);
  for (size_t i = 0; i < kept / 200; ++i) arena.Allocate(100);
  EXPECT_EQ(arena.bytes_reserved(), kept) << "the kept block must be used first";
}

TEST(Arena, AccountsItsBlocks) {
  MemoryAccount account("test/arena");
  {
    Arena arena(&account);
    arena.Allocate(10);
    arena.Allocate(size_t{2} << 20);
    EXPECT_EQ(account.bytes(), arena.bytes_reserved());
    arena.Reset();
    EXPECT_EQ(account.bytes(), arena.bytes_reserved());
  }
  EXPECT_EQ(account.bytes(), 0u);
  EXPECT_GE(account.peak(), size_t{2} << 20);
}

TEST(Arena, MakesObjectsAndArrays) {
  struct Node {
    int value;
    const Node* next;
  };
  Arena arena;
  Node* tail = arena.New<Node>(2, nullptr);
  Node* head = arena.New<Node>(1, tail);
  EXPECT_EQ(head->next->value, 2);
  std::memset(arena.Allocate(4000), 0xff, 4000);
  for (uint64_t value : arena.NewArray<uint64_t>(100)) ASSERT_EQ(value, 0u);
  EXPECT_EQ(arena.CopyString(""), "");
  EXPECT_TRUE(arena.NewArray<int>(0).empty());
}

TEST(Arena, ImpossibleSizesThrowAsNewDoes) {
  Arena arena;
  EXPECT_THROW(arena.NewArray<uint64_t>(SIZE_MAX / 4), std::bad_array_new_length);
  EXPECT_THROW(arena.Allocate(SIZE_MAX), std::bad_alloc);
}

#if defined(ASTROLABE_ASAN)
TEST(ArenaDeathTest, AddressSanitizerSeesUseAfterRollbackAndOverruns) {
  Arena arena;
  arena.Allocate(8);
  const Arena::Mark mark = arena.GetMark();
  volatile char* scratch = static_cast<char*>(arena.Allocate(8));
  scratch[0] = 1;
  EXPECT_DEATH(scratch[8] = 1, "use-after-poison");
  arena.Rollback(mark);
  EXPECT_DEATH(scratch[0] = 1, "use-after-poison");
}
#endif

}  // namespace
}  // namespace astrolabe
