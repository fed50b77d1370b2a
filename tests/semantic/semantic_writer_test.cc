// What is added and committed is there, what is replaced is gone, what was added before a kill is back.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/semantic_writer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file_system.h"
#include "base/memory_file_system.h"
#include "base/strings.h"
#include "index/semantic/semantic_layout.h"
#include "tests/semantic/sample_facts.h"

namespace astrolabe {
namespace {

constexpr std::string_view kDir = "/index/semantic";

std::unique_ptr<SemanticWriter> OpenWriter(FileSystem& fs, std::string version = "1") {
  absl::StatusOr<std::unique_ptr<SemanticWriter>> writer = SemanticWriter::Open(
      fs, std::string(kDir), {.tool_version = std::move(version), .owner = "test"});
  EXPECT_TRUE(writer.ok()) << writer.status();
  return writer.ok() ? *std::move(writer) : nullptr;
}

std::shared_ptr<const SemanticIndex> OpenIndex(FileSystem& fs) {
  absl::StatusOr<std::shared_ptr<const SemanticIndex>> index =
      SemanticIndex::Open(fs, std::string(kDir));
  EXPECT_TRUE(index.ok()) << index.status();
  return index.ok() ? *std::move(index) : nullptr;
}

// "path@digest/variant" of every living file.
std::vector<std::string> Files(const SemanticIndex& index) {
  std::vector<std::string> files;
  index.ForEachFile([&](const IndexedFile& file) {
    files.push_back(StrCat(file.path, "@", file.state.digest, "/", file.variant));
    return true;
  });
  return files;
}

std::vector<std::string> Units(const SemanticIndex& index) {
  std::vector<std::string> units;
  index.ForEachUnit([&](const IndexedUnit& unit) {
    units.push_back(StrCat(unit.path, " ", unit.command_digest));
    return true;
  });
  return units;
}

// Facts of a file that declares `name`.
std::string Declaring(std::string_view path, uint64_t digest, std::string_view name,
                      uint64_t variant = 0) {
  FactsBuilder builder(path, digest, variant);
  builder.Declare(1, "", name, kRoleDefinition);
  return builder.Encode();
}

class SemanticWriterTest : public testing::Test {
 protected:
  void Add(std::string_view shard) {
    absl::Status status = writer_->Add(shard);
    ASSERT_TRUE(status.ok()) << status;
  }
  void Commit() {
    absl::Status status = writer_->Commit();
    ASSERT_TRUE(status.ok()) << status;
  }
  void Reopen() {
    writer_.reset();
    writer_ = OpenWriter(fs_);
    ASSERT_NE(writer_, nullptr);
  }
  std::vector<std::string> CommittedFiles() { return Files(*OpenIndex(fs_)); }

  MemoryFileSystem fs_;
  std::unique_ptr<SemanticWriter> writer_ = OpenWriter(fs_);
};

using Strings = std::vector<std::string>;

TEST_F(SemanticWriterTest, NothingCommittedIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(SemanticIndex::Open(fs_, std::string(kDir)).status()));
  EXPECT_EQ(writer_->index(), nullptr);
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  EXPECT_TRUE(absl::IsNotFound(SemanticIndex::Open(fs_, std::string(kDir)).status()));
}

TEST_F(SemanticWriterTest, AnEmptyCommitMakesAnEmptyIndex) {
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{});
  EXPECT_EQ(OpenIndex(fs_)->generation(), 1u);
  Commit();
  EXPECT_EQ(OpenIndex(fs_)->generation(), 1u) << "nothing has changed";
}

TEST_F(SemanticWriterTest, WhatIsCommittedIsThereAfterReopening) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"a.h", 2}},
                {Declaring("a.cc", 1, "A"), Declaring("a.h", 2, "H")}));
  Add(MakeShard("b.cc", 9, {{"b.cc", 3}, {"a.h", 2}}, {Declaring("b.cc", 3, "B")}));
  Commit();
  EXPECT_EQ(Files(*writer_->index()), (Strings{"a.cc@1/0", "a.h@2/0", "b.cc@3/0"}));
  Reopen();
  EXPECT_EQ(writer_->recovered(), 0u);
  EXPECT_EQ(writer_->notes(), Strings{});
  EXPECT_EQ(Files(*writer_->index()), (Strings{"a.cc@1/0", "a.h@2/0", "b.cc@3/0"}));
  EXPECT_EQ(Units(*writer_->index()), (Strings{"a.cc 1", "b.cc 9"}));
}

