// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/model_record.h"

#include <algorithm>

namespace astrolabe {
namespace {

// What the last answer counts among those before.
constexpr double kNewest = 0.3;
constexpr absl::Duration kFirstRest = absl::Seconds(1);
constexpr int kMostDoublings = 6;  // a minute

}  // namespace

bool ModelRecord::IsWorthAsking(absl::Duration left, absl::Time now) {
  const bool is_trial = rests_in_a_row_ > 0 && now >= rests_until_;
  if (!is_trial) {
    if (rests_in_a_row_ == 0 && absl::Seconds(counts_.expected_seconds) > left) Rest(now);
    if (now < rests_until_) {
      ++counts_.passed_over;
      return false;
    }
  }
  ++counts_.asked;
  return true;
}

void ModelRecord::Answered(absl::Duration took) {
  ++counts_.answered;
  rests_in_a_row_ = 0;
  rests_until_ = absl::InfinitePast();
  Expect(took);
}

void ModelRecord::Late(absl::Duration took, absl::Time now) {
  ++counts_.late;
  Expect(took);
  Rest(now);
}

void ModelRecord::Failed(absl::Time now) {
  ++counts_.failures;
  Rest(now);
}

void ModelRecord::Expect(absl::Duration took) {
  const double seconds = absl::ToDoubleSeconds(took);
  double& expected = counts_.expected_seconds;
  expected = expected == 0 ? seconds : (1 - kNewest) * expected + kNewest * seconds;
}

void ModelRecord::Rest(absl::Time now) {
  rests_until_ = now + kFirstRest * (1 << std::min(rests_in_a_row_, kMostDoublings));
  ++rests_in_a_row_;
}

}  // namespace astrolabe
