// Each fault does what it says, and AtomicReplace survives every one of them and every power loss.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/fault_file_system.h"

#include <functional>
#include <string>

#include "base/memory_file_system.h"
#include "gtest/gtest.h"

namespace astrolabe {
namespace {

using Code = absl::StatusCode;
using Strings = std::vector<std::string>;

absl::Status Write(FileSystem& fs, const std::string& path, std::string_view text,
                   bool sync = true) {
  auto file = fs.Create(path);
  if (!file.ok()) return file.status();
  if (absl::Status status = (*file)->Append(text); !status.ok()) return status;
  if (sync) {
    if (absl::Status status = (*file)->Sync(); !status.ok()) return status;
  }
  return (*file)->Close();
}

// The bytes, or "(none)".
std::string Read(FileSystem& fs, const std::string& path) {
  auto contents = fs.Map(path);
  return contents.ok() ? std::string((*contents)->bytes()) : "(none)";
}

TEST(FaultFileSystem, PassesEverythingThroughWhenNothingIsInjected) {
  MemoryFileSystem disk;
  FaultFileSystem fs(disk);
  EXPECT_TRUE(fs.CreateDirectories("/d").ok());
  EXPECT_TRUE(AtomicReplace(fs, "/d/a", "text").ok());
  EXPECT_EQ(Read(disk, "/d/a"), "text");
  EXPECT_EQ(fs.Stat("/d/a")->size, 4u);
  EXPECT_EQ(*fs.List("/d"), Strings{"a"});
  EXPECT_TRUE(fs.Lock("/d/lock", "me").ok());
  EXPECT_TRUE(fs.Remove("/d/lock").ok());
  EXPECT_GT(fs.operations(), 8u);
  EXPECT_EQ(fs.failures(), 0u);
}

TEST(FaultFileSystem, ShortWriteKeepsThePrefix) {
  MemoryFileSystem disk;
  FaultFileSystem fs(disk);
  fs.Inject({.error = ENOSPC, .operation = FileOperation::kAppend, .bytes_before_append_fails = 3});
  auto file = fs.Create("/a");
  EXPECT_EQ((*file)->Append("0123456789").code(), Code::kResourceExhausted);
  EXPECT_EQ(Read(disk, "/a"), "012");
  // The error sticks although the fault was for once.
  EXPECT_EQ((*file)->Append("x").code(), Code::kResourceExhausted);
  EXPECT_EQ((*file)->Sync().code(), Code::kResourceExhausted);
  EXPECT_EQ((*file)->Close().code(), Code::kResourceExhausted);
  EXPECT_EQ(Read(disk, "/a"), "012");
  EXPECT_TRUE(Write(fs, "/a", "works again").ok());
}

TEST(FaultFileSystem, DiskFillsUpAfterSoManyBytes) {
  MemoryFileSystem disk;
  FaultFileSystem fs(disk);
  fs.LimitSpace(10);
  EXPECT_TRUE(Write(fs, "/a", "123456").ok());
  EXPECT_EQ(Write(fs, "/b", "123456").code(), Code::kResourceExhausted);
  EXPECT_EQ(Read(disk, "/b"), "1234");
  EXPECT_EQ(Write(fs, "/c", "1").code(), Code::kResourceExhausted);
  fs.Heal();
  EXPECT_TRUE(Write(fs, "/c", "1").ok());
}

TEST(FaultFileSystem, FailsTheNthMatchingOperationSoManyTimes) {
  MemoryFileSystem disk;
  FaultFileSystem fs(disk);
  fs.Inject({.operation = FileOperation::kStat, .skip = 2, .times = 2});
  std::string outcome;
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(fs.List("/").ok());  // other operations do not count
    outcome += fs.Stat("/").ok() ? '.' : 'E';
  }
  EXPECT_EQ(outcome, "..EE..");
  EXPECT_EQ(fs.failures(), 2u);
}

TEST(FaultFileSystem, FailsByPath) {
  MemoryFileSystem disk;
  FaultFileSystem fs(disk);
  fs.Inject({.error = EIO, .path = "bad", .times = Fault::kForever});
  EXPECT_EQ(Write(fs, "/bad", "x").code(), Code::kDataLoss);
  EXPECT_TRUE(Write(fs, "/good", "x").ok());
  EXPECT_EQ(fs.Rename("/good", "/bad").code(), Code::kDataLoss);
  EXPECT_EQ(fs.Lock("/bad.lock", "me").status().code(), Code::kDataLoss);
  EXPECT_TRUE(fs.Stat("/good").ok());
}

TEST(FaultFileSystem, EveryKindOfOperationCanFail) {
  const std::vector<std::pair<FileOperation, std::function<absl::Status(FileSystem&)>>> cases = {
      {FileOperation::kMap, [](FileSystem& fs) { return fs.Map("/d/a").status(); }},
      {FileOperation::kCreate, [](FileSystem& fs) { return Write(fs, "/d/b", "x"); }},
      {FileOperation::kAppend, [](FileSystem& fs) { return Write(fs, "/d/b", "x"); }},
      {FileOperation::kSync, [](FileSystem& fs) { return Write(fs, "/d/b", "x"); }},
      {FileOperation::kClose, [](FileSystem& fs) { return Write(fs, "/d/b", "x"); }},
      {FileOperation::kStat, [](FileSystem& fs) { return fs.Stat("/d/a").status(); }},
      {FileOperation::kList, [](FileSystem& fs) { return fs.List("/d").status(); }},
      {FileOperation::kCreateDirectories,
       [](FileSystem& fs) { return fs.CreateDirectories("/d/e"); }},
      {FileOperation::kRemove, [](FileSystem& fs) { return fs.Remove("/d/a"); }},
      {FileOperation::kRename, [](FileSystem& fs) { return fs.Rename("/d/a", "/d/c"); }},
      {FileOperation::kSyncDirectory, [](FileSystem& fs) { return fs.SyncDirectory("/d"); }},
      {FileOperation::kLock, [](FileSystem& fs) { return fs.Lock("/d/l", "me").status(); }},
  };
  for (const auto& [operation, run] : cases) {
    MemoryFileSystem disk;
    ASSERT_TRUE(disk.CreateDirectories("/d").ok());
    ASSERT_TRUE(Write(disk, "/d/a", "x").ok());
    FaultFileSystem fs(disk);
    fs.Inject({.error = EACCES, .operation = operation});
    const absl::Status broken = run(fs);
    EXPECT_EQ(broken.code(), Code::kPermissionDenied) << static_cast<int>(operation) << broken;
    EXPECT_NE(broken.message().find("/d"), absl::string_view::npos) << broken;
    EXPECT_TRUE(run(fs).ok()) << static_cast<int>(operation);  // the fault was for once
  }
}

// Every operation of AtomicReplace in turn fails in every way: the file is old or new, the error is
// reported, and nothing stays beside it.
TEST(AtomicReplace, SurvivesEveryFault) {
  for (const int error : {EIO, ENOSPC}) {
    for (uint64_t step = 0;; ++step) {
      MemoryFileSystem disk;
      ASSERT_TRUE(disk.CreateDirectories("/d").ok());
      ASSERT_TRUE(AtomicReplace(disk, "/d/m", "old").ok());
      FaultFileSystem fs(disk);
      fs.Inject({.error = error, .skip = step, .bytes_before_append_fails = 2});
      const absl::Status status = AtomicReplace(fs, "/d/m", "new");
      if (fs.failures() == 0) {
        ASSERT_TRUE(status.ok());
        EXPECT_EQ(step, 6u);  // create, append, sync, close, rename, sync of the directory
        break;
      }
      EXPECT_FALSE(status.ok()) << "step " << step;
      EXPECT_EQ(Read(disk, "/d/m"), step < 5 ? "old" : "new") << "step " << step;
      EXPECT_EQ(*disk.List("/d"), Strings{"m"}) << "step " << step;
    }
  }
}

// The power fails after every prefix of AtomicReplace's operations (all later ones fail). Whatever the
// kernel had written back by then, the file is whole.
TEST(AtomicReplace, SurvivesPowerLossAtEveryStep) {
  for (const PowerLoss loss :
       {PowerLoss::kNothingUnsyncedSurvives, PowerLoss::kNamesSurvive, PowerLoss::kBytesSurvive}) {
    for (uint64_t step = 0; step <= 6; ++step) {
      MemoryFileSystem disk;
      ASSERT_TRUE(disk.CreateDirectories("/d").ok());
      ASSERT_TRUE(AtomicReplace(disk, "/d/m", "old").ok());
      FaultFileSystem fs(disk);
      fs.Inject({.skip = step, .times = Fault::kForever});
      const bool done = AtomicReplace(fs, "/d/m", "new").ok();
      EXPECT_EQ(done, step == 6);
      const std::string found = Read(*disk.Crash(loss), "/d/m");
      EXPECT_TRUE(found == "new" || (found == "old" && !done))
          << found << ", step " << step << ", loss " << static_cast<int>(loss);
    }
  }
}

TEST(PowerLoss, UnsyncedBytesAreLostAndSyncedOnesStay) {
  MemoryFileSystem disk;
  auto file = disk.Create("/a");
  ASSERT_TRUE((*file)->Append("safe").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE((*file)->Append(" unsafe").ok());
  ASSERT_TRUE((*file)->Close().ok());
  ASSERT_TRUE(disk.SyncDirectory("/").ok());
  EXPECT_EQ(Read(*disk.Crash(), "/a"), "safe");
  EXPECT_EQ(Read(*disk.Crash(PowerLoss::kBytesSurvive), "/a"), "safe unsafe");
  EXPECT_EQ(disk.Crash()->Stat("/a")->size, 4u);
  EXPECT_EQ(Read(disk, "/a"), "safe unsafe");  // looking does no harm
}

TEST(PowerLoss, SyncOfAFileDoesNotKeepItsName) {
  MemoryFileSystem disk;
  ASSERT_TRUE(Write(disk, "/a", "text").ok());
  EXPECT_EQ(Read(*disk.Crash(), "/a"), "(none)");
  EXPECT_EQ(Read(*disk.Crash(PowerLoss::kNamesSurvive), "/a"), "text");
  ASSERT_TRUE(disk.SyncDirectory("/").ok());
  EXPECT_EQ(Read(*disk.Crash(), "/a"), "text");
}

TEST(PowerLoss, RenameAndRemoveComeBackUntilTheDirectoryIsSynced) {
  MemoryFileSystem disk;
  ASSERT_TRUE(Write(disk, "/a", "a").ok());
  ASSERT_TRUE(Write(disk, "/b", "b").ok());
  ASSERT_TRUE(disk.SyncDirectory("/").ok());
  ASSERT_TRUE(disk.Rename("/a", "/c").ok());
  ASSERT_TRUE(disk.Remove("/b").ok());
  EXPECT_EQ(*disk.Crash()->List("/"), (Strings{"a", "b"}));
  EXPECT_EQ(*disk.Crash(PowerLoss::kNamesSurvive)->List("/"), Strings{"c"});
  ASSERT_TRUE(disk.SyncDirectory("/").ok());
  EXPECT_EQ(*disk.Crash()->List("/"), Strings{"c"});
}

TEST(PowerLoss, RenameBetweenDirectoriesNeedsBothSynced) {
  MemoryFileSystem disk;
  ASSERT_TRUE(disk.CreateDirectories("/x").ok());
  ASSERT_TRUE(disk.CreateDirectories("/y").ok());
  ASSERT_TRUE(Write(disk, "/x/a", "a").ok());
  ASSERT_TRUE(disk.SyncDirectory("/x").ok());
  ASSERT_TRUE(disk.Rename("/x/a", "/y/a").ok());
  ASSERT_TRUE(disk.SyncDirectory("/y").ok());
  EXPECT_EQ(Read(*disk.Crash(), "/x/a"), "a");
  EXPECT_EQ(Read(*disk.Crash(), "/y/a"), "a");
  EXPECT_EQ(disk.Crash()->Stat("/x/a")->inode, disk.Crash()->Stat("/y/a")->inode);
  ASSERT_TRUE(disk.SyncDirectory("/x").ok());
  EXPECT_EQ(Read(*disk.Crash(), "/x/a"), "(none)");
}

// The mistake that the model is there to find: rename without fsync of the new file.
TEST(PowerLoss, FindsAMissingSync) {
  MemoryFileSystem disk;
  ASSERT_TRUE(AtomicReplace(disk, "/m", "old").ok());
  ASSERT_TRUE(Write(disk, "/m.tmp", "new", /*sync=*/false).ok());
  ASSERT_TRUE(disk.Rename("/m.tmp", "/m").ok());
  EXPECT_EQ(Read(*disk.Crash(PowerLoss::kNamesSurvive), "/m"), "");
}

TEST(PowerLoss, NothingIsLockedAfterAReboot) {
  MemoryFileSystem disk;
  auto lock = disk.Lock("/lock", "before");
  ASSERT_TRUE(disk.SyncDirectory("/").ok());
  EXPECT_TRUE(disk.Crash()->Lock("/lock", "after").ok());
  EXPECT_FALSE(disk.Lock("/lock", "second").ok());
}

}  // namespace
}  // namespace astrolabe
