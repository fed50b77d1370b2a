// What writing costs: takes an index apart into the shards that it could have come from, and builds it again.
//
//   semantic_rebuild INDEX_DIR/semantic NEW_DIR
//
// Prints the time of all Adds (which decode every file once), of the commit, of commits after one unit was
// parsed again, and of opening a writer. NEW_DIR should be empty.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "index/semantic/semantic_writer.h"

namespace astrolabe {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// Resident memory of this process in KB, "VmRSS" or "RssAnon"; 0 where /proc does not tell.
long StatusKb(const char* field) {
  std::FILE* file = std::fopen("/proc/self/status", "r");
  if (file == nullptr) return 0;
  char line[256];
  long kb = 0;
  const std::string format = std::string(field) + ": %ld kB";
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::sscanf(line, format.c_str(), &kb) == 1) break;
  }
  std::fclose(file);
  return kb;
}

std::vector<std::string> TakeApart(const SemanticIndex& index) {
  std::vector<std::string> shards;
  std::set<uint32_t> taken;
  index.ForEachUnit([&](const IndexedUnit& unit) {
    Shard shard;
    shard.unit = {.path = unit.path,
                  .command_digest = unit.command_digest,
                  .outcome = unit.outcome,
                  .reason = unit.reason,
                  .errors = unit.errors,
                  .closure = index.Closure(unit.id)};
    std::vector<std::string> files;
    for (const ClosureFile& read : shard.unit.closure) {
      for (const IndexedFile& file : index.FindFile(read.path)) {
        if (!taken.insert(file.id).second) continue;
        Arena arena;
        absl::StatusOr<FileFacts> facts = index.Facts(file.id, arena);
        if (facts.ok()) files.push_back(EncodeFileFacts(*facts));
      }
    }
    for (const std::string& file : files) shard.files.push_back(file);
    shards.push_back(EncodeShard(shard));
    return true;
  });
  return shards;
}

int Main(const std::string& from, const std::string& to) {
  auto fail = [](const absl::Status& status) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  };
  std::vector<std::string> shards;
  {
    absl::StatusOr<std::shared_ptr<const SemanticIndex>> index =
        SemanticIndex::Open(RealFileSystem(), from);
    if (!index.ok()) return fail(index.status());
    shards = TakeApart(**index);
  }
  size_t bytes = 0;
  for (const std::string& shard : shards) bytes += shard.size();
  std::printf("%zu shards, %zu bytes\n", shards.size(), bytes);

  auto open = [&to] {
    return SemanticWriter::Open(RealFileSystem(), to, {.tool_version = "bench", .owner = "bench"});
  };
  auto writer = open();
  if (!writer.ok()) return fail(writer.status());
  const long before_kb = StatusKb("RssAnon");
  Clock::time_point begin = Clock::now();
  for (const std::string& shard : shards) {
    absl::Status added = (*writer)->Add(shard);
    if (!added.ok()) return fail(added);
  }
  std::printf("add all %.1f ms, %ld KB more memory\n", MillisecondsSince(begin),
              StatusKb("RssAnon") - before_kb);
  begin = Clock::now();
  absl::Status committed = (*writer)->Commit();
  if (!committed.ok()) return fail(committed);
  std::printf("commit all %.1f ms, peak %ld KB, then %ld KB more memory\n",
              MillisecondsSince(begin), StatusKb("VmHWM"), StatusKb("RssAnon") - before_kb);

  std::vector<double> commits;
  for (size_t i = 0; i < shards.size() && commits.size() < 40; i += 1 + shards.size() / 40) {
    if (absl::Status added = (*writer)->Add(shards[i]); !added.ok()) return fail(added);
    begin = Clock::now();
    if (committed = (*writer)->Commit(); !committed.ok()) return fail(committed);
    commits.push_back(MillisecondsSince(begin));
  }
  double sum = 0, most = 0;
  for (double ms : commits) {
    sum += ms;
    most = std::max(most, ms);
  }
  std::printf("commit one unit: mean %.1f ms, most %.1f ms of %zu\n",
              sum / static_cast<double>(commits.size()), most, commits.size());
  writer->reset();
  begin = Clock::now();
  writer = open();
  if (!writer.ok()) return fail(writer.status());
  std::printf("open the writer %.1f ms\n", MillisecondsSince(begin));
  return 0;
}

}  // namespace
}  // namespace astrolabe

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: semantic_rebuild INDEX_DIR/semantic NEW_DIR\n");
    return 2;
  }
  return astrolabe::Main(argv[1], argv[2]);
}