TEST_F(SemanticWriterTest, GarbageIsRefusedAndChangesNothing) {
  const std::string good = MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")});
  EXPECT_TRUE(absl::IsInvalidArgument(writer_->Add("garbage")));
  // A good envelope around bad facts.
  EXPECT_TRUE(absl::IsInvalidArgument(
      writer_->Add(MakeShard("b.cc", 1, {{"b.cc", 1}}, {Declaring("b.cc", 1, "B"), "bad"}))));
  Add(good);
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"a.cc@1/0"});
}

TEST_F(SemanticWriterTest, ANewerShardReplacesTheOlder) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "Old")}));
  Commit();
  Add(MakeShard("a.cc", 1, {{"a.cc", 2}}, {Declaring("a.cc", 2, "Newer")}));
  Add(MakeShard("a.cc", 1, {{"a.cc", 3}}, {Declaring("a.cc", 3, "Newest")}));
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"a.cc@3/0"});
  EXPECT_EQ(Units(*OpenIndex(fs_)), Strings{"a.cc 1"});
  EXPECT_EQ(OpenIndex(fs_)->FindByName("Old").size(), 0u);
  EXPECT_EQ(OpenIndex(fs_)->FindByName("Newer").size(), 0u);
  EXPECT_EQ(OpenIndex(fs_)->FindByName("Newest").size(), 1u);
}

TEST_F(SemanticWriterTest, TheSameContentParsedAgainReplacesToo) {
  // A header changed: the main file's facts differ though its content does not.
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"a.h", 1}}, {Declaring("a.cc", 1, "Old", 7)}));
  Commit();
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"a.h", 2}}, {Declaring("a.cc", 1, "New", 8)}));
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"a.cc@1/8"});
}

TEST_F(SemanticWriterTest, UnitsOfOneFileWithOtherCommandsLiveSideBySide) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "One", 1)}));
  Add(MakeShard("a.cc", 2, {{"a.cc", 1}}, {Declaring("a.cc", 1, "Two", 2)}));
  Commit();
  EXPECT_EQ(Units(*OpenIndex(fs_)), (Strings{"a.cc 1", "a.cc 2"}));
  EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@1/1", "a.cc@1/2"}));
  writer_->Remove("a.cc", 1);
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"a.cc@1/2"});
}

TEST_F(SemanticWriterTest, RemovingAUnit) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"a.h", 2}},
                {Declaring("a.cc", 1, "A"), Declaring("a.h", 2, "H")}));
  Add(MakeShard("b.cc", 1, {{"b.cc", 3}}, {Declaring("b.cc", 3, "B")}));
  Commit();
  writer_->Remove("a.cc", 1);
  EXPECT_EQ(CommittedFiles().size(), 3u) << "only the commit counts";
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"b.cc@3/0"});
  writer_->Remove("b.cc", 1);
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{});
  EXPECT_EQ(Units(*OpenIndex(fs_)), Strings{});
}

TEST_F(SemanticWriterTest, RemovingWhatWasAddedSinceTheCommit) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  writer_->Remove("a.cc", 1);
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{});
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  writer_->Remove("a.cc", 1);
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A", 4)}));
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"a.cc@1/4"});
}

TEST_F(SemanticWriterTest, AHeaderLivesAsLongAsAUnitHasReadIt) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"a.h", 2}},
                {Declaring("a.cc", 1, "A"), Declaring("a.h", 2, "H")}));
  Add(MakeShard("b.cc", 1, {{"b.cc", 3}, {"a.h", 2}}, {Declaring("b.cc", 3, "B")}));
  Commit();
  // The unit that brought the header's facts goes; another still needs them.
  writer_->Remove("a.cc", 1);
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"a.h@2/0", "b.cc@3/0"}));
  // The other has seen a newer header.
  Add(MakeShard("b.cc", 1, {{"b.cc", 3}, {"a.h", 5}},
                {Declaring("b.cc", 3, "B"), Declaring("a.h", 5, "H")}));
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"a.h@5/0", "b.cc@3/0"}));
}

