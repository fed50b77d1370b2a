// What segments cost on a real workspace: building pieces, merging them, opening and asking.
//
// Scans every C and C++ file below ASTROLABE_BENCH_WORKSPACE (default: the current folder) outside
// the timed part, and prints where the bytes of the merged segment go.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/file_system.h"
#include "index/file_scanner.h"
#include "index/merge.h"
#include "index/segment.h"
#include "index/segment_builder.h"

namespace astrolabe {
namespace {

bool IsOfUsers() { return std::getenv("ASTROLABE_BENCH_WORKSPACE") != nullptr; }

// A builder's share of the memory budget with two scanning threads; of our own few sources a part, so that
// there is something to merge.
size_t PieceBytes() { return IsOfUsers() ? 40 << 20 : 1 << 20; }

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

template <typename T>
T Check(absl::StatusOr<T> value) {
  Check(value.status());
  return *std::move(value);
}

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Scans and calls use(path, record, scan); returns the CPU seconds of the uses.
template <typename Use>
double ScanWorkspace(const std::vector<std::string>& paths, size_t root_bytes, Use use) {
  FileScanner scanner;
  double used = 0;
  for (const std::string& path : paths) {
    std::ifstream in(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    ScannedFile scan = scanner.Scan(text, LanguageHintOf(path));
    FileRecord record = {.size = text.size(),
                         .digest = scan.digest,
                         .line_count = scan.line_count,
                         .flags = kFileScanned};
    double before = CpuSeconds();
    use(std::string_view(path).substr(root_bytes + 1), record, scan);
    used += CpuSeconds() - before;
  }
  return used;
}

std::string Workspace() {
  const char* workspace = std::getenv("ASTROLABE_BENCH_WORKSPACE");
  return std::filesystem::canonical(workspace != nullptr ? workspace : BENCH_DEFAULT_WORKSPACE)
      .string();
}

std::string ScratchFolder() {
  static const std::string folder = [] {
    std::string made = (std::filesystem::temp_directory_path() / "segment_bench").string();
    std::filesystem::remove_all(made);
    std::filesystem::create_directories(made);
    return made;
  }();
  return folder;
}

struct Built {
  std::vector<std::string> pieces;
  uint64_t symbols = 0;
  uint64_t source_bytes = 0;
  double seconds = 0;
};

const Built& BuildPieces() {
  static const Built built = [] {
    Built result;
    std::string root = Workspace();
    std::vector<std::string> paths;
    for (auto at = std::filesystem::recursive_directory_iterator(root);
         at != std::filesystem::recursive_directory_iterator(); ++at) {
      const std::filesystem::directory_entry& entry = *at;
      std::string name = entry.path().filename().string();
      if (entry.is_directory() && (name.starts_with(".") || name == "build"))
        at.disable_recursion_pending();
      std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file()) continue;
      if (extension == ".c" || extension == ".h" || extension == ".cc" || extension == ".cpp") {
        paths.push_back(entry.path().string());
      }
    }
    SegmentBuilder builder;
    auto flush = [&] {
      std::string path = ScratchFolder() + "/piece" + std::to_string(result.pieces.size()) + ".seg";
      result.symbols += Check(builder.WritePiece(RealFileSystem(), path)).symbols;
      result.pieces.push_back(path);
    };
    result.seconds = ScanWorkspace(
        paths, root.size(),
        [&](std::string_view path, const FileRecord& record, const ScannedFile& scan) {
          Check(builder.AddFile(path, record, scan.symbols, scan.word_hashes));
          result.source_bytes += record.size;
          if (builder.memory_bytes() >= PieceBytes()) flush();
        });
    double before = CpuSeconds();
    if (!builder.empty()) flush();
    result.seconds += CpuSeconds() - before;
    std::fprintf(stderr, "build: %zu pieces, %.1f M symbols, %.2f CPU s, %.0f ns/symbol\n",
                 result.pieces.size(), 1e-6 * static_cast<double>(result.symbols), result.seconds,
                 1e9 * result.seconds / static_cast<double>(result.symbols));
    return result;
  }();
  return built;
}

const std::string& MergedPath() {
  static const std::string path = [] {
    std::string merged = ScratchFolder() + "/merged.seg";
    std::vector<MergeInput> inputs;
    for (const std::string& piece : BuildPieces().pieces) {
      inputs.push_back({Check(Segment::Open(RealFileSystem(), piece)), FileSet()});
    }
    double before = CpuSeconds();
    auto start = std::chrono::steady_clock::now();
    Check(MergeSegments(RealFileSystem(), inputs, merged));
    double cpu = CpuSeconds() - before;
    double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    auto segment = Check(Segment::Open(RealFileSystem(), merged));
    std::fprintf(
        stderr,
        "merge: %.2f CPU s, %.2f s wall with fsync, %.0f ns/symbol; %.1f MB, %.1f %% of the "
        "source\n",
        cpu, wall, 1e9 * cpu / static_cast<double>(BuildPieces().symbols),
        1e-6 * static_cast<double>(segment->byte_size()),
        100.0 * static_cast<double>(segment->byte_size()) /
            static_cast<double>(BuildPieces().source_bytes));
    for (const SectionInfo& section : segment->Sections()) {
      std::fprintf(stderr, "  %-16s %12llu bytes %10llu items\n", std::string(section.name).c_str(),
                   static_cast<unsigned long long>(section.bytes),
                   static_cast<unsigned long long>(section.items));
    }
    return merged;
  }();
  return path;
}

void Merge(benchmark::State& state) {
  std::vector<MergeInput> inputs;
  for (const std::string& piece : BuildPieces().pieces) {
    inputs.push_back({Check(Segment::Open(RealFileSystem(), piece)), FileSet()});
  }
  for (auto _ : state) {
    Check(MergeSegments(RealFileSystem(), inputs, ScratchFolder() + "/again.seg"));
  }
  state.counters["ns/symbol"] = benchmark::Counter(
      static_cast<double>(BuildPieces().symbols) * 1e-9,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  int64_t bytes = 0;
  for (const MergeInput& input : inputs) bytes += static_cast<int64_t>(input.segment->byte_size());
  state.SetBytesProcessed(bytes * state.iterations());
}
BENCHMARK(Merge)->Unit(benchmark::kMillisecond)->MinTime(0.01);

void Open(benchmark::State& state) {
  const std::string& path = MergedPath();
  for (auto _ : state) benchmark::DoNotOptimize(Check(Segment::Open(RealFileSystem(), path)));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Open)->Unit(benchmark::kMicrosecond);

void FindName(benchmark::State& state) {
  auto segment = Check(Segment::Open(RealFileSystem(), MergedPath()));
  std::vector<std::string> names(1024);
  std::mt19937 random(1);
  for (std::string& name : names) segment->names().Get(random() % segment->names().size(), &name);
  size_t i = 0;
  for (auto _ : state) {
    std::optional<uint32_t> id = segment->names().Find(names[i++ % names.size()]);
    PostingCursor cursor = segment->Postings(*id);
    while (cursor.Next())
      benchmark::DoNotOptimize(segment->FileOfSymbol(cursor.posting().symbol_id));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(FindName)->Unit(benchmark::kMicrosecond);

void ReadSymbol(benchmark::State& state) {
  auto segment = Check(Segment::Open(RealFileSystem(), MergedPath()));
  std::mt19937 random(1);
  SymbolRow row;
  for (auto _ : state) {
    benchmark::DoNotOptimize(segment->Symbol(random() % segment->symbol_count(), &row));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ReadSymbol)->Unit(benchmark::kMicrosecond);

void WalkFiles(benchmark::State& state) {
  auto segment = Check(Segment::Open(RealFileSystem(), MergedPath()));
  for (auto _ : state) {
    FileRow row;
    for (StringCursor path = segment->paths().WalkAll(); path.Next();) {
      benchmark::DoNotOptimize(segment->File(path.id(), &row));
    }
  }
  state.SetItemsProcessed(state.iterations() * segment->file_count());
}
BENCHMARK(WalkFiles)->Unit(benchmark::kMillisecond);

void CandidateFiles(benchmark::State& state) {
  auto segment = Check(Segment::Open(RealFileSystem(), MergedPath()));
  std::mt19937_64 random(1);
  uint64_t candidates = 0, asked = 0;
  for (auto _ : state) {
    candidates += segment->CandidateFiles(random()).Count();
    ++asked;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["false positives/file"] =
      static_cast<double>(candidates) / static_cast<double>(asked) / segment->file_count();
}
BENCHMARK(CandidateFiles)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace astrolabe
