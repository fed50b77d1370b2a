// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/logits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace astrolabe {
namespace {

// So many sums at a time, each of which the compiler may keep in a lane of a register: floats are not reordered.
constexpr size_t kLanes = 16;

float Largest(std::span<const float> values) {
  std::array<float, kLanes> most;
  most.fill(-std::numeric_limits<float>::infinity());
  size_t at = 0;
  for (; at + kLanes <= values.size(); at += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float value = values[at + lane];
      most[lane] = value > most[lane] ? value : most[lane];
    }
  }
  for (; at < values.size(); ++at) most[0] = values[at] > most[0] ? values[at] : most[0];
  return *std::max_element(most.begin(), most.end());
}

// e^x for x <= 0 as 2^whole * 2^part, the latter by its Taylor series; off by a hundred-thousandth of itself.
float ExpOfNegative(float x) {
  const float exponent = std::max(x * 1.44269504F, -126.0F);
  const int32_t whole = static_cast<int32_t>(exponent) - 1;
  const float part = exponent - static_cast<float>(whole);  // 0 to 1
  const float power =
      1 +
      part * (0.69314718F +
              part * (0.24022651F +
                      part * (0.05550411F +
                              part * (0.00961813F + part * (0.00133336F + part * 0.00015404F)))));
  return power * std::bit_cast<float>((whole + 127) << 23);
}

}  // namespace

ModelToken Likeliest(std::span<const float> logits) {
  const auto found = std::find(logits.begin(), logits.end(), Largest(logits));
  return found == logits.end() ? 0 : static_cast<ModelToken>(found - logits.begin());
}

double LogProbability(std::span<const float> logits, ModelToken token) {
  const float most = Largest(logits);
  std::array<float, kLanes> sums = {};
  size_t at = 0;
  for (; at + kLanes <= logits.size(); at += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane)
      sums[lane] += ExpOfNegative(logits[at + lane] - most);
  }
  for (; at < logits.size(); ++at) sums[0] += ExpOfNegative(logits[at] - most);
  double sum = 0;
  for (float lane : sums) sum += static_cast<double>(lane);
  return static_cast<double>(logits[static_cast<size_t>(token)] - most) - std::log(sum);
}

}  // namespace astrolabe
