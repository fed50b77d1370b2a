// What a commit leaves on disk, whatever breaks on the way.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/index_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/fault_file_system.h"
#include "base/memory_file_system.h"
#include "base/strings.h"
#include "index/merge.h"
#include "tests/segment/sample_files.h"

namespace astrolabe {
namespace {

constexpr char kDirectory[] = "/index";

IndexWriterOptions Options(std::string owner = "a test") {
  return {.root = "/some root/with\nodd%name", .tool_version = "1", .owner = std::move(owner)};
}

std::unique_ptr<IndexWriter> OpenWriter(FileSystem& fs, const std::string& directory = kDirectory) {
  absl::StatusOr<std::unique_ptr<IndexWriter>> writer = IndexWriter::Open(fs, directory, Options());
  EXPECT_TRUE(writer.ok()) << writer.status();
  return writer.ok() ? *std::move(writer) : nullptr;
}

// Writes `files` as one piece and commits it together with the deletions.
absl::Status Commit(FileSystem& fs, IndexWriter& writer, const std::vector<SampleFile>& files,
                    std::vector<std::string> deleted = {}) {
  IndexChange change = {.added = {}, .deleted = std::move(deleted)};
  if (!files.empty()) {
    SegmentBuilder builder;
    for (const SampleFile& file : files) AddSample(builder, file);
    absl::StatusOr<SegmentInfo> info = builder.WritePiece(fs, writer.NewSegmentPath());
    if (!info.ok()) return info.status();
    change.added.push_back(*info);
  }
  return writer.Commit(change);
}

// Path and digest of every live file, and that no path lives twice.
std::map<std::string, uint64_t> LiveFiles(const Snapshot& snapshot) {
  std::map<std::string, uint64_t> live;
  for (const LiveSegment& segment : snapshot.segments) {
    for (StringCursor path = segment.segment->paths().WalkAll(); path.Next();) {
      if (segment.dead.Contains(path.id())) continue;
      FileRow row;
      EXPECT_TRUE(segment.segment->File(path.id(), &row));
      EXPECT_TRUE(live.emplace(path.text(), row.record.digest).second) << path.text();
      FileLocation at;
      EXPECT_TRUE(FindLiveFile(snapshot, path.text(), &at));
      EXPECT_EQ(snapshot.segments[at.segment].segment, segment.segment);
      EXPECT_EQ(at.file, path.id());
    }
  }
  EXPECT_TRUE(snapshot.damage().ok()) << snapshot.damage();
  return live;
}

std::map<std::string, uint64_t> LiveFiles(FileSystem& fs, const std::string& dir = kDirectory) {
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = OpenSnapshot(fs, dir);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return snapshot.ok() ? LiveFiles(**snapshot) : std::map<std::string, uint64_t>();
}

std::map<std::string, uint64_t> Expected(const std::vector<SampleFile>& files) {
  std::map<std::string, uint64_t> expected;
  for (const SampleFile& file : files) expected[file.path] = file.record.digest;
  return expected;
}

std::vector<std::string> SegmentNames(FileSystem& fs) {
  std::vector<std::string> names;
  std::vector<std::string> all = *fs.List(kDirectory);
  for (std::string& name : all) {
    if (name.starts_with("seg-")) names.push_back(std::move(name));
  }
  return names;
}

TEST(Manifest, RoundTrip) {
  Manifest manifest = {
      .tool_version = "0.1 %beta",
      .generation = 42,
      .root = "/a b\n\xFF%",
      .segments = {{"seg-1.seg", 1000, 0xFEDCBA9876543210u, 900, {{3, 6}, {9, 10}}},
                   {"seg-20.seg", 5, 1, 0, {}}}};
  std::string text = FormatManifest(manifest);
  absl::StatusOr<Manifest> parsed = ParseManifest(text, "M");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, manifest);
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(ParseManifest(text.substr(0, size), "M").ok()) << size;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] ^= 1;
    EXPECT_FALSE(ParseManifest(damaged, "M").ok()) << i;
  }
  std::string newer = text;
  newer.replace(newer.find(" 1\n"), 2, " 2");
  EXPECT_TRUE(absl::IsFailedPrecondition(ParseManifest(newer, "M").status()));
}

TEST(IndexStore, ThereIsNoIndexAtFirst) {
  MemoryFileSystem fs;
  EXPECT_TRUE(absl::IsNotFound(OpenSnapshot(fs, kDirectory).status()));
  auto writer = OpenWriter(fs);
  EXPECT_TRUE(writer->snapshot()->segments.empty());
  EXPECT_TRUE(absl::IsNotFound(OpenSnapshot(fs, kDirectory).status()));
}

