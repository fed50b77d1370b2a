// Bloom filters: adding, and the two probes, on a filter that fits the cache and one that does not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstdint>
#include <random>
#include <vector>

#include "alloc/bloom_filter.h"
#include "benchmark/benchmark.h"

namespace astrolabe {
namespace {

constexpr size_t kProbes = 1 << 16;

std::vector<uint64_t> RandomKeys(size_t n, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint64_t> keys(n);
  for (uint64_t& key : keys) key = random();
  return keys;
}

BloomFilter FilterOf(size_t keys) {
  BloomFilter filter(BloomBlocksFor(keys, 0.01));
  for (uint64_t key : RandomKeys(keys, 1)) filter.Add(key);
  return filter;
}

void BM_Add(benchmark::State& state) {
  const auto keys = static_cast<size_t>(state.range(0));
  BloomFilter filter(BloomBlocksFor(keys, 0.01));
  const std::vector<uint64_t> added = RandomKeys(kProbes, 2);
  for (auto _ : state) {
    for (uint64_t key : added) filter.Add(key);
  }
  state.SetItemsProcessed(static_cast<int64_t>(kProbes) * state.iterations());
  state.counters["bits_per_key"] =
      static_cast<double>(filter.bytes().size()) * 8 / static_cast<double>(keys);
}
BENCHMARK(BM_Add)->Arg(1000)->Arg(10000000);

void BM_MightContain(benchmark::State& state) {
  const BloomFilter filter = FilterOf(static_cast<size_t>(state.range(0)));
  const std::vector<uint64_t> asked = RandomKeys(kProbes, 3);
  for (auto _ : state) {
    size_t maybe = 0;
    for (uint64_t key : asked) maybe += filter.MightContain(key);
    benchmark::DoNotOptimize(maybe);
  }
  state.SetItemsProcessed(static_cast<int64_t>(kProbes) * state.iterations());
}
BENCHMARK(BM_MightContain)->Arg(1000)->Arg(10000000);

template <bool (*kProbe)(const char*, uint64_t)>
void BM_ProbeBlock(benchmark::State& state) {
  const BloomFilter filter = FilterOf(1000);
  const std::vector<uint64_t> asked = RandomKeys(kProbes, 3);
  for (auto _ : state) {
    size_t maybe = 0;
    for (uint64_t key : asked) {
      maybe += kProbe(filter.bytes().data() + BloomBlockOf(key, filter.num_blocks()) * 64, key);
    }
    benchmark::DoNotOptimize(maybe);
  }
  state.SetItemsProcessed(static_cast<int64_t>(kProbes) * state.iterations());
}
BENCHMARK(BM_ProbeBlock<bloom_internal::ProbeBlockScalar>);
BENCHMARK(BM_ProbeBlock<bloom_internal::ProbeBlockAvx2>);

// As for a workspace of files of all sizes.
void BM_BlocksFor(benchmark::State& state) {
  size_t keys = 0;
  for (auto _ : state) benchmark::DoNotOptimize(BloomBlocksFor(keys++ % 5000, 0.01));
}
BENCHMARK(BM_BlocksFor);

}  // namespace
}  // namespace astrolabe
