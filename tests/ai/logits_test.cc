// The fast way of reading logits beside the plain one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/logits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace astrolabe {
namespace {

double Plainly(const std::vector<float>& logits, ModelToken token) {
  double sum = 0;
  const double most = *std::max_element(logits.begin(), logits.end());
  for (float logit : logits) sum += std::exp(static_cast<double>(logit) - most);
  return static_cast<double>(logits[static_cast<size_t>(token)]) - most - std::log(sum);
}

std::vector<float> Drawn(size_t count, double width) {
  std::mt19937 draw(static_cast<unsigned>(count));
  std::normal_distribution<float> normal(0, static_cast<float>(width));
  std::vector<float> logits(count);
  for (float& logit : logits) logit = normal(draw);
  return logits;
}

TEST(LogProbability, IsThatOfTheStandardLibrary) {
  for (size_t count : {1u, 2u, 15u, 16u, 17u, 300u, 8192u, 152'000u}) {
    for (double width : {0.0, 0.1, 3.0, 40.0}) {
      const std::vector<float> logits = Drawn(count, width);
      for (ModelToken token : {ModelToken{0}, static_cast<ModelToken>(count / 2),
                               static_cast<ModelToken>(count - 1)}) {
        EXPECT_NEAR(LogProbability(logits, token), Plainly(logits, token), 0.001)
            << count << " " << width;
      }
    }
  }
}

TEST(LogProbability, WhatIsForbiddenHasNone) {
  std::vector<float> logits(40, -std::numeric_limits<float>::infinity());
  logits[7] = 3;
  EXPECT_NEAR(LogProbability(logits, 7), 0, 0.001);
  EXPECT_EQ(LogProbability(logits, 8), -std::numeric_limits<double>::infinity());
}

TEST(Likeliest, IsTheFirstOfTheLargest) {
  for (size_t count : {1u, 5u, 16u, 33u, 8192u}) {
    std::vector<float> logits = Drawn(count, 1);
    logits[count / 3] = 50;
    logits[count - 1] = 50;
    EXPECT_EQ(Likeliest(logits), static_cast<ModelToken>(count / 3));
  }
  EXPECT_EQ(Likeliest(std::vector<float>(20, std::nanf(""))), 0);
}

}  // namespace
}  // namespace astrolabe
