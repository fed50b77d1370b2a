// How long a walk takes: the part of "nothing has changed" that no index can save.
//
// The tree is $ASTROLABE_BENCH_TREE, by default the current folder. `rg --files` (names only) and `find` with a
// stat of every file walk it in the same run, as whole processes. Beside the times, counters give the
// files, the sources among them, and what the result occupies in bytes per file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>
#include <tbb/task_arena.h>

#include <cstdlib>
#include <string>

#include "base/strings.h"
#include "index/walk.h"
#include "index/watch.h"

namespace astrolabe {
namespace {

std::string Tree() {
  const char* tree = std::getenv("ASTROLABE_BENCH_TREE");
  return tree != nullptr ? tree : ".";
}

void WalkTree(benchmark::State& state, bool no_ignore) {
  tbb::task_arena arena(static_cast<int>(state.range(0)));
  WalkOptions options{.root = Tree(), .no_ignore = no_ignore};
  size_t files = 0, sources = 0, bytes = 0;
  for (auto _ : state) {
    absl::StatusOr<WalkResult> result = arena.execute([&] { return Walk(options); });
    if (!result.ok()) {
      state.SkipWithError(result.status().ToString().c_str());
      return;
    }
    files = result->entries.size();
    bytes = result->MemoryBytes();
    sources = 0;
    for (const WalkEntry& entry : result->entries) sources += entry.is_source ? 1 : 0;
  }
  state.counters["files"] = static_cast<double>(files);
  state.counters["sources"] = static_cast<double>(sources);
  state.counters["result_bytes_per_file"] = static_cast<double>(bytes) / static_cast<double>(files);
}

void BM_Walk(benchmark::State& state) { WalkTree(state, /*no_ignore=*/false); }
BENCHMARK(BM_Walk)->Arg(2)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_WalkWithoutRules(benchmark::State& state) { WalkTree(state, /*no_ignore=*/true); }
BENCHMARK(BM_WalkWithoutRules)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_WatchStart(benchmark::State& state) {
  for (auto _ : state) {
    auto watcher = Watcher::Start({.walk = {.root = Tree()}});
    if (!watcher.ok()) {
      state.SkipWithError(watcher.status().ToString().c_str());
      return;
    }
    state.counters["directories"] = static_cast<double>((*watcher)->watch_count());
  }
}
BENCHMARK(BM_WatchStart)->Unit(benchmark::kMillisecond)->UseRealTime();

void RunCommand(benchmark::State& state, const std::string& command) {
  for (auto _ : state) {
    if (std::system(command.c_str()) != 0) {
      state.SkipWithError(("failed: " + command).c_str());
      return;
    }
  }
}

void BM_Ripgrep(benchmark::State& state) {
  RunCommand(state, StrCat("rg -j2 --files '", Tree(), "' > /dev/null"));
}
BENCHMARK(BM_Ripgrep)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Find(benchmark::State& state) {
  RunCommand(state, StrCat("find '", Tree(), "' -type f -printf '%p %s %T@ %i\\n' > /dev/null"));
}
BENCHMARK(BM_Find)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace astrolabe