TEST_F(SemanticWriterTest, AChangedHeaderLivesInBothStatesWhileUnitsDiffer) {
  for (const char* path : {"a.cc", "b.cc"}) {
    Add(MakeShard(path, 1, {{path, 1}, {"h.h", 2}},
                  {Declaring(path, 1, "M"), Declaring("h.h", 2, "H")}));
  }
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@1/0", "b.cc@1/0", "h.h@2/0"})) << "claimed twice";
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"h.h", 3}},
                {Declaring("a.cc", 1, "M"), Declaring("h.h", 3, "H")}));
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@1/0", "b.cc@1/0", "h.h@2/0", "h.h@3/0"}));
  Add(MakeShard("b.cc", 1, {{"b.cc", 1}, {"h.h", 3}}, {Declaring("b.cc", 1, "M")}));
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@1/0", "b.cc@1/0", "h.h@3/0"}));
}

TEST_F(SemanticWriterTest, ARetargetedHeaderIsReadByUnitsThatNeverSawIt) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"b.h", 4}, {"h.h", 5}},
                {Declaring("a.cc", 1, "A"), Declaring("b.h", 4, "B"), Declaring("h.h", 5, "H")}));
  Add(MakeShard("b.cc", 1, {{"b.cc", 2}, {"h.h", 5}}, {Declaring("b.cc", 2, "BB")}));
  Commit();
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"b.h", 4}, {"h.h", 6}},
                {Declaring("a.cc", 1, "A"), Declaring("h.h", 6, "H")}));
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@1/0", "b.cc@2/0", "b.h@4/0", "h.h@5/0", "h.h@6/0"}));
  writer_->Retarget("h.h", 5, StateOf(6));
  EXPECT_EQ(CommittedFiles().size(), 5u) << "not before the commit";
  Commit();
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@1/0", "b.cc@2/0", "b.h@4/0", "h.h@6/0"}));
    OpenIndex(fs_)->ForEachUnit([&](const IndexedUnit& unit) {
      EXPECT_EQ(OpenIndex(fs_)->Closure(unit.id).back().state, StateOf(6)) << unit.path;
      return true;
    });
    Reopen();
  }
  // It is as if b.cc had been parsed with it: the header lives when a.cc goes.
  writer_->Remove("a.cc", 1);
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"b.cc@2/0", "h.h@6/0"}));
}

TEST_F(SemanticWriterTest, RetargetingWhatNobodyHasReadChangesNothing) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"h.h", 5}},
                {Declaring("a.cc", 1, "A"), Declaring("h.h", 5, "H")}));
  Commit();
  writer_->Retarget("h.h", 4, StateOf(6));
  writer_->Retarget("nowhere.h", 5, StateOf(6));
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@1/0", "h.h@5/0"}));
}

TEST_F(SemanticWriterTest, VariantsOfAHeaderLiveSideBySide) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"h.h", 2}},
                {Declaring("a.cc", 1, "A"), Declaring("h.h", 2, "H", 10)}));
  Add(MakeShard("b.cc", 1, {{"b.cc", 1}, {"h.h", 2}},
                {Declaring("b.cc", 1, "B"), Declaring("h.h", 2, "H", 11)}));
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@1/0", "b.cc@1/0", "h.h@2/10", "h.h@2/11"}));
  EXPECT_EQ(OpenIndex(fs_)->FindFile("h.h").size(), 2u);
}

TEST_F(SemanticWriterTest, AZygotesHeadersWaitForTheirUnits) {
  Add(MakeShard("", 0, {}, {Declaring("h.h", 2, "H"), Declaring("unused.h", 4, "U")}));
  Commit();  // no unit yet
  EXPECT_TRUE(writer_->HasFacts("h.h", 2, 0));
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"h.h", 2}}, {Declaring("a.cc", 1, "A")}));
  Commit();
  writer_->Remove("a.cc", 1);
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"unused.h@4/0"});
  // The next writer owes nobody anything.
  Reopen();
  Add(MakeShard("b.cc", 1, {{"b.cc", 1}}, {Declaring("b.cc", 1, "B")}));
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"b.cc@1/0"});
}

