// A disk that breaks, a machine that loses power, readers that race: the index is the old one or the new
// one, and the next run repairs what is left to repair.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/fault_file_system.h"
#include "base/memory_file_system.h"
#include "base/strings.h"
#include "index/semantic/semantic_index.h"
#include "index/semantic/semantic_writer.h"
#include "tests/semantic/sample_facts.h"

namespace astrolabe {
namespace {

constexpr int kUnits = 4;

std::string UnitPath(int unit) { return StrCat("unit", unit, ".cc"); }

// The shard of a unit in its `round`-th content; all units share a header that changes every round.
std::string ShardOf(int unit, uint64_t round) {
  const std::string path = UnitPath(unit);
  FactsBuilder main(path, round);
  main.Declare(1, "", StrCat("F", unit), kRoleDefinition);
  FactsBuilder header("shared.h", round);
  header.Declare(1, "", "Shared", kRoleDefinition);
  return MakeShard(path, 1, {{path, round}, {"shared.h", round}}, {main.Encode(), header.Encode()});
}

absl::StatusOr<std::unique_ptr<SemanticWriter>> OpenWriter(FileSystem& fs) {
  return SemanticWriter::Open(fs, "/s", {.tool_version = "1", .owner = "test"});
}

// One run: everything in its `round`-th content.
absl::Status RunRound(FileSystem& fs, uint64_t round) {
  absl::StatusOr<std::unique_ptr<SemanticWriter>> writer = OpenWriter(fs);
  if (!writer.ok()) return writer.status();
  for (int unit = 0; unit < kUnits; ++unit) {
    absl::Status added = (*writer)->Add(ShardOf(unit, round));
    if (!added.ok()) return added;
  }
  return (*writer)->Commit();
}

// The round that a consistent index is in; fails if it mixes rounds in a way that no commit makes.
// Recovery commits what was in the journal, so units may be of this round or the one before.
void ExpectConsistent(FileSystem& fs, uint64_t old_round, uint64_t new_round,
                      const std::string& when) {
  absl::StatusOr<std::shared_ptr<const SemanticIndex>> index = SemanticIndex::Open(fs, "/s");
  if (old_round == 0 && absl::IsNotFound(index.status())) return;
  ASSERT_TRUE(index.ok()) << when << ": " << index.status();
  int units = 0;
  bool has_old = false;
  bool has_new = false;
  (*index)->ForEachUnit([&](const IndexedUnit& unit) {
    ++units;
    const std::vector<ClosureFile> closure = (*index)->Closure(unit.id);
    EXPECT_EQ(closure.size(), 2u) << when;
    if (closure.size() != 2) return true;
    const uint64_t round = closure[0].state.digest;
    EXPECT_TRUE(round == old_round || round == new_round) << when << " " << round;
    (round == old_round ? has_old : has_new) = true;
    // Its facts are there, of the same round, and so are those of its header.
    for (const ClosureFile& file : closure) {
      bool found = false;
      for (const IndexedFile& indexed : (*index)->FindFile(file.path)) {
        found = found || indexed.state == file.state;
        Arena arena;
        EXPECT_TRUE((*index)->Facts(indexed.id, arena).ok()) << when;
      }
      EXPECT_TRUE(found) << when << " " << file.path;
    }
    return true;
  });
  if (old_round != 0) EXPECT_EQ(units, kUnits) << when;
  EXPECT_EQ((*index)->FindFile("shared.h").size(), (has_old ? 1u : 0u) + (has_new ? 1u : 0u))
      << when;
  EXPECT_TRUE((*index)->damage().ok()) << when << (*index)->damage();
}

TEST(SemanticFaults, EveryOperationFailingOnce) {
  uint64_t operations;
  {
    MemoryFileSystem disk;
    ASSERT_TRUE(RunRound(disk, 1).ok());
    FaultFileSystem fs(disk);
    ASSERT_TRUE(RunRound(fs, 2).ok());
    operations = fs.operations();
  }
  ASSERT_GT(operations, 20u);
  for (const uint64_t times : {uint64_t{1}, Fault::kForever}) {
    for (uint64_t skip = 0; skip < operations; ++skip) {
      const std::string when = StrCat("operation ", skip, " failing ", times == 1 ? "once" : "on");
      MemoryFileSystem disk;
      ASSERT_TRUE(RunRound(disk, 1).ok());
      FaultFileSystem fs(disk);
      fs.Inject({.error = EIO, .skip = skip, .times = times, .bytes_before_append_fails = 7});
      const absl::Status status = RunRound(fs, 2);
      ExpectConsistent(disk, 1, 2, when);
      if (status.ok()) ExpectConsistent(disk, 2, 2, when);
      fs.Heal();
      ASSERT_TRUE(RunRound(fs, 3).ok()) << when;
      ExpectConsistent(disk, 3, 3, when);
    }
  }
}

TEST(SemanticFaults, TheDiskFullAtEveryByte) {
  for (uint64_t space = 0;; space += 97) {
    MemoryFileSystem disk;
    ASSERT_TRUE(RunRound(disk, 1).ok());
    FaultFileSystem fs(disk);
    fs.LimitSpace(space);
    const absl::Status status = RunRound(fs, 2);
    ExpectConsistent(disk, 1, 2, StrCat("space ", space));
    fs.Heal();
    ASSERT_TRUE(RunRound(fs, 3).ok()) << space;
    ExpectConsistent(disk, 3, 3, StrCat("space ", space));
    if (status.ok()) break;
  }
}

// Fails everything from some operation on, as a machine does whose power goes.
TEST(SemanticFaults, ThePowerGoingAtEveryOperation) {
  uint64_t operations;
  {
    MemoryFileSystem disk;
    ASSERT_TRUE(RunRound(disk, 1).ok());
    FaultFileSystem fs(disk);
    ASSERT_TRUE(RunRound(fs, 2).ok());
    operations = fs.operations();
  }
  for (PowerLoss loss :
       {PowerLoss::kNothingUnsyncedSurvives, PowerLoss::kNamesSurvive, PowerLoss::kBytesSurvive}) {
    for (uint64_t skip = 0; skip <= operations; ++skip) {
      const std::string when = StrCat("power lost after ", skip);
      MemoryFileSystem disk;
      ASSERT_TRUE(RunRound(disk, 1).ok());
      FaultFileSystem fs(disk);
      fs.Inject({.error = EIO, .skip = skip, .times = Fault::kForever});
      const bool committed = RunRound(fs, 2).ok();
      std::unique_ptr<MemoryFileSystem> after = disk.Crash(loss);
      ExpectConsistent(*after, 1, 2, when);
      if (committed) ExpectConsistent(*after, 2, 2, when);
      ASSERT_TRUE(RunRound(*after, 3).ok()) << when;
      ExpectConsistent(*after, 3, 3, when);
    }
  }
}

TEST(SemanticFaults, ACommitThatFailedIsRepeated) {
  MemoryFileSystem disk;
  ASSERT_TRUE(RunRound(disk, 1).ok());
  FaultFileSystem fs(disk);
  absl::StatusOr<std::unique_ptr<SemanticWriter>> writer = OpenWriter(fs);
  ASSERT_TRUE(writer.ok());
  for (int unit = 0; unit < kUnits; ++unit) {
    ASSERT_TRUE((*writer)->Add(ShardOf(unit, 2)).ok());
  }
  fs.Inject({.error = ENOSPC, .operation = FileOperation::kAppend, .path = "sem-"});
  EXPECT_TRUE(absl::IsResourceExhausted((*writer)->Commit()));
  EXPECT_EQ((*writer)->index()->generation(), 1u);
  ExpectConsistent(disk, 1, 1, "after the failure");
  ASSERT_TRUE((*writer)->Commit().ok());
  ExpectConsistent(disk, 2, 2, "after repeating");
}

TEST(SemanticFaults, AnAddThatFailedIsNotThere) {
  MemoryFileSystem disk;
  FaultFileSystem fs(disk);
  absl::StatusOr<std::unique_ptr<SemanticWriter>> writer = OpenWriter(fs);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Add(ShardOf(0, 1)).ok());
  fs.Inject({.error = ENOSPC,
             .operation = FileOperation::kAppend,
             .path = "journal",
             .bytes_before_append_fails = 40});
  EXPECT_TRUE(absl::IsResourceExhausted((*writer)->Add(ShardOf(1, 1))));
  ASSERT_TRUE((*writer)->Commit().ok());
  EXPECT_EQ((*writer)->index()->FindFile(UnitPath(0)).size(), 1u);
  EXPECT_EQ((*writer)->index()->FindFile(UnitPath(1)).size(), 0u);
  // The next journal works again.
  ASSERT_TRUE((*writer)->Add(ShardOf(1, 1)).ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  EXPECT_EQ((*writer)->index()->FindFile(UnitPath(1)).size(), 1u);
}

TEST(SemanticFaults, ReadersDuringCommits) {
  MemoryFileSystem disk;
  ASSERT_TRUE(RunRound(disk, 1).ok());
  std::atomic<bool> stop = false;
  std::atomic<int> opened = 0;
  std::thread reader([&] {
    while (!stop) {
      absl::StatusOr<std::shared_ptr<const SemanticIndex>> index = SemanticIndex::Open(disk, "/s");
      ASSERT_TRUE(index.ok()) << index.status();
      std::vector<uint64_t> rounds;
      (*index)->ForEachUnit([&](const IndexedUnit& unit) {
        rounds.push_back((*index)->Closure(unit.id)[0].state.digest);
        return true;
      });
      ASSERT_EQ(rounds.size(), static_cast<size_t>(kUnits));
      for (uint64_t round : rounds) ASSERT_EQ(round, rounds[0]) << "a commit seen in part";
      ASSERT_EQ((*index)->FindByName("Shared").size(), 1u);
      ASSERT_TRUE((*index)->damage().ok()) << (*index)->damage();
      ++opened;
    }
  });
  absl::StatusOr<std::unique_ptr<SemanticWriter>> writer = OpenWriter(disk);
  ASSERT_TRUE(writer.ok());
  for (uint64_t round = 2; round < 200 || opened < 20; ++round) {
    for (int unit = 0; unit < kUnits; ++unit) {
      ASSERT_TRUE((*writer)->Add(ShardOf(unit, round)).ok());
    }
    ASSERT_TRUE((*writer)->Commit().ok());
  }
  stop = true;
  reader.join();
}

}  // namespace
}  // namespace astrolabe
