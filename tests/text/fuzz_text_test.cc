// The fuzzer's entry point over random edits, so that every test run fuzzes a little: some 10,000 edits.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/text/fuzz_text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {
namespace {

constexpr std::string_view kPieces[] = {"\r",   "\n",       "\r\n",     "x",    "ä",
                                        "€",    "😀",       "\x80",     "\xF0", "\xE2\x82",
                                        "abc ", "\xED\xA0", "\xC0\x80", "\xFF"};

TEST(FuzzText, RandomEditsOfAwkwardPieces) {
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    std::string input;
    for (int edit = 0; edit < 100; ++edit) {
      // As fuzz_text reads it: kind, where, how much goes, and for the kinds that insert, what.
      input += static_cast<char>(random());
      for (int i = 0; i < 3; ++i) input += static_cast<char>(random());
      for (int i = 0; i < 6; ++i) input += kPieces[random() % std::size(kPieces)];
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  }
}

TEST(FuzzText, RandomBytes) {
  std::mt19937 random(8);
  for (int round = 0; round < 100; ++round) {
    std::string input(random() % 1000, '\0');
    for (char& c : input) c = static_cast<char>(random());
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  }
}

}  // namespace
}  // namespace astrolabe
