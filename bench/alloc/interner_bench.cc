// The interner against the maps that one would otherwise use, on an index build's mix: every distinct
// name once and three quarters as many repeats. Texts lie in one buffer, as in a scanned file.
//
// Arguments are thousands of distinct names. Reported: occurrences a second, and resident bytes per
// distinct name beside its text (rss_overhead; build only, measured in the first iteration from
// /proc/self/statm, so run one benchmark per process for that figure: --benchmark_filter).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "alloc/frozen_strings.h"
#include "alloc/string_interner.h"
#include "bench/alloc/names.h"
#include "benchmark/benchmark.h"

namespace astrolabe {
namespace {

// The occurrences as views into one buffer, in the order in which a build meets them.
struct Corpus {
  explicit Corpus(size_t distinct) {
    const std::vector<std::string> names = MakeNames(distinct);
    const std::vector<uint32_t> occurrences = MakeOccurrences(distinct, distinct * 3 / 4);
    for (const std::string& name : names) distinct_bytes += name.size();
    std::vector<size_t> ends;
    for (uint32_t i : occurrences) {
      buffer += names[i];
      ends.push_back(buffer.size());
    }
    size_t begin = 0;
    for (size_t end : ends) {
      texts.emplace_back(buffer.data() + begin, end - begin);
      begin = end;
    }
    count = distinct;
  }
  std::string buffer;
  std::vector<std::string_view> texts;
  size_t distinct_bytes = 0;
  size_t count = 0;
};

const Corpus& CorpusOf(size_t thousands) {
  static std::unique_ptr<Corpus> corpus;
  static size_t made = 0;
  if (made != thousands) {
    corpus.reset();
    corpus = std::make_unique<Corpus>(thousands * 1000);
    made = thousands;
  }
  return *corpus;
}

size_t ResidentBytes() {
  size_t total = 0;
  size_t resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu %zu", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

class Ours {
 public:
  uint32_t Intern(std::string_view text) { return interner_.Intern(text); }
  bool Has(std::string_view text) const { return interner_.Find(text).has_value(); }

 private:
  StringInterner interner_;
};

struct StdHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

class StdMap {
 public:
  uint32_t Intern(std::string_view text) {
    const auto it = map_.find(text);
    if (it != map_.end()) return it->second;
    return map_.emplace(std::string(text), static_cast<uint32_t>(map_.size())).first->second;
  }
  bool Has(std::string_view text) const { return map_.find(text) != map_.end(); }

 private:
  std::unordered_map<std::string, uint32_t, StdHash, std::equal_to<>> map_;
};

class AbslMap {
 public:
  uint32_t Intern(std::string_view text) {
    const auto it = map_.find(text);
    if (it != map_.end()) return it->second;
    return map_.emplace(std::string(text), static_cast<uint32_t>(map_.size())).first->second;
  }
  bool Has(std::string_view text) const { return map_.find(text) != map_.end(); }

 private:
  // Debian's absl::string_view is not the standard's, so the heterogeneous hash is spelled out.
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const {
      return absl::Hash<absl::string_view>()(absl::string_view(text.data(), text.size()));
    }
  };
  absl::flat_hash_map<std::string, uint32_t, Hash, std::equal_to<>> map_;
};

template <typename Map>
void BM_Build(benchmark::State& state) {
  const Corpus& corpus = CorpusOf(static_cast<size_t>(state.range(0)));
  double overhead = 0;
  for (auto _ : state) {
    const size_t before = ResidentBytes();
    auto map = std::make_unique<Map>();
    for (std::string_view text : corpus.texts) benchmark::DoNotOptimize(map->Intern(text));
    state.PauseTiming();
    if (overhead == 0) {
      overhead = (static_cast<double>(ResidentBytes()) - static_cast<double>(before) -
                  static_cast<double>(corpus.distinct_bytes)) /
                 static_cast<double>(corpus.count);
    }
    map.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<int64_t>(corpus.texts.size()) * state.iterations());
  state.counters["rss_overhead"] = overhead;
}
BENCHMARK(BM_Build<Ours>)->Arg(10)->Arg(4000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Build<AbslMap>)->Arg(10)->Arg(4000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Build<StdMap>)->Arg(10)->Arg(4000)->Unit(benchmark::kMillisecond);

// What is there already: the path that takes no lock.
template <typename Map>
void BM_Hit(benchmark::State& state) {
  const Corpus& corpus = CorpusOf(static_cast<size_t>(state.range(0)));
  Map map;
  for (std::string_view text : corpus.texts) map.Intern(text);
  for (auto _ : state) {
    for (std::string_view text : corpus.texts) benchmark::DoNotOptimize(map.Intern(text));
  }
  state.SetItemsProcessed(static_cast<int64_t>(corpus.texts.size()) * state.iterations());
}
BENCHMARK(BM_Hit<Ours>)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Hit<AbslMap>)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Hit<StdMap>)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

