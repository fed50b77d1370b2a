// The fuzzer's checks over random sessions and over one that is cut off at every step.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/lsp_fuzz/fuzz_lsp_server.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace astrolabe::lsp {
namespace {

std::vector<uint8_t> RandomBytes(std::mt19937& chance, size_t size) {
  std::uniform_int_distribution<unsigned> byte(0, 255);
  std::vector<uint8_t> bytes(size);
  for (uint8_t& each : bytes) each = static_cast<uint8_t>(byte(chance));
  return bytes;
}

TEST(FuzzLspServer, RandomSessions) {
  std::mt19937 chance(4);
  for (size_t size : {50, 200, 800, 2000}) {
    for (int i = 0; i < 25; ++i) {
      const std::vector<uint8_t> bytes = RandomBytes(chance, size);
      EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0);
    }
  }
}

TEST(FuzzLspServer, ASessionThatEndsAnywhere) {
  std::mt19937 chance(5);
  const std::vector<uint8_t> bytes = RandomBytes(chance, 300);
  for (size_t size = 0; size < bytes.size(); size += 5) {
    EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), size), 0);
  }
}

}  // namespace
}  // namespace astrolabe::lsp
