// How fast a model reads and writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/ai/model_process.h"

namespace astrolabe {

// The value that a share of them is not above; 0 of none.
double Quantile(std::vector<double> values, double share);
double Median(std::vector<double> values);

struct ModelSpeed {
  double read = 0;       // tokens a second; medians of the runs
  double written = 0;    // 0: it never wrote more than one token
  double best_read = 0;  // of the run that was disturbed least
  double best_written = 0;
};

// Each run reads a prompt of about half the context and writes at most 64 tokens. Cancelled when the user interrupts.
absl::StatusOr<ModelSpeed> MeasureSpeed(ModelProcess& process, uint32_t context, uint32_t runs);

}  // namespace astrolabe
