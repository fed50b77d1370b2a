// The fuzzer's entry point over mutations of a real segment, so that every test run fuzzes a little.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/segment/fuzz_segment.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/segment/sample_files.h"

namespace astrolabe {
namespace {

TEST(FuzzSegment, MutationsOfARealSegment) {
  auto fs = NewMemoryFileSystem();
  BuildSegment(*fs, "/s.seg", RandomFiles(11, 40, 60));
  std::string real((*fs->Map("/s.seg"))->bytes());
  std::mt19937 random(5);
  for (int round = 0; round < 1500; ++round) {
    std::string bytes = real;
    for (uint32_t changes = 1 + random() % 4; changes > 0; --changes) {
      // Half of the changes go to the last 2 KB, where sections and offsets are described.
      size_t span = random() % 2 ? bytes.size() : std::min<size_t>(bytes.size(), 2048);
      size_t at = bytes.size() - 1 - random() % span;
      uint32_t value = random() % 3 == 0 ? 0xFFFFFFFFu : random();
      size_t length = std::min<size_t>(1 + random() % 4, bytes.size() - at);
      memcpy(&bytes[at], &value, length);
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
}

TEST(FuzzSegment, NoSegmentAtAll) {
  for (size_t size : {0, 1, 63, 64, 700, 1000}) {
    std::string bytes(size, 'A');
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    bytes.replace(0, std::min<size_t>(8, size), std::string("ASTROSEG").substr(0, size));
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
}

}  // namespace
}  // namespace astrolabe