// What is not there: every name with its first byte changed.
template <typename Map>
void BM_Miss(benchmark::State& state) {
  const Corpus& corpus = CorpusOf(static_cast<size_t>(state.range(0)));
  Map map;
  for (std::string_view text : corpus.texts) map.Intern(text);
  std::string buffer;
  std::vector<size_t> lengths;
  for (std::string_view text : corpus.texts) {
    buffer += '#';
    buffer += text.substr(1);
    lengths.push_back(text.size());
  }
  for (auto _ : state) {
    size_t begin = 0;
    for (size_t length : lengths) {
      benchmark::DoNotOptimize(map.Has(std::string_view(buffer.data() + begin, length)));
      begin += length;
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(corpus.texts.size()) * state.iterations());
}
BENCHMARK(BM_Miss<Ours>)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Miss<AbslMap>)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Miss<StdMap>)->Arg(1000)->Unit(benchmark::kMillisecond);

class LockedAbslMap {
 public:
  uint32_t Intern(std::string_view text) {
    absl::MutexLock lock(&mutex_);
    return map_.Intern(text);
  }

 private:
  absl::Mutex mutex_;
  AbslMap map_;
};

// A build by two threads, each with half of the occurrences.
template <typename Map>
void BM_BuildTwoThreads(benchmark::State& state) {
  const Corpus& corpus = CorpusOf(static_cast<size_t>(state.range(0)));
  const size_t half = corpus.texts.size() / 2;
  for (auto _ : state) {
    auto map = std::make_unique<Map>();
    const auto intern = [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        benchmark::DoNotOptimize(map->Intern(corpus.texts[i]));
      }
    };
    std::thread other(intern, 0, half);
    intern(half, corpus.texts.size());
    other.join();
    state.PauseTiming();
    map.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<int64_t>(corpus.texts.size()) * state.iterations());
}
BENCHMARK(BM_BuildTwoThreads<Ours>)->Arg(1000)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(BM_BuildTwoThreads<LockedAbslMap>)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void BM_FrozenHit(benchmark::State& state) {
  const Corpus& corpus = CorpusOf(static_cast<size_t>(state.range(0)));
  StringInterner interner;
  for (std::string_view text : corpus.texts) interner.Intern(text);
  const std::string bytes = interner.Freeze();
  const FrozenStrings frozen = *FrozenStrings::FromBytes(bytes);
  for (auto _ : state) {
    for (std::string_view text : corpus.texts) benchmark::DoNotOptimize(frozen.Find(text));
  }
  state.SetItemsProcessed(static_cast<int64_t>(corpus.texts.size()) * state.iterations());
  state.counters["overhead"] =
      static_cast<double>(bytes.size() - corpus.distinct_bytes) / static_cast<double>(corpus.count);
}
BENCHMARK(BM_FrozenHit)->Arg(1000)->Unit(benchmark::kMillisecond);

void BM_Freeze(benchmark::State& state) {
  const Corpus& corpus = CorpusOf(static_cast<size_t>(state.range(0)));
  StringInterner interner;
  for (std::string_view text : corpus.texts) interner.Intern(text);
  for (auto _ : state) benchmark::DoNotOptimize(interner.Freeze());
  state.SetItemsProcessed(static_cast<int64_t>(corpus.count) * state.iterations());
}
BENCHMARK(BM_Freeze)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace astrolabe
