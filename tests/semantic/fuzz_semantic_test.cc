// The fuzzer's entry point over mutations of real bytes, so that every test run fuzzes a little.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "base/file_system.h"
#include "index/semantic/semantic_writer.h"
#include "tests/semantic/fuzz_semantic.h"
#include "tests/semantic/sample_facts.h"

namespace astrolabe {
namespace {

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

TEST(FuzzSemantic, MutationsOfFacts) {
  std::deque<std::string> strings;
  FeedMutations(EncodeFileFacts(RandomFacts(1, 20, strings)), 72, 4000);
}

TEST(FuzzSemantic, MutationsOfAShard) {
  std::deque<std::string> strings;
  const std::string facts = EncodeFileFacts(RandomFacts(1, 4, strings));
  FeedMutations(MakeShard("a.cc", 1, {{"a.cc", 1}, {"a.h", 1}, {"b.h", 1}}, {facts, facts}), 64,
                4000);
}

TEST(FuzzSemantic, MutationsOfASegment) {
  std::unique_ptr<FileSystem> fs = NewMemoryFileSystem();
  auto writer = SemanticWriter::Open(*fs, "/s", {.tool_version = "1", .owner = "test"});
  ASSERT_TRUE(writer.ok()) << writer.status();
  std::deque<std::string> strings;
  for (uint32_t seed = 0; seed < 4; ++seed) {
    const FileFacts facts = RandomFacts(seed, 12, strings);
    ASSERT_TRUE(
        (*writer)
            ->Add(MakeShard(facts.path, 1, {{std::string(facts.path), seed + 1}, {"a.h", 1}},
                            {EncodeFileFacts(facts)}))
            .ok());
  }
  ASSERT_TRUE((*writer)->Commit().ok());
  FeedMutations(std::string((*fs->Map("/s/sem-1.seg"))->bytes()), 2048, 1500);
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
