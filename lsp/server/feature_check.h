// `astrolabe check --all-features`: every request that an editor can make, at every name of some files.
//
// It finds what crashes, fails, hangs or is slow. It is the server itself, driven by a client in the same process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lsp/server/options.h"

namespace astrolabe::lsp {

struct FeatureCheckOptions {
  ServerOptions server;
  std::string program;
  std::string root;                // absolute
  std::vector<std::string> files;  // absolute; none: all of the compilation database
  size_t every = 1;                // ask at one name in so many
  // An answer that takes longer counts as a hang.
  absl::Duration limit = absl::Seconds(60);
};

// What one kind of request did.
struct FeatureTimes {
  std::string method;
  size_t asked = 0;
  size_t refused = 0;  // with a reason for the user, where that is an answer
  size_t failed = 0;
  double median_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

struct SlowAnswer {
  double ms = 0;
  std::string method;
  std::string place;  // "FILE:LINE:COL"
};

struct FeatureReport {
  size_t files = 0;
  size_t names = 0;
  std::vector<FeatureTimes> features;
  std::vector<SlowAnswer> slowest;    // ten, the slowest first
  std::vector<std::string> problems;  // a sentence each, the first hundred
  size_t problem_count = 0;
};

// `progress` is told each file before it is looked at.
FeatureReport CheckFeatures(
    const FeatureCheckOptions& options, const std::atomic<bool>& stop,
    const std::function<void(const std::string& file, size_t number, size_t of)>& progress);

}  // namespace astrolabe::lsp