TEST_F(SemanticWriterTest, HasFactsKnowsHeadersCommittedAndPending) {
  EXPECT_FALSE(writer_->HasFacts("h.h", 2, 0));
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"h.h", 2}},
                {Declaring("a.cc", 1, "A"), Declaring("h.h", 2, "H")}));
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(writer_->HasFacts("h.h", 2, 0));
    EXPECT_FALSE(writer_->HasFacts("h.h", 2, 1));
    EXPECT_FALSE(writer_->HasFacts("h.h", 3, 0));
    EXPECT_FALSE(writer_->HasFacts("g.h", 2, 0));
    EXPECT_FALSE(writer_->HasFacts("a.cc", 1, 0)) << "a main file's facts come with its unit";
    if (round == 0) Commit();
    if (round == 1) Reopen();
  }
}

TEST_F(SemanticWriterTest, APromisedHeaderSurvivesTheCommitInBetween) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"h.h", 2}},
                {Declaring("a.cc", 1, "A"), Declaring("h.h", 2, "H")}));
  Commit();
  // Somebody parses b.cc, and is told that h.h need not be sent; meanwhile a.cc goes.
  EXPECT_TRUE(writer_->HasFacts("h.h", 2, 0));
  writer_->Remove("a.cc", 1);
  Commit();
  Add(MakeShard("b.cc", 1, {{"b.cc", 1}, {"h.h", 2}}, {Declaring("b.cc", 1, "B")}));
  Commit();
  EXPECT_EQ(CommittedFiles(), (Strings{"b.cc@1/0", "h.h@2/0"}));
}

TEST_F(SemanticWriterTest, AFailedUnitIsRemembered) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  Commit();
  Add(MakeShard("a.cc", 1, {{"a.cc", 2}}, {}, ParseOutcome::kQuarantined));
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{});
  OpenIndex(fs_)->ForEachUnit([](const IndexedUnit& unit) {
    EXPECT_EQ(unit.outcome, ParseOutcome::kQuarantined);
    return true;
  });
  EXPECT_EQ(Units(*OpenIndex(fs_)), Strings{"a.cc 1"});
}

TEST_F(SemanticWriterTest, AKilledWritersShardsAreRecovered) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  Commit();
  Add(MakeShard("a.cc", 1, {{"a.cc", 2}}, {Declaring("a.cc", 2, "A")}));
  Add(MakeShard("b.cc", 1, {{"b.cc", 1}, {"h.h", 1}},
                {Declaring("b.cc", 1, "B"), Declaring("h.h", 1, "H")}));
  Reopen();
  EXPECT_EQ(writer_->recovered(), 2u);
  EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@2/0", "b.cc@1/0", "h.h@1/0"}));
  Reopen();
  EXPECT_EQ(writer_->recovered(), 0u);
  EXPECT_EQ(CommittedFiles(), (Strings{"a.cc@2/0", "b.cc@1/0", "h.h@1/0"}));
}

TEST_F(SemanticWriterTest, AJournalCutAnywhereGivesBackItsWholeRecords) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  const size_t first = (*fs_.Map(StrCat(kDir, "/journal")))->bytes().size();
  Add(MakeShard("b.cc", 1, {{"b.cc", 1}}, {Declaring("b.cc", 1, "B")}));
  const std::string journal((*fs_.Map(StrCat(kDir, "/journal")))->bytes());
  for (size_t size = 0; size <= journal.size(); ++size) {
    MemoryFileSystem fs;
    ASSERT_TRUE(fs.CreateDirectories(std::string(kDir)).ok());
    ASSERT_TRUE(AtomicReplace(fs, StrCat(kDir, "/journal"), journal.substr(0, size)).ok());
    std::unique_ptr<SemanticWriter> writer = OpenWriter(fs);
    ASSERT_NE(writer, nullptr);
    const size_t expected = size < first ? 0 : size < journal.size() ? 1 : 2;
    ASSERT_EQ(writer->recovered(), expected) << size;
    const bool cut = size != 0 && size != first && size != journal.size();
    const bool only_header = size < first && writer->notes().empty();
    EXPECT_EQ(writer->notes().size(), cut && !only_header ? 1u : 0u) << size;
  }
}

