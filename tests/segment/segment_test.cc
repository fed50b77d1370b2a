// A segment gives back what was put in, and damaged bytes never do harm.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/segment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "index/word_split.h"
#include "tests/segment/sample_files.h"

namespace astrolabe {
namespace {

std::string BytesOf(FileSystem& fs, const std::string& path) {
  absl::StatusOr<std::unique_ptr<FileContents>> contents = fs.Map(path);
  EXPECT_TRUE(contents.ok()) << contents.status();
  return std::string((*contents)->bytes());
}

TEST(Segment, GivesBackWhatWasPutIn) {
  auto fs = NewMemoryFileSystem();
  for (uint32_t seed = 0; seed < 8; ++seed) {
    std::vector<SampleFile> files = RandomFiles(seed, static_cast<int>(seed * seed * 6), 150);
    auto segment = BuildSegment(*fs, "/s.seg", files);
    ASSERT_NE(segment, nullptr);
    ExpectSameText(Describe(*segment), Describe(files));
    EXPECT_TRUE(segment->Verify().ok()) << segment->Verify();
  }
}

TEST(Segment, DoesNotDependOnTheOrderOfAddFile) {
  auto fs = NewMemoryFileSystem();
  std::vector<SampleFile> files = RandomFiles(3, 60, 50);
  BuildSegment(*fs, "/a.seg", files);
  std::shuffle(files.begin(), files.end(), std::mt19937(7));
  BuildSegment(*fs, "/b.seg", files);
  EXPECT_EQ(BytesOf(*fs, "/a.seg"), BytesOf(*fs, "/b.seg"));
}

TEST(Segment, BuilderStartsAnewAfterWrite) {
  auto fs = NewMemoryFileSystem();
  SegmentBuilder builder;
  for (uint32_t seed = 0; seed < 3; ++seed) {
    std::vector<SampleFile> files = RandomFiles(seed, 20, 40);
    for (const SampleFile& file : files) AddSample(builder, file);
    ASSERT_TRUE(builder.Write(*fs, "/again.seg").ok());
    EXPECT_TRUE(builder.empty());
    auto segment = Segment::Open(*fs, "/again.seg");
    ASSERT_TRUE(segment.ok());
    ExpectSameText(Describe(**segment), Describe(files));
  }
}

TEST(Segment, RefusesAPathTwiceAndKeepsTheFirst) {
  auto fs = NewMemoryFileSystem();
  SegmentBuilder builder;
  std::vector<SampleFile> files = RandomFiles(1, 2, 10);
  AddSample(builder, files[0]);
  EXPECT_TRUE(absl::IsInvalidArgument(builder.AddFile(files[0].path, {}, {}, {})));
  EXPECT_TRUE(absl::IsInvalidArgument(builder.AddFile("", {}, {}, {})));
  AddSample(builder, files[1]);
  ASSERT_TRUE(builder.Write(*fs, "/s.seg").ok());
  ExpectSameText(Describe(**Segment::Open(*fs, "/s.seg")), Describe(files));
}

TEST(Segment, CutsWhatIsTooLong) {
  auto fs = NewMemoryFileSystem();
  std::vector<SampleFile> files = RandomFiles(1, 1, 0);
  files[0].symbols.push_back(
      {.name = std::string(100'000, 'a'), .scope = std::string(70'000, 'b')});
  auto segment = BuildSegment(*fs, "/s.seg", files);
  files[0].symbols[0].name.resize(kMaxStringBytes);
  files[0].symbols[0].scope.resize(kMaxStringBytes);
  ExpectSameText(Describe(*segment), Describe(files));
}

TEST(Segment, FindsByNameAndPrefix) {
  auto fs = NewMemoryFileSystem();
  std::vector<SampleFile> files = RandomFiles(5, 80, 80);
  auto segment = BuildSegment(*fs, "/s.seg", files);
  const StringTable& names = segment->names();
  std::vector<std::string> all;
  for (StringCursor c = names.WalkAll(); c.Next();) all.emplace_back(c.text());
  std::vector<std::string> probes = {"", "g", "GET", "getset", "zzzz", "REG_", "reg_", "~", "\xFF"};
  for (size_t i = 0; i < all.size(); i += 37) probes.push_back(all[i].substr(0, 5));
  for (const std::string& probe : probes) {
    std::string folded = FoldCase(probe);
    IdRange prefix = names.WithPrefix(probe);
    IdRange equal = names.EqualFolded(probe);
    for (uint32_t id = 0; id < all.size(); ++id) {
      std::string name = FoldCase(all[id]);
      EXPECT_EQ(id >= prefix.begin && id < prefix.end, name.starts_with(folded)) << probe;
      EXPECT_EQ(id >= equal.begin && id < equal.end, name == folded) << probe;
    }
  }
  for (uint32_t id = 0; id < all.size(); ++id) EXPECT_EQ(names.Find(all[id]), id);
  EXPECT_EQ(names.Find("no_such_name"), std::nullopt);
  for (const SampleFile& file : files) {
    std::optional<uint32_t> id = segment->FindFile(file.path);
    std::string path;
    ASSERT_TRUE(id && segment->paths().Get(*id, &path));
    EXPECT_EQ(path, file.path);
  }
  EXPECT_EQ(segment->FindFile("dir0/file"), std::nullopt);
}

TEST(Segment, CursorsTellWhatTheyShareWithTheStringBefore) {
  auto fs = NewMemoryFileSystem();
  auto segment = BuildSegment(*fs, "/s.seg", RandomFiles(5, 40, 80));
  std::string before;
  for (StringCursor c = segment->names().Walk({5, 200}); c.Next();) {
    size_t common = 0;
    while (common < before.size() && common < c.text().size() &&
           before[common] == c.text()[common]) {
      ++common;
    }
    EXPECT_EQ(c.shared(), common) << before << " " << c.text();
    before.assign(c.text());
  }
}

TEST(Segment, ReadsSingleSymbols) {
  auto fs = NewMemoryFileSystem();
  auto segment = BuildSegment(*fs, "/s.seg", RandomFiles(9, 30, 100));
  std::vector<SymbolRow> rows;
  for (uint32_t f = 0; f < segment->file_count(); ++f) {
    FileRow file;
    ASSERT_TRUE(segment->File(f, &file) && segment->SymbolsOf(f, &rows));
    for (uint32_t i = 0; i < rows.size(); ++i) {
      SymbolRow row;
      ASSERT_TRUE(segment->Symbol(file.first_symbol + i, &row));
      EXPECT_EQ(row, rows[i]);
      EXPECT_EQ(segment->FileOfSymbol(file.first_symbol + i), f);
    }
  }
  SymbolRow row;
  EXPECT_FALSE(segment->Symbol(segment->symbol_count(), &row));
}

TEST(Segment, CandidatesIncludeEveryFileWithTheWordAndFewOthers) {
  auto fs = NewMemoryFileSystem();
  std::vector<SampleFile> files = RandomFiles(2, 300, 3);
  files[7].record.flags = kFileListedOnly;
  auto segment = BuildSegment(*fs, "/s.seg", files);
  for (size_t i = 0; i < files.size(); ++i) {
    uint32_t id = *segment->FindFile(files[i].path);
    for (uint64_t word : files[i].words) {
      EXPECT_EQ(segment->CandidateFiles(word).Contains(id), i != 7);
    }
  }
  std::mt19937_64 random(1);
  uint32_t hits = 0;
  for (int i = 0; i < 1000; ++i) hits += segment->CandidateFiles(random()).Count();
  // The target is 2 %; rounding to a class may make it 5 % for some sizes.
  EXPECT_LT(hits, 1000 * files.size() / 25);
}

TEST(Segment, TellsAnotherFormatVersion) {
  auto fs = NewMemoryFileSystem();
  BuildSegment(*fs, "/s.seg", RandomFiles(1, 3, 10));
  std::string bytes = BytesOf(*fs, "/s.seg");
  bytes[8] = 77;
  absl::Status status = Segment::FromContents("/s.seg", ContentsOf(bytes)).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
}

TEST(DamagedSegment, CutAtEveryByteIsRefused) {
  auto fs = NewMemoryFileSystem();
  BuildSegment(*fs, "/s.seg", RandomFiles(4, 3, 12));
  std::string bytes = BytesOf(*fs, "/s.seg");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Segment::FromContents("/s.seg", ContentsOf(bytes.substr(0, size))).ok()) << size;
  }
  EXPECT_FALSE(Segment::FromContents("/s.seg", ContentsOf(bytes + "x")).ok());
}