TEST(IndexStore, AddsReplacesAndDeletes) {
  MemoryFileSystem fs;
  std::vector<SampleFile> files = RandomFiles(1, 40, 20);
  {
    auto writer = OpenWriter(fs);
    ASSERT_TRUE(Commit(fs, *writer, files).ok());
    EXPECT_EQ(LiveFiles(fs), Expected(files));
    for (uint32_t round = 0; round < 60; ++round) {
      SampleFile& changed = files[round * 7 % files.size()];
      changed.record.digest = round;
      SampleFile added = RandomFiles(round, 1, 30, StrCat("new", round, "/"))[0];
      std::string deleted = files[round % files.size()].path;
      std::vector<SampleFile> piece = {added};
      if (changed.path != deleted) piece.push_back(changed);
      ASSERT_TRUE(Commit(fs, *writer, piece, {deleted, "was/never/there"}).ok());
      std::erase_if(files, [&](const SampleFile& f) { return f.path == deleted; });
      files.push_back(added);
      ASSERT_EQ(LiveFiles(*writer->snapshot()), Expected(files));
      EXPECT_LE(writer->snapshot()->segments.size(), 12u);
      EXPECT_EQ(SegmentNames(fs).size(), writer->snapshot()->segments.size());
    }
  }
  auto snapshot = OpenSnapshot(fs, kDirectory);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ((*snapshot)->generation, 61u);
  EXPECT_EQ((*snapshot)->root, Options().root);
  EXPECT_EQ(LiveFiles(**snapshot), Expected(files));

  auto writer = OpenWriter(fs);
  EXPECT_TRUE(writer->notes().empty());
  ASSERT_TRUE(writer->Compact().ok());
  ASSERT_EQ(writer->snapshot()->segments.size(), 1u);
  ExpectSameText(Describe(*writer->snapshot()->segments[0].segment), Describe(files));
}

TEST(IndexStore, MergesManyPiecesOfOneCommit) {
  MemoryFileSystem fs;
  auto writer = OpenWriter(fs);
  std::vector<SampleFile> files = RandomFiles(1, 150, 5);
  IndexChange change;
  SegmentBuilder builder;
  for (const SampleFile& file : files) {
    AddSample(builder, file);
    change.added.push_back(*builder.WritePiece(fs, writer->NewSegmentPath()));
  }
  ASSERT_GT(change.added.size(), kMaxMergeInputs);
  ASSERT_TRUE(writer->Commit(change).ok());
  ASSERT_EQ(writer->snapshot()->segments.size(), 1u);
  ExpectSameText(Describe(*writer->snapshot()->segments[0].segment), Describe(files));
  EXPECT_EQ(SegmentNames(fs).size(), 1u);
}

TEST(IndexStore, ASecondWriterIsToldWhoHoldsTheLock) {
  MemoryFileSystem fs;
  auto first = IndexWriter::Open(fs, kDirectory, Options("process 4711"));
  ASSERT_TRUE(first.ok());
  absl::Status second = IndexWriter::Open(fs, kDirectory, Options("me")).status();
  EXPECT_TRUE(absl::IsUnavailable(second)) << second;
  EXPECT_NE(second.message().find("process 4711"), absl::string_view::npos) << second;
  first->reset();
  EXPECT_TRUE(IndexWriter::Open(fs, kDirectory, Options("me")).ok());
}

TEST(IndexStore, ASnapshotOutlivesWhatReplacesIt) {
  MemoryFileSystem fs;
  auto writer = OpenWriter(fs);
  std::vector<SampleFile> files = RandomFiles(1, 30, 20);
  ASSERT_TRUE(Commit(fs, *writer, files).ok());
  auto before = OpenSnapshot(fs, kDirectory);
  std::string text = Describe(*(*before)->segments[0].segment);
  ASSERT_TRUE(Commit(fs, *writer, RandomFiles(2, 40, 20)).ok());
  ASSERT_TRUE(writer->Compact().ok());
  ExpectSameText(Describe(*(*before)->segments[0].segment), text);
}

void Overwrite(FileSystem& fs, const std::string& path, const std::string& bytes) {
  auto file = fs.Create(path);
  ASSERT_TRUE(file.ok() && (*file)->Append(bytes).ok() && (*file)->Sync().ok() &&
              (*file)->Close().ok());
}