TEST_F(SemanticWriterTest, AJournalFlippedAnywhereNeverTellsLies) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  const std::string journal((*fs_.Map(StrCat(kDir, "/journal")))->bytes());
  for (size_t at = 0; at < journal.size(); ++at) {
    std::string bytes = journal;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    MemoryFileSystem fs;
    ASSERT_TRUE(fs.CreateDirectories(std::string(kDir)).ok());
    ASSERT_TRUE(AtomicReplace(fs, StrCat(kDir, "/journal"), bytes).ok());
    std::unique_ptr<SemanticWriter> writer = OpenWriter(fs);
    ASSERT_NE(writer, nullptr);
    EXPECT_EQ(writer->recovered(), 0u) << at;
    EXPECT_EQ(writer->notes().size(), 1u) << at;
  }
}

TEST_F(SemanticWriterTest, AJournalOfAnOlderGenerationIsVoid) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  const std::string journal((*fs_.Map(StrCat(kDir, "/journal")))->bytes());
  Add(MakeShard("a.cc", 1, {{"a.cc", 2}}, {Declaring("a.cc", 2, "A")}));
  Commit();
  // As if removing it had failed.
  ASSERT_TRUE(AtomicReplace(fs_, StrCat(kDir, "/journal"), journal).ok());
  Reopen();
  EXPECT_EQ(writer_->recovered(), 0u);
  EXPECT_EQ(CommittedFiles(), Strings{"a.cc@2/0"});
}

TEST_F(SemanticWriterTest, AnotherVersionStartsFromNothing) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  Commit();
  Add(MakeShard("b.cc", 1, {{"b.cc", 1}}, {Declaring("b.cc", 1, "B")}));
  writer_.reset();
  writer_ = OpenWriter(fs_, "2");
  EXPECT_EQ(writer_->notes().size(), 2u) << "index and journal";
  EXPECT_EQ(writer_->recovered(), 0u);
  EXPECT_EQ(writer_->index(), nullptr);
  EXPECT_EQ(CommittedFiles(), Strings{"a.cc@1/0"}) << "readers keep the old until the commit";
  Add(MakeShard("c.cc", 1, {{"c.cc", 1}}, {Declaring("c.cc", 1, "C")}));
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"c.cc@1/0"});
  EXPECT_EQ(OpenIndex(fs_)->generation(), 2u);
}

TEST_F(SemanticWriterTest, TwoWriters) {
  absl::StatusOr<std::unique_ptr<SemanticWriter>> second =
      SemanticWriter::Open(fs_, std::string(kDir), {.tool_version = "1", .owner = "second"});
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
  EXPECT_NE(second.status().ToString().find("test"), std::string::npos) << second.status();
}

TEST_F(SemanticWriterTest, ASnapshotOutlivesWhatReplacesIt) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  Commit();
  std::shared_ptr<const SemanticIndex> before = OpenIndex(fs_);
  for (uint64_t digest = 2; digest < 30; ++digest) {
    Add(MakeShard("a.cc", 1, {{"a.cc", digest}}, {Declaring("a.cc", digest, "A")}));
    Commit();
    EXPECT_EQ(Files(*OpenIndex(fs_)), Strings{StrCat("a.cc@", digest, "/0")});
  }
  EXPECT_EQ(Files(*before), Strings{"a.cc@1/0"});
  EXPECT_EQ(before->FindByName("A").size(), 1u);
  EXPECT_TRUE(before->damage().ok());
}

TEST_F(SemanticWriterTest, SegmentsStayFew) {
  for (uint64_t i = 0; i < 120; ++i) {
    const std::string path = StrCat("f", i, ".cc");
    Add(MakeShard(path, 1, {{path, 1}}, {Declaring(path, 1, StrCat("F", i))}));
    Commit();
  }
  EXPECT_EQ(CommittedFiles().size(), 120u);
  size_t segments = 0;
  const std::vector<std::string> names = *fs_.List(std::string(kDir));
  for (const std::string& name : names) segments += name.starts_with("sem-") ? 1 : 0;
  EXPECT_LT(segments, 16u);
}