TEST(DamagedSegment, EveryFlippedByteIsFoundAndHarmless) {
  auto fs = NewMemoryFileSystem();
  BuildSegment(*fs, "/s.seg", RandomFiles(4, 3, 12));
  std::string bytes = BytesOf(*fs, "/s.seg");
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    auto segment = Segment::FromContents("/s.seg", ContentsOf(damaged));
    if (!segment.ok()) continue;
    ReadEverything(**segment);
    absl::Status status = (*segment)->Verify();
    EXPECT_TRUE(absl::IsDataLoss(status)) << "byte " << i;
    EXPECT_NE(status.message().find("/s.seg"), absl::string_view::npos) << status;
  }
}

TEST(DamagedSegment, EveryChangedByteWithGoodChecksumsIsHarmless) {
  auto fs = NewMemoryFileSystem();
  BuildSegment(*fs, "/s.seg", RandomFiles(4, 3, 12));
  std::string bytes = BytesOf(*fs, "/s.seg");
  ASSERT_EQ(Resealed(bytes), bytes);
  size_t tail = bytes.size() - 48;
  for (size_t i = 0; i < tail; ++i) {
    for (int change : {1, 0x80, 0xFF}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ change);
      auto segment = Segment::FromContents("/s.seg", ContentsOf(Resealed(damaged)));
      if (!segment.ok()) continue;
      ReadEverything(**segment);
      (void)(*segment)->Verify();
    }
  }
}

TEST(DamagedSegment, ReadsSayWhichBlock) {
  auto fs = NewMemoryFileSystem();
  BuildSegment(*fs, "/s.seg", RandomFiles(6, 400, 60));
  std::string bytes = BytesOf(*fs, "/s.seg");
  ASSERT_GT(bytes.size(), 4 * kChecksumBlockBytes);
  bytes[2 * kChecksumBlockBytes + 100] ^= 1;
  auto segment = Segment::FromContents("/s.seg", ContentsOf(bytes));
  ASSERT_TRUE(segment.ok()) << segment.status();
  EXPECT_TRUE((*segment)->damage().ok());
  ReadEverything(**segment);
  absl::Status status = (*segment)->damage();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_NE(status.message().find("block 2"), absl::string_view::npos) << status;
}

}  // namespace
}  // namespace astrolabe
