// What the front and the model's process exchange: it arrives as it was, and nothing else is taken for it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/generation.h"

#include <gtest/gtest.h>

#include <string>

namespace astrolabe {
namespace {

Generation Written() {
  Generation generation;
  generation.candidates = {{"size()", -1.5, 3, GenerationEnd::kText},
                           {std::string("\0\xff", 2), -7, 2, GenerationEnd::kTokens}};
  generation.cost = {400, 390, 0, 5, 0.001, 0.002, 0.01};
  generation.process = {0.25, 40'000'000};
  return generation;
}

TEST(Generation, ARequestArrivesAsItWas) {
  GenerationRequest request;
  request.document = "file:///a.cc";
  request.parts = {"db/a.cc", "int x = ", ";\n", {{"b.h", "int f();\n"}}};
  request.temperatures = {0, 0.5};
  request.names = {"begin", "end"};
  request.is_single_line = false;
  request.time_limit = absl::Milliseconds(250);
  const auto read = Decode<NumberedRequest>(Encode(NumberedRequest(7, request)));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->first, 7u);
  const GenerationRequest& same = read->second;
  EXPECT_EQ(same.document, request.document);
  EXPECT_EQ(same.parts.prefix, request.parts.prefix);
  EXPECT_EQ(same.parts.suffix, request.parts.suffix);
  ASSERT_EQ(same.parts.context.size(), 1u);
  EXPECT_EQ(same.parts.context[0].text, "int f();\n");
  EXPECT_EQ(same.temperatures, request.temperatures);
  EXPECT_EQ(same.names, request.names);
  EXPECT_FALSE(same.is_single_line);
  EXPECT_EQ(same.time_limit, request.time_limit);
}

TEST(Generation, AnAnswerArrivesAsItWas) {
  const auto read = DecodeGeneration(Encode(NumberedGeneration(9, Written())));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->first, 9u);
  ASSERT_EQ(read->second.candidates.size(), 2u);
  EXPECT_EQ(read->second.candidates[1].text, std::string("\0\xff", 2));
  EXPECT_EQ(read->second.candidates[0].end, GenerationEnd::kText);
  EXPECT_EQ(read->second.cost.reused_tokens, 390u);
  EXPECT_EQ(read->second.process.resident_bytes, 40'000'000u);
}

TEST(Generation, WhatIsCutShortIsDamage) {
  const std::string bytes = Encode(NumberedGeneration(9, Written()));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeGeneration(bytes.substr(0, size)).status())) << size;
  }
  const std::string ready = Encode(ModelReady());
  for (size_t size = 0; size < ready.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(Decode<ModelReady>(ready.substr(0, size)).status())) << size;
  }
}

TEST(Generation, NonsenseIsDamage) {
  // Any one byte of the numbers may be anything: it is refused, or is another answer, and never more than that.
  const std::string bytes = Encode(NumberedGeneration(9, Written()));
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string other = bytes;
    other[at] = static_cast<char>(0xFF);
    const auto read = DecodeGeneration(other);
    if (read.ok()) EXPECT_LE(read->second.candidates.size(), 64u);
  }
}

}  // namespace
}  // namespace astrolabe
