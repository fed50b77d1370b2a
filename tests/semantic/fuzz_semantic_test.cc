// The fuzzer's entry point over mutations of real bytes, so that every test run fuzzes a little; and its committed
// seeds, which must be of today's format: the decoders refuse another one at the first byte. `--update` rewrites them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/strings.h"
#include "index/semantic/journal.h"
#include "index/semantic/semantic_segment.h"
#include "index/semantic/semantic_writer.h"
#include "tests/semantic/fuzz_semantic.h"
#include "tests/semantic/sample_facts.h"

namespace astrolabe {
namespace {

bool update = false;

std::string SomeFacts(uint32_t declarations) {
  std::deque<std::string> strings;
  return EncodeFileFacts(RandomFacts(1, declarations, strings));
}

std::string SomeShard() {
  const std::string facts = SomeFacts(4);
  return MakeShard("a.cc", 1, {{"a.cc", 1}, {"a.h", 1}, {"b.h", 1}}, {facts, facts});
}

struct IndexBytes {
  std::string segment;
  std::string journal;  // as it was before the commit
};

IndexBytes SomeIndex() {
  IndexBytes bytes;
  std::unique_ptr<FileSystem> fs = NewMemoryFileSystem();
  auto writer = SemanticWriter::Open(*fs, "/s", {.tool_version = "1", .owner = "test"});
  EXPECT_TRUE(writer.ok()) << writer.status();
  std::deque<std::string> strings;
  for (uint32_t seed = 0; seed < 4; ++seed) {
    const FileFacts facts = RandomFacts(seed, 12, strings);
    EXPECT_TRUE(
        (*writer)
            ->Add(MakeShard(facts.path, 1, {{std::string(facts.path), seed + 1}, {"a.h", 1}},
                            {EncodeFileFacts(facts)}))
            .ok());
  }
  bytes.journal = (*fs->Map("/s/journal"))->bytes();
  EXPECT_TRUE((*writer)->Commit().ok());
  bytes.segment = (*fs->Map("/s/sem-1.seg"))->bytes();
  return bytes;
}

void Feed(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

// `hot` is how many bytes at the beginning and at the end describe the rest: half of the changes go there.
void FeedMutations(const std::string& real, size_t hot, int rounds) {
  std::mt19937 random(5);
  Feed(real);
  for (int round = 0; round < rounds; ++round) {
    std::string bytes = real;
    for (uint32_t changes = 1 + random() % 4; changes > 0; --changes) {
      size_t at = random() % bytes.size();
      if (random() % 2 == 0) {
        const size_t near = random() % std::min(hot, bytes.size());
        at = random() % 2 == 0 ? near : bytes.size() - 1 - near;
      }
      const uint32_t value = random() % 3 == 0 ? 0xFFFFFFFFu : random();
      std::memcpy(&bytes[at], &value, std::min<size_t>(1 + random() % 4, bytes.size() - at));
    }
    // What it is should stay known.
    std::memcpy(bytes.data(), real.data(), std::min<size_t>(8, real.size()));
    if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    Feed(bytes);
  }
}

TEST(FuzzSemantic, MutationsOfFacts) { FeedMutations(SomeFacts(20), 72, 4000); }

TEST(FuzzSemantic, MutationsOfAShard) { FeedMutations(SomeShard(), 64, 4000); }

TEST(FuzzSemantic, MutationsOfASegment) { FeedMutations(SomeIndex().segment, 2048, 1500); }

TEST(FuzzSemantic, MutationsOfAJournal) { FeedMutations(SomeIndex().journal, 64, 1500); }

TEST(FuzzSemantic, SeedsAreOfThisFormat) {
  FileSystem& disk = RealFileSystem();
  const auto path = [](std::string_view name) { return StrCat(CORPUS_DIR, "/", name); };
  if (update) {
    const IndexBytes index = SomeIndex();
    for (const auto& [name, bytes] :
         std::map<std::string, std::string>{{"facts", SomeFacts(20)},
                                            {"shard", SomeShard()},
                                            {"segment", index.segment},
                                            {"journal", index.journal}}) {
      std::ofstream(path(name), std::ios::binary) << bytes;
    }
  }
  const auto seed = [&](std::string_view name) {
    auto contents = disk.Map(path(name));
    return contents.ok() ? std::string((*contents)->bytes()) : "";
  };
  Arena arena;
  EXPECT_TRUE(DecodeFileFacts(seed("facts"), arena).ok());
  EXPECT_TRUE(DecodeShard(seed("shard"), arena).ok());
  const auto journal = ReadJournal(seed("journal"));
  EXPECT_TRUE(journal.ok() && !journal->entries.empty());
  const auto segment = SemanticSegment::Open(disk, path("segment"));
  EXPECT_TRUE(segment.ok() && (*segment)->damage().ok()) << segment.status();
}

TEST(FuzzSemantic, Nonsense) {
  for (const char* begin : {"", "AFF\1", "ASH\1", "ASTROSEM", "ASTROJNL"}) {
    for (size_t size : {0, 1, 16, 72, 700}) {
      std::string bytes = begin;
      bytes.resize(std::max(bytes.size(), size), 'A');
      Feed(bytes);
    }
  }
}

}  // namespace
}  // namespace astrolabe

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) astrolabe::update |= std::string_view(argv[i]) == "--update";
  return RUN_ALL_TESTS();
}
