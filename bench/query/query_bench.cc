// Questions to an index of names and text inside a process, and making that index.
//
// Of the workspace $ASTROLABE_BENCH_WORKSPACE (default: this checkout, whose .gitignore leaves its build
// folders out), indexed anew in a temporary folder. Names are drawn from the index. symbol_latency beside
// this has distributions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "bench/checked.h"
#include "index/index_store.h"
#include "index/indexer.h"
#include "index/query/symbol_query.h"
#include "index/query/text_search.h"

namespace astrolabe {
namespace {

// A folder of this process's own, gone with it.
class Scratch {
 public:
  Scratch() {
    std::string made = (std::filesystem::temp_directory_path() / "query_bench.XXXXXX").string();
    if (mkdtemp(made.data()) == nullptr) std::abort();
    path_ = made;
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  std::string Below(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

const Scratch& Folder() {
  static const Scratch folder;
  return folder;
}

IndexerOptions Options(const char* name) {
  const char* workspace = std::getenv("ASTROLABE_BENCH_WORKSPACE");
  IndexerOptions options;
  options.root =
      std::filesystem::canonical(workspace != nullptr ? workspace : BENCH_DEFAULT_WORKSPACE);
  options.index_dir = Folder().Below(name);
  options.tool_version = options.owner = "query_bench";
  return options;
}

IndexReport Update(const IndexerOptions& options) {
  return Checked(UpdateIndex(RealFileSystem(), options, nullptr, nullptr));
}

const Snapshot& Index() {
  static const auto snapshot = [] {
    Update(Options("asked"));
    return Checked(OpenSnapshot(RealFileSystem(), Folder().Below("asked")));
  }();
  return *snapshot;
}

// From no index to one on disk, with all cores.
void BM_IndexFromNothing(benchmark::State& state) {
  IndexerOptions options = Options("fresh");
  uint64_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::filesystem::remove_all(options.index_dir);
    state.ResumeTiming();
    bytes = Update(options).bytes;
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes) * state.iterations());
}
BENCHMARK(BM_IndexFromNothing)->UseRealTime()->Unit(benchmark::kMillisecond);

// Nothing has changed: a walk, and a look at each file's state.
void BM_IndexAgain(benchmark::State& state) {
  IndexerOptions options = Options("again");
  uint64_t files = 0;
  Update(options);
  for (auto _ : state) files = Update(options).files;
  state.SetItemsProcessed(static_cast<int64_t>(files) * state.iterations());
}
BENCHMARK(BM_IndexAgain)->UseRealTime()->Unit(benchmark::kMillisecond);

void BM_OpenSnapshot(benchmark::State& state) {
  Index();
  for (auto _ : state) {
    benchmark::DoNotOptimize(Checked(OpenSnapshot(RealFileSystem(), Folder().Below("asked"))));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_OpenSnapshot);

enum class Typed { kExactly, kBeginning, kMistyped };

// Names that are there, as a person types them.
std::vector<std::string> Names(Typed typed) {
  const Segment& segment = *Index().segments.front().segment;
  std::mt19937 random(1);
  std::vector<std::string> names;
  while (names.size() < 512) {
    std::string name;
    if (!segment.names().Get(random() % segment.names().size(), &name) || name.size() < 6) continue;
    if (typed == Typed::kBeginning) name.resize(4);
    if (typed == Typed::kMistyped) std::swap(name[2], name[3]);
    names.push_back(name);
  }
  return names;
}

void BM_FindSymbols(benchmark::State& state, Typed typed) {
  const std::vector<std::string> names = Names(typed);
  size_t i = 0;
  for (auto _ : state) {
    SymbolQuery query;
    query.text = names[i++ % names.size()];
    query.exact = typed == Typed::kExactly;
    benchmark::DoNotOptimize(FindSymbols(Index(), query).size());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(BM_FindSymbols, exactly, Typed::kExactly);
BENCHMARK_CAPTURE(BM_FindSymbols, beginning, Typed::kBeginning);
BENCHMARK_CAPTURE(BM_FindSymbols, mistyped, Typed::kMistyped);

void BM_SearchText(benchmark::State& state, TextMode mode, const char* pattern) {
  TextQuery query;
  query.pattern = pattern;
  query.mode = mode;
  query.threads = 1;
  const std::string root = Options("asked").root;
  uint64_t bytes = 0;
  for (auto _ : state) {
    bytes = Checked(SearchText(Index(), root, query, [](const TextMatch&) {})).bytes_searched;
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes) * state.iterations());
}
BENCHMARK_CAPTURE(BM_SearchText, word, TextMode::kWord, "FilterBank")->UseRealTime();
BENCHMARK_CAPTURE(BM_SearchText, literal, TextMode::kLiteral, "std::move(value)")->UseRealTime();
BENCHMARK_CAPTURE(BM_SearchText, regex, TextMode::kRegex, "return Find[A-Z]\\w+\\(")->UseRealTime();
BENCHMARK_CAPTURE(BM_SearchText, plain_regex, TextMode::kRegex, "[a-z]+_[0-9]{3,}k")->UseRealTime();

}  // namespace
}  // namespace astrolabe
