// A bench that is slower by PLANTED_PERCENT, for who measures the benches (`astrolabe-bench selftest`): it
// scans a file 100 times, and so many times more. What it says of its throughput is of the 100.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <string_view>

#include "index/file_scanner.h"

namespace astrolabe {
namespace {

constexpr size_t kTimes = 100;

// A file of 4,000 bytes. Always the same one, so that one scan more is exactly a hundredth more.
const std::string& Source() {
  static const auto& text = *[] {
    static constexpr std::string_view kWords[] = {"Read",  "Write", "Merge",  "Buffer",
                                                  "Block", "Index", "Segment"};
    auto* made = new std::string;
    std::mt19937 random(1);
    auto word = [&] { return std::string(kWords[random() % std::size(kWords)]); };
    while (made->size() < 4000) {
      *made += "int " + word() + word() + word() + "(int size) { return size * 17; }\n";
    }
    return made;
  }();
  return text;
}

void Scan(benchmark::State& state) {
  FileScanner scanner;
  size_t symbols = 0;
  // What is done once is no part of what is measured: else 5 % would be less.
  symbols += scanner.Scan(Source(), LanguageHint::kCxx).symbols.size();
  for (auto _ : state) {
    for (size_t i = 0; i < kTimes + PLANTED_PERCENT; ++i) {
      symbols += scanner.Scan(Source(), LanguageHint::kCxx).symbols.size();
    }
    benchmark::DoNotOptimize(symbols);
  }
  state.SetBytesProcessed(static_cast<int64_t>(kTimes * Source().size()) * state.iterations());
}
BENCHMARK(Scan);
// For counting instructions: always as many.
BENCHMARK(Scan)->Name("ScanTenTimes")->Iterations(10);

}  // namespace
}  // namespace astrolabe