TEST_F(SemanticWriterTest, ADamagedSegmentIsDroppedAndTheRestStays) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}, {"a.h", 1}},
                {Declaring("a.cc", 1, "A"), Declaring("a.h", 1, "AH")}));
  // So large that the next commit does not merge it.
  std::deque<std::string> strings;
  FileFacts large = RandomFacts(1, 3000, strings);
  const std::string large_path(large.path);
  Add(MakeShard(large_path, 1, {{large_path, large.state.digest}}, {EncodeFileFacts(large)}));
  Commit();
  Add(MakeShard("b.cc", 1, {{"b.cc", 1}, {"b.h", 1}},
                {Declaring("b.cc", 1, "B"), Declaring("b.h", 1, "BH")}));
  // Relies on a.h of the first segment.
  Add(MakeShard("c.cc", 1, {{"c.cc", 1}, {"a.h", 1}}, {Declaring("c.cc", 1, "C")}));
  Commit();
  Strings segments;
  const std::vector<std::string> names = *fs_.List(std::string(kDir));
  for (const std::string& name : names) {
    if (name.starts_with("sem-")) segments.push_back(name);
  }
  ASSERT_EQ(segments.size(), 2u);
  writer_.reset();
  const std::string victim = StrCat(kDir, "/", segments[0]);
  std::string bytes((*fs_.Map(victim))->bytes());
  bytes[bytes.size() / 3] ^= 1;
  ASSERT_TRUE(AtomicReplace(fs_, victim, bytes).ok());

  writer_ = OpenWriter(fs_);
  ASSERT_EQ(writer_->notes().size(), 1u);
  EXPECT_NE(writer_->notes()[0].find(segments[0]), std::string::npos) << writer_->notes()[0];
  EXPECT_EQ(Units(*writer_->index()), Strings{"b.cc 1"}) << "c.cc has to be parsed again";
  EXPECT_EQ(writer_->index()->FindByName("B").size(), 1u);
  EXPECT_FALSE(writer_->HasFacts("a.h", 1, 0));
  EXPECT_TRUE(writer_->HasFacts("b.h", 1, 0));
  EXPECT_TRUE(fs_.Stat(StrCat(kDir, "/quarantine/", segments[0])).ok());
  Reopen();
  EXPECT_EQ(writer_->notes(), Strings{});
}

TEST_F(SemanticWriterTest, ADamagedManifestStartsFromNothing) {
  Add(MakeShard("a.cc", 1, {{"a.cc", 1}}, {Declaring("a.cc", 1, "A")}));
  Commit();
  Add(MakeShard("b.cc", 1, {{"b.cc", 1}}, {Declaring("b.cc", 1, "B")}));
  writer_.reset();
  ASSERT_TRUE(AtomicReplace(fs_, StrCat(kDir, "/MANIFEST"),
                            StrCat("astrolabe-semantic ", kSemanticFormatVersion, "\nx\n"))
                  .ok());
  EXPECT_TRUE(absl::IsDataLoss(SemanticIndex::Open(fs_, std::string(kDir)).status()));
  writer_ = OpenWriter(fs_);
  EXPECT_EQ(writer_->notes().size(), 1u);
  EXPECT_EQ(writer_->index(), nullptr);
  Add(MakeShard("c.cc", 1, {{"c.cc", 1}}, {Declaring("c.cc", 1, "C")}));
  Commit();
  EXPECT_EQ(CommittedFiles(), Strings{"c.cc@1/0"});
}

TEST_F(SemanticWriterTest, AnotherFormatVersionIsSaid) {
  Commit();
  writer_.reset();
  ASSERT_TRUE(AtomicReplace(fs_, StrCat(kDir, "/MANIFEST"), "astrolabe-semantic 99\n").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(SemanticIndex::Open(fs_, std::string(kDir)).status()));
}

}  // namespace
}  // namespace astrolabe
