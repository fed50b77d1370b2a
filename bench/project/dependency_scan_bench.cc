// What the project model costs on a real workspace: ASTROLABE_BENCH_DATABASE names its
// compile_commands.json (default: RocksDB's library).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "analysis/project/compilation_database.h"
#include "analysis/project/dependency_scan.h"
#include "analysis/project/front_end_command.h"

namespace astrolabe {
namespace {

std::string DatabasePath() {
  const char* path = std::getenv("ASTROLABE_BENCH_DATABASE");
  return path != nullptr ? path : "/work/corpora/rocksdb/build-lib/compile_commands.json";
}

std::vector<FrontEndCommand> Commands() {
  std::vector<FrontEndCommand> commands;
  auto database = CompilationDatabase::Load(DatabasePath());
  auto front_end = FrontEndCommands::Create({});
  if (!database.ok() || !front_end.ok()) return commands;
  for (size_t i = 0; i < database->size(); ++i) {
    if (auto command = (*front_end)->For(database->at(i)); command.ok()) {
      commands.push_back(*std::move(command));
    }
  }
  return commands;
}

void BM_LoadDatabase(benchmark::State& state) {
  size_t entries = 0;
  for (auto _ : state) {
    auto database = CompilationDatabase::Load(DatabasePath());
    if (!database.ok()) return state.SkipWithError("no database");
    entries += database->size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(entries));
}
BENCHMARK(BM_LoadDatabase)->Unit(benchmark::kMillisecond);

void BM_FrontEndCommands(benchmark::State& state) {
  size_t commands = 0;
  for (auto _ : state) commands += Commands().size();
  state.SetItemsProcessed(static_cast<int64_t>(commands));
}
BENCHMARK(BM_FrontEndCommands)->Unit(benchmark::kMillisecond);

// Cold: each run reads and reduces every file anew.
void BM_Scan(benchmark::State& state) {
  const std::vector<FrontEndCommand> commands = Commands();
  if (commands.empty()) return state.SkipWithError("no database");
  size_t units = 0;
  size_t failed = 0;
  size_t closure = 0;
  size_t files = 0;
  size_t guarded = 0;
  for (auto _ : state) {
    const ScanResult scan =
        ScanDependencies(commands, static_cast<int>(state.range(0)), nullptr, nullptr);
    failed = closure = guarded = 0;
    for (const ScannedUnit& unit : scan.units) {
      failed += !unit.status.ok();
      closure += unit.Closure().size();
    }
    for (const DependencyFile& file : scan.files) guarded += file.guarded;
    files = scan.files.size();
    units += scan.units.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(units));
  state.counters["failed"] = static_cast<double>(failed);
  state.counters["files"] = static_cast<double>(files);
  state.counters["guarded"] = static_cast<double>(guarded);
  state.counters["closure"] = static_cast<double>(closure) / static_cast<double>(commands.size());
}
BENCHMARK(BM_Scan)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(2);

}  // namespace
}  // namespace astrolabe
