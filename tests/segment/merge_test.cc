// Merging is the same as building from the live files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/merge.h"

#include <gtest/gtest.h>

#include <random>

#include "base/strings.h"
#include "tests/segment/sample_files.h"

namespace astrolabe {
namespace {

TEST(Merge, EqualsARebuild) {
  for (uint32_t seed = 0; seed < 12; ++seed) {
    auto fs = NewMemoryFileSystem();
    std::mt19937 engine(seed);
    auto random = [&engine] { return static_cast<uint32_t>(engine()); };
    std::vector<MergeInput> inputs;
    std::vector<SampleFile> live;
    for (uint32_t i = 0; i < 1 + seed % 5; ++i) {
      // Some share paths' directories, so that their files and names interleave.
      std::vector<SampleFile> files =
          RandomFiles(random(), static_cast<int>(random() % 90), 60, StrCat("in", i % 2, "/", i));
      auto segment = BuildSegment(*fs, StrCat("/in", i, ".seg"), files);
      MergeInput input = {segment, FileSet(segment->file_count())};
      for (SampleFile& file : files) {
        if (seed % 3 != 0 && random() % 4 == 0) {
          input.dead.Insert(*segment->FindFile(file.path));
        } else {
          live.push_back(std::move(file));
        }
      }
      inputs.push_back(std::move(input));
    }
    absl::StatusOr<SegmentInfo> info = MergeSegments(*fs, inputs, "/out.seg");
    ASSERT_TRUE(info.ok()) << info.status();
    auto merged = Segment::Open(*fs, "/out.seg");
    ASSERT_TRUE(merged.ok()) << merged.status();
    SCOPED_TRACE(seed);
    ExpectSameText(Describe(**merged), Describe(live));
    EXPECT_TRUE((*merged)->Verify().ok()) << (*merged)->Verify();
    EXPECT_EQ(info->files, live.size());

    auto rebuilt = BuildSegment(*fs, "/rebuilt.seg", live);
    for (size_t f = 0; f < live.size(); f += 5) {
      for (uint64_t word : live[f].words) {
        ASSERT_EQ((*merged)->CandidateFiles(word), rebuilt->CandidateFiles(word));
      }
    }
    for (int i = 0; i < 200; ++i) {
      uint64_t word = uint64_t{random()} << 32 | random();
      ASSERT_EQ((*merged)->CandidateFiles(word), rebuilt->CandidateFiles(word));
    }
  }
}

TEST(Merge, RefusesAPathThatIsAliveTwice) {
  auto fs = NewMemoryFileSystem();
  std::vector<SampleFile> files = RandomFiles(1, 5, 5);
  auto a = BuildSegment(*fs, "/a.seg", files);
  auto b = BuildSegment(*fs, "/b.seg", {files[2]});
  std::vector<MergeInput> inputs = {{a, {}}, {b, {}}};
  absl::Status status = MergeSegments(*fs, inputs, "/out.seg").status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::IsNotFound(fs->Stat("/out.seg").status()));
}

TEST(Merge, RefusesADamagedInput) {
  auto fs = NewMemoryFileSystem();
  BuildSegment(*fs, "/a.seg", RandomFiles(1, 30, 30));
  std::string bytes((*fs->Map("/a.seg"))->bytes());
  // Every page of the file in turn, so that every pass meets some damage.
  for (size_t at = 100; at < bytes.size() - 2000; at += 997) {
    std::string damaged = bytes;
    damaged[at] ^= 4;
    auto segment = Segment::FromContents("/a.seg", ContentsOf(damaged));
    ASSERT_TRUE(segment.ok());
    std::vector<MergeInput> inputs = {{*segment, {}}};
    absl::Status status = MergeSegments(*fs, inputs, "/out.seg").status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << at << " " << status;
    EXPECT_TRUE(absl::IsNotFound(fs->Stat("/out.seg").status()));
  }
}

}  // namespace
}  // namespace astrolabe