std::string Bytes(FileSystem& fs, const std::string& path) {
  return std::string((*fs.Map(path))->bytes());
}

TEST(IndexStore, AnotherFormatVersionIsToldAndRebuilt) {
  MemoryFileSystem fs;
  ASSERT_TRUE(Commit(fs, *OpenWriter(fs), RandomFiles(1, 5, 5)).ok());
  std::string manifest_path = StrCat(kDirectory, "/MANIFEST");
  Overwrite(fs, manifest_path, "astrolabe-index 99\nfrom the future\n");
  EXPECT_TRUE(absl::IsFailedPrecondition(OpenSnapshot(fs, kDirectory).status()));
  std::vector<SampleFile> files = RandomFiles(2, 5, 5);
  {
    auto writer = OpenWriter(fs);
    EXPECT_EQ(writer->notes().size(), 1u);
    EXPECT_TRUE(writer->snapshot()->segments.empty());
    ASSERT_TRUE(Commit(fs, *writer, files).ok());
  }
  EXPECT_EQ(LiveFiles(fs), Expected(files));
  OpenWriter(fs);
  EXPECT_EQ(SegmentNames(fs).size(), 1u) << "the old version's segments go in the end";
}

TEST(IndexStore, DamagedManifestIsToldAndRebuilt) {
  MemoryFileSystem fs;
  ASSERT_TRUE(Commit(fs, *OpenWriter(fs), RandomFiles(1, 5, 5)).ok());
  std::string path = StrCat(kDirectory, "/MANIFEST");
  std::string text = Bytes(fs, path);
  text[text.size() / 2] ^= 1;
  Overwrite(fs, path, text);
  EXPECT_TRUE(absl::IsDataLoss(OpenSnapshot(fs, kDirectory).status()));
  auto writer = OpenWriter(fs);
  EXPECT_TRUE(writer->snapshot()->segments.empty());
  EXPECT_EQ(writer->notes().size(), 1u);
}

TEST(IndexStore, DamagedSegmentIsQuarantinedAndItsFilesAreMissing) {
  for (bool missing : {false, true}) {
    MemoryFileSystem fs;
    std::vector<SampleFile> big = RandomFiles(1, 200, 40);
    std::vector<SampleFile> small = RandomFiles(2, 2, 3, "small/");
    {
      auto writer = OpenWriter(fs);
      ASSERT_TRUE(Commit(fs, *writer, big).ok());
      ASSERT_TRUE(Commit(fs, *writer, small).ok());
      ASSERT_EQ(writer->snapshot()->segments.size(), 2u);
    }
    std::string victim;
    for (const std::string& name : SegmentNames(fs)) {
      std::string path = StrCat(kDirectory, "/", name);
      if (victim.empty() || fs.Stat(path)->size > fs.Stat(victim)->size) victim = path;
    }
    if (missing) {
      ASSERT_TRUE(fs.Remove(victim).ok());
      absl::Status status = OpenSnapshot(fs, kDirectory).status();
      EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    } else {
      std::string bytes = Bytes(fs, victim);
      bytes[bytes.size() / 3] ^= 0x10;
      Overwrite(fs, victim, bytes);
    }
    auto writer = OpenWriter(fs);
    ASSERT_EQ(writer->notes().size(), 1u);
    EXPECT_NE(writer->notes()[0].find(victim), std::string::npos) << writer->notes()[0];
    EXPECT_EQ(LiveFiles(*writer->snapshot()), Expected(small));
    EXPECT_EQ(LiveFiles(fs), Expected(small)) << "readers are spared the damage at once";
    if (!missing) EXPECT_EQ(fs.List(StrCat(kDirectory, "/quarantine"))->size(), 1u);
    ASSERT_TRUE(Commit(fs, *writer, big).ok());
    big.insert(big.end(), small.begin(), small.end());
    EXPECT_EQ(LiveFiles(fs), Expected(big));
  }
}

TEST(PlanMerge, KeepsFewSegmentsAndRewritesEachSeldom) {
  MemoryFileSystem fs;
  auto writer = OpenWriter(fs);
  uint64_t written = 0, added = 0;
  for (int i = 0; i < 120; ++i) {
    std::vector<SampleFile> files = RandomFiles(1, 3, 30, StrCat(i, "/"));
    std::shared_ptr<const Snapshot> before = writer->snapshot();
    ASSERT_TRUE(Commit(fs, *writer, files).ok());
    added += 3;
    for (const LiveSegment& live : writer->snapshot()->segments) {
      bool kept = std::any_of(before->segments.begin(), before->segments.end(),
                              [&](const LiveSegment& l) { return l.segment == live.segment; });
      if (!kept) written += live.segment->file_count();
    }
    EXPECT_LE(writer->snapshot()->segments.size(), 12u);
  }
  EXPECT_LE(written, 6 * added);
}

