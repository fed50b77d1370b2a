// The pieces of a scan, in bytes per second beside the speed of copying memory: where a file's time goes,
// SIMD against its scalar equal, and read(2) against mmap(2).
//
// Runs over the sources below $ASTROLABE_BENCH_SOURCES (default: this checkout), up to 64 MB of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "index/byte_classes.h"
#include "index/file_scanner.h"
#include "index/outline.h"
#include "index/query/literal_finder.h"
#include "index/source_reader.h"
#include "index/words.h"

namespace astrolabe {
namespace {

constexpr size_t kMaxBytes = size_t{64} << 20;

struct Source {
  std::string path;
  std::string text;
};

const char* Folder() {
  const char* folder = std::getenv("ASTROLABE_BENCH_SOURCES");
  return folder != nullptr ? folder : BENCH_DEFAULT_SOURCES;
}

const std::vector<Source>& Sources() {
  static const std::vector<Source>& sources = *[] {
    auto* all = new std::vector<Source>;
    size_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(Folder())) {
      std::string extension = entry.path().extension().string();
      bool wanted = extension == ".c" || extension == ".h" || extension == ".cc";
      if (!wanted || !entry.is_regular_file() || bytes > kMaxBytes) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream text;
      text << in.rdbuf();
      bytes += text.str().size();
      all->push_back({entry.path().string(), text.str()});
    }
    return all;
  }();
  return sources;
}

size_t TotalBytes() {
  return std::accumulate(Sources().begin(), Sources().end(), size_t{0},
                         [](size_t sum, const Source& s) { return sum + s.text.size(); });
}

// Runs `each` on every source once an iteration.
template <typename Each>
void OverSources(benchmark::State& state, Each each) {
  for (auto _ : state) {
    for (const Source& source : Sources()) each(source);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * TotalBytes()));
}

void BM_CopyMemory(benchmark::State& state) {
  std::vector<char> to(kMaxBytes);
  OverSources(state, [&](const Source& s) {
    std::memcpy(to.data(), s.text.data(), std::min(s.text.size(), to.size()));
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  });
}
BENCHMARK(BM_CopyMemory);

void BM_Classify(benchmark::State& state) {
  ByteClasses classes;
  OverSources(state, [&](const Source& s) { classes.Classify(s.text); });
}
BENCHMARK(BM_Classify);

void BM_ClassifyScalar(benchmark::State& state) {
  ByteClasses classes;
  OverSources(state, [&](const Source& s) { classes.ClassifyScalar(s.text); });
}
BENCHMARK(BM_ClassifyScalar);

void BM_ClassifyAndWords(benchmark::State& state) {
  ByteClasses classes;
  HashSet64 words;
  OverSources(state, [&](const Source& s) {
    classes.Classify(s.text);
    words.Clear();
    CollectWords(s.text, classes, words);
  });
}
BENCHMARK(BM_ClassifyAndWords);

void BM_ClassifyAndOutline(benchmark::State& state) {
  ByteClasses classes;
  LineMap lines;
  Outliner outliner;
  OverSources(state, [&](const Source& s) {
    classes.Classify(s.text);
    lines.Build(classes);
    benchmark::DoNotOptimize(outliner.Run(s.text, classes, lines, LanguageHintOf(s.path)).size());
  });
}
BENCHMARK(BM_ClassifyAndOutline);

void BM_WholeScan(benchmark::State& state) {
  FileScanner scanner;
  OverSources(state, [&](const Source& s) {
    benchmark::DoNotOptimize(scanner.Scan(s.text, LanguageHintOf(s.path)).symbols.size());
  });
}
BENCHMARK(BM_WholeScan);

void BM_FindLiteral(benchmark::State& state) {
  LiteralFinder finder("no_such_text_here");
  OverSources(state, [&](const Source& s) { benchmark::DoNotOptimize(finder.Find(s.text)); });
}
BENCHMARK(BM_FindLiteral);

void BM_FindLiteralScalar(benchmark::State& state) {
  LiteralFinder finder("no_such_text_here");
  OverSources(state, [&](const Source& s) { benchmark::DoNotOptimize(finder.FindScalar(s.text)); });
}
BENCHMARK(BM_FindLiteralScalar);

// Opening, getting at every byte, closing: the bytes are summed, as any use would touch them.
uint64_t Touch(const char* data, size_t size) {
  uint64_t sum = 0;
  for (size_t i = 0; i < size; i += 64) sum += static_cast<unsigned char>(data[i]);
  return sum;
}

void BM_ReadFiles(benchmark::State& state) {
  auto root = SourceRoot::Open("/");
  SourceReader reader(kMaxBytes);
  OverSources(state, [&](const Source& s) {
    auto text = reader.Read(*root, s.path.substr(1));
    if (text.ok()) benchmark::DoNotOptimize(Touch(text->text.data(), text->text.size()));
  });
}
BENCHMARK(BM_ReadFiles);

void BM_MapFiles(benchmark::State& state) {
  OverSources(state, [&](const Source& s) {
    int fd = open(s.path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0) {
      if (fd >= 0) close(fd);
      return;
    }
    auto size = static_cast<size_t>(st.st_size);
    void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (data == MAP_FAILED) return;
    benchmark::DoNotOptimize(Touch(static_cast<const char*>(data), size));
    munmap(data, size);
  });
}
BENCHMARK(BM_MapFiles);

}  // namespace
}  // namespace astrolabe
