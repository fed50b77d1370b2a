// How a model has done lately, and whether asking it now is worth the time: one that fails or is slower than there is time
// for is passed over for a while, and then tried again.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace astrolabe {

// Of one model in one session.
struct ModelRecordCounts {
  uint64_t asked = 0;
  uint64_t answered = 0;
  uint64_t late = 0;  // what it has answered by the deadline was cut off by it
  uint64_t failures = 0;
  uint64_t passed_over = 0;
  // Of its proposals:
  uint64_t shown = 0;
  uint64_t taken = 0;
  uint64_t passed = 0;
  double expected_seconds = 0;  // of the next answer
};

// One thread.
class ModelRecord {
 public:
  // Whether an answer is to be expected within `left`. Counts the model as asked or as passed over.
  bool IsWorthAsking(absl::Duration left, absl::Time now);

  void Answered(absl::Duration took);
  void Late(absl::Duration took, absl::Time now);
  void Failed(absl::Time now);
  void Shown(uint64_t proposals) { counts_.shown += proposals; }
  void Learn(bool is_taken) { ++(is_taken ? counts_.taken : counts_.passed); }

  const ModelRecordCounts& counts() const { return counts_; }

 private:
  void Expect(absl::Duration took);
  // Twice as long as the last time.
  void Rest(absl::Time now);

  ModelRecordCounts counts_;
  int rests_in_a_row_ = 0;
  absl::Time rests_until_ = absl::InfinitePast();
};

}  // namespace astrolabe