// The states a broken commit may leave, and a way to look.
class BrokenCommit : public testing::Test {
 protected:
  void SetUp() override {
    old_files_ = RandomFiles(1, 12, 10);
    new_files_ = old_files_;
    new_files_[3].record.digest = 77;
    new_files_.erase(new_files_.begin() + 5);
    new_files_.push_back(RandomFiles(9, 1, 10, "added/")[0]);
  }

  void MakeOldState(FileSystem& fs) { ASSERT_TRUE(Commit(fs, *OpenWriter(fs), old_files_).ok()); }

  // Opens a writer and brings the index from the old state to the new one.
  absl::Status Update(FileSystem& fs) {
    absl::StatusOr<std::unique_ptr<IndexWriter>> writer =
        IndexWriter::Open(fs, kDirectory, Options());
    if (!writer.ok()) return writer.status();
    return Commit(fs, **writer, {new_files_[3], new_files_.back()}, {old_files_[5].path});
  }

  // The index is readable and in one of the two states; with `is_new` in the new one.
  void CheckState(FileSystem& fs, bool is_new) {
    std::map<std::string, uint64_t> live = LiveFiles(fs);
    if (is_new) {
      EXPECT_EQ(live, Expected(new_files_));
    } else {
      EXPECT_TRUE(live == Expected(old_files_) || live == Expected(new_files_));
    }
  }

  // Another writer can go on from here, and cleans up.
  void CheckRecovers(FileSystem& fs) {
    absl::Status status = Update(fs);
    EXPECT_TRUE(status.ok()) << status;
    CheckState(fs, true);
    auto writer = OpenWriter(fs);
    EXPECT_TRUE(writer->notes().empty());
    EXPECT_EQ(SegmentNames(fs).size(), writer->snapshot()->segments.size());
  }

  std::vector<SampleFile> old_files_;
  std::vector<SampleFile> new_files_;
};

TEST_F(BrokenCommit, EveryOperationFailing) {
  for (int error : {ENOSPC, EIO}) {
    for (uint64_t times : {uint64_t{1}, Fault::kForever}) {
      for (uint64_t n = 0;; ++n) {
        SCOPED_TRACE(StrCat("errno ", error, ", operation ", n, ", times ", times));
        MemoryFileSystem disk;
        MakeOldState(disk);
        FaultFileSystem fs(disk);
        fs.Inject({.error = error, .skip = n, .times = times, .bytes_before_append_fails = 5});
        absl::Status status = Update(fs);
        bool failed_any = fs.failures() > 0;
        fs.Heal();
        if (!failed_any) {
          EXPECT_TRUE(status.ok()) << status;
          EXPECT_GT(n, 20u);
          break;
        }
        if (error == EIO && status.ok()) {
          // A read error on opening is damage: that segment's files go missing and are reported.
          auto snapshot = OpenSnapshot(fs, kDirectory);
          EXPECT_TRUE(snapshot.ok()) << snapshot.status();
          continue;
        }
        CheckState(fs, status.ok());
        if (HasFailure()) return;
        CheckRecovers(fs);
        if (HasFailure()) return;
      }
    }
  }
}

TEST_F(BrokenCommit, FullDiskLeavesTheOldStateAndNoLitter) {
  for (uint64_t space = 0;; space += 301) {
    SCOPED_TRACE(space);
    MemoryFileSystem disk;
    MakeOldState(disk);
    std::vector<std::string> names = *disk.List(kDirectory);
    FaultFileSystem fs(disk);
    fs.LimitSpace(space);
    absl::Status status = Update(fs);
    fs.Heal();
    if (status.ok()) break;
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_EQ(LiveFiles(fs), Expected(old_files_));
    EXPECT_EQ(*disk.List(kDirectory), names);
    if (HasFailure()) return;
  }
}

