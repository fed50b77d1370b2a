// Arena and pool against new and delete. Built with the C library's allocator and with jemalloc
// (alloc_arena_bench, alloc_arena_jemalloc_bench).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstdint>
#include <random>
#include <vector>

#include "alloc/arena.h"
#include "alloc/object_pool.h"
#include "benchmark/benchmark.h"

namespace astrolabe {
namespace {

constexpr size_t kObjects = 10000;

struct Node {
  uint64_t words[6];  // 48 bytes
};

std::vector<uint32_t> Sizes() {
  std::mt19937 random(1);
  std::vector<uint32_t> sizes(kObjects);
  for (uint32_t& size : sizes) size = 8 + random() % 120;
  return sizes;
}

// One task's objects of mixed sizes, then all of them gone.
void BM_TaskArena(benchmark::State& state) {
  const std::vector<uint32_t> sizes = Sizes();
  Arena arena;
  for (auto _ : state) {
    for (uint32_t size : sizes) benchmark::DoNotOptimize(arena.Allocate(size));
    arena.Reset();
  }
  state.SetItemsProcessed(static_cast<int64_t>(kObjects) * state.iterations());
}
BENCHMARK(BM_TaskArena);

void BM_TaskNewDelete(benchmark::State& state) {
  const std::vector<uint32_t> sizes = Sizes();
  std::vector<void*> objects(kObjects);
  for (auto _ : state) {
    for (size_t i = 0; i < kObjects; ++i) {
      benchmark::DoNotOptimize(objects[i] = ::operator new(sizes[i]));
    }
    for (size_t i = 0; i < kObjects; ++i) ::operator delete(objects[i], sizes[i]);
  }
  state.SetItemsProcessed(static_cast<int64_t>(kObjects) * state.iterations());
}
BENCHMARK(BM_TaskNewDelete);

struct PoolSource {
  ObjectPool<Node> pool;
  Node* New() { return pool.New(); }
  void Delete(Node* node) { pool.Delete(node); }
};

struct HeapSource {
  Node* New() { return new Node; }
  void Delete(Node* node) { delete node; }
};

// 10,000 live objects of 48 bytes, of which random ones are replaced.
template <typename Source>
void BM_Churn(benchmark::State& state) {
  Source source;
  std::mt19937 random(1);
  std::vector<Node*> nodes(kObjects);
  std::vector<uint32_t> order(kObjects);
  for (Node*& node : nodes) node = source.New();
  for (uint32_t& index : order) index = static_cast<uint32_t>(random() % kObjects);
  for (auto _ : state) {
    for (uint32_t index : order) {
      source.Delete(nodes[index]);
      nodes[index] = source.New();
      nodes[index]->words[0] = index;
      benchmark::DoNotOptimize(nodes[index]);
    }
  }
  for (Node* node : nodes) source.Delete(node);
  state.SetItemsProcessed(static_cast<int64_t>(kObjects) * state.iterations());
}
BENCHMARK(BM_Churn<PoolSource>);
BENCHMARK(BM_Churn<HeapSource>);

// Bursts: 1,000 made, then all deleted in the order in which they were made.
template <typename Source>
void BM_Burst(benchmark::State& state) {
  Source source;
  std::vector<Node*> nodes(1000);
  for (auto _ : state) {
    for (Node*& node : nodes) benchmark::DoNotOptimize(node = source.New());
    for (Node* node : nodes) source.Delete(node);
  }
  state.SetItemsProcessed(1000 * state.iterations());
}
BENCHMARK(BM_Burst<PoolSource>);
BENCHMARK(BM_Burst<HeapSource>);

}  // namespace
}  // namespace astrolabe
