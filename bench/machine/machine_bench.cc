// What this machine can do at most: the limits beside which the other benches stand.
//
// Throughput of a scan stands beside copying and reading memory; a lookup beside a load that misses all
// caches; an answer that another process gives beside a byte there and back; a forked parse beside a fork
// and the pages that its child writes to.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

namespace astrolabe {
namespace {

constexpr size_t kLarge = size_t{128} << 20;  // bytes; larger than any cache
constexpr size_t kLine = 64;
constexpr size_t kPage = 4096;

void BM_CopyMemory(benchmark::State& state) {
  std::vector<char> from(kLarge, 1), to(kLarge);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), kLarge);
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<int64_t>(kLarge) * state.iterations());
}
BENCHMARK(BM_CopyMemory);

void BM_ReadMemory(benchmark::State& state) {
  std::vector<uint64_t> words(kLarge / sizeof(uint64_t), 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(std::accumulate(words.begin(), words.end(), uint64_t{0}));
  }
  state.SetBytesProcessed(static_cast<int64_t>(kLarge) * state.iterations());
}
BENCHMARK(BM_ReadMemory);

// One cache line each, in random order.
std::vector<uint32_t> Lines() {
  std::vector<uint32_t> order(kLarge / kLine);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937 random(1);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  return order;
}

// Each load says where the next one is: nothing overlaps.
void BM_DependentLoads(benchmark::State& state) {
  const std::vector<uint32_t> order = Lines();
  std::vector<uint32_t> memory(kLarge / sizeof(uint32_t));
  constexpr size_t kStep = kLine / sizeof(uint32_t);
  for (size_t i = 0; i < order.size(); ++i) {
    memory[order[i] * kStep] = order[(i + 1) % order.size()];
  }
  constexpr int kLoads = 10000;
  uint32_t at = 0;
  for (auto _ : state) {
    for (int i = 0; i < kLoads; ++i) at = memory[at * kStep];
    benchmark::DoNotOptimize(at);
  }
  state.SetItemsProcessed(int64_t{kLoads} * state.iterations());
}
BENCHMARK(BM_DependentLoads);

// The places are known ahead: as many loads at once as the processor keeps in flight.
void BM_IndependentLoads(benchmark::State& state) {
  const std::vector<uint32_t> order = Lines();
  std::vector<char> memory(kLarge, 1);
  uint64_t sum = 0;
  for (auto _ : state) {
    for (uint32_t line : order) sum += static_cast<unsigned char>(memory[line * kLine]);
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(static_cast<int64_t>(order.size()) * state.iterations());
}
BENCHMARK(BM_IndependentLoads);

void BM_SystemCall(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(getppid());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_SystemCall);

// A byte to another process and back: what any answer costs that another process gives.
void BM_RoundTrip(benchmark::State& state) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return state.SkipWithError("no socket pair");
  char byte = 0;
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    while (read(ends[1], &byte, 1) == 1 && write(ends[1], &byte, 1) == 1) {
    }
    _exit(0);
  }
  close(ends[1]);
  for (auto _ : state) {
    if (write(ends[0], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1) {
      state.SkipWithError("the other process is gone");
      break;
    }
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RoundTrip)->UseRealTime();

// The first write to a page, which the kernel has to find and to clear.
void BM_FirstTouch(benchmark::State& state) {
  constexpr size_t kBytes = size_t{16} << 20;
  for (auto _ : state) {
    void* pages = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
      state.SkipWithError("no memory");
      break;
    }
    for (size_t at = 0; at < kBytes; at += kPage) static_cast<char*>(pages)[at] = 1;
    munmap(pages, kBytes);
  }
  state.SetItemsProcessed(static_cast<int64_t>(kBytes / kPage) * state.iterations());
}
BENCHMARK(BM_FirstTouch);

// A process of so many MB forks; its child writes to one page of 256 and ends.
void BM_Fork(benchmark::State& state) {
  const size_t bytes = static_cast<size_t>(state.range(0)) << 20;
  std::vector<char> memory(bytes, 1);
  for (auto _ : state) {
    pid_t child = fork();
    if (child == 0) {
      for (size_t at = 0; at < bytes; at += 256 * kPage) memory[at] = 2;
      _exit(0);
    }
    waitpid(child, nullptr, 0);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Fork)->Arg(16)->Arg(128)->UseRealTime();

}  // namespace
}  // namespace astrolabe