// Stops everything at one operation, as losing power does.
TEST_F(BrokenCommit, PowerLossAtEveryOperation) {
  for (PowerLoss loss :
       {PowerLoss::kNothingUnsyncedSurvives, PowerLoss::kNamesSurvive, PowerLoss::kBytesSurvive}) {
    for (uint64_t n = 0;; ++n) {
      SCOPED_TRACE(StrCat("operation ", n, ", loss ", static_cast<int>(loss)));
      MemoryFileSystem disk;
      MakeOldState(disk);
      bool failed_any;
      bool done;
      {
        FaultFileSystem fs(disk);
        fs.Inject({.error = EIO, .skip = n, .times = Fault::kForever});
        done = Update(fs).ok();
        failed_any = fs.failures() > 0;
      }
      std::unique_ptr<MemoryFileSystem> rebooted = disk.Crash(loss);
      CheckState(*rebooted, done);
      if (HasFailure()) return;
      CheckRecovers(*rebooted);
      if (HasFailure()) return;
      if (!failed_any) break;
    }
  }
}

TEST_F(BrokenCommit, PowerLossDuringTheFirstIndex) {
  for (PowerLoss loss :
       {PowerLoss::kNothingUnsyncedSurvives, PowerLoss::kNamesSurvive, PowerLoss::kBytesSurvive}) {
    for (uint64_t n = 0;; ++n) {
      SCOPED_TRACE(StrCat("operation ", n));
      MemoryFileSystem disk;
      bool failed_any;
      {
        FaultFileSystem fs(disk);
        fs.Inject({.error = EIO, .skip = n, .times = Fault::kForever});
        absl::StatusOr<std::unique_ptr<IndexWriter>> writer =
            IndexWriter::Open(fs, kDirectory, Options());
        if (writer.ok()) (void)Commit(fs, **writer, old_files_);
        failed_any = fs.failures() > 0;
      }
      std::unique_ptr<MemoryFileSystem> rebooted = disk.Crash(loss);
      auto snapshot = OpenSnapshot(*rebooted, kDirectory);
      if (snapshot.ok()) {
        EXPECT_EQ(LiveFiles(**snapshot), Expected(old_files_));
      } else {
        EXPECT_TRUE(absl::IsNotFound(snapshot.status())) << snapshot.status();
        EXPECT_TRUE(failed_any);
      }
      MakeOldState(*rebooted);
      EXPECT_EQ(LiveFiles(*rebooted), Expected(old_files_));
      if (HasFailure() || !failed_any) break;
    }
  }
}

// Commits rewrite the same files with the round as digest: a consistent reader sees one digest only.
void WriteRounds(FileSystem& fs, const std::string& directory, uint64_t rounds) {
  auto writer = OpenWriter(fs, directory);
  std::vector<SampleFile> files = RandomFiles(1, 20, 10);
  for (uint64_t round = 1; round <= rounds; ++round) {
    for (SampleFile& file : files) file.record.digest = round;
    ASSERT_TRUE(Commit(fs, *writer, files).ok());
  }
}

void ReadUntilRound(FileSystem& fs, const std::string& directory, uint64_t last_round) {
  uint64_t seen = 0;
  while (seen < last_round) {
    absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = OpenSnapshot(fs, directory);
    if (absl::IsNotFound(snapshot.status()) && seen == 0) continue;
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    std::map<std::string, uint64_t> live = LiveFiles(**snapshot);
    ASSERT_EQ(live.size(), 20u);
    for (const auto& [path, round] : live) ASSERT_EQ(round, live.begin()->second) << path;
    ASSERT_GE(live.begin()->second, seen);
    seen = live.begin()->second;
    for (const LiveSegment& segment : (*snapshot)->segments) ReadEverything(*segment.segment);
  }
}

TEST(IndexStore, ThreadsReadWhileOneWrites) {
  MemoryFileSystem fs;
  constexpr uint64_t kRounds = 60;
  std::thread writer([&] { WriteRounds(fs, kDirectory, kRounds); });
  std::thread reader([&] { ReadUntilRound(fs, kDirectory, kRounds); });
  ReadUntilRound(fs, kDirectory, kRounds);
  reader.join();
  writer.join();
}

TEST(IndexStore, AProcessReadsWhileAnotherWrites) {
  std::string directory = testing::TempDir() + "/index_store_test." + std::to_string(getpid());
  constexpr uint64_t kRounds = 40;
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    WriteRounds(RealFileSystem(), directory, kRounds);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  ReadUntilRound(RealFileSystem(), directory, kRounds);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);

  // A copy, as on another machine, is as good as the original.
  std::string copy = directory + ".copy";
  std::filesystem::copy(directory, copy, std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(directory);
  EXPECT_EQ(LiveFiles(RealFileSystem(), copy).size(), 20u);
  std::filesystem::remove_all(copy);
}

}  // namespace
}  // namespace astrolabe
