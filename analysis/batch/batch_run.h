// Carries out a plan: starts parsing processes, keeps the cores busy, takes what they deliver, and
// outlives whatever happens to them.
//
// One thread and one poll loop. A unit's way: on its zygote; where that does not work out, plainly;
// where that kills the process, hangs or eats the memory, quarantine. Nothing that a parsing process
// does can end the run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "analysis/batch/planner.h"

namespace astrolabe {

struct BatchRunOptions {
  std::string program;  // our own binary, started as `program --parse-server`
  std::string root;     // of the workspace, absolute
  int jobs = 2;         // processes parsing at the same time
  absl::Duration time_limit = absl::Seconds(120);  // of one job
  uint64_t memory_limit = uint64_t{4} << 30;       // bytes, of one job on top of its zygote
  double audit_percent = 0;  // of the units served by a zygote, how many to parse plainly as well
  // Not empty: Job::tidy. What comes in then are encoded TidyAnswers.
  std::string tidy;
};

// Why a unit has no facts.
struct QuarantinedUnit {
  uint32_t unit = 0;
  std::string reason;      // "crashed (signal 11)", "took longer than 120 s"
  std::string where;       // where in the source the parser was, if it could say
  std::string reproducer;  // a command line for a shell
};

// Written by the run, read by who shows it; any thread.
struct BatchProgress {
  std::atomic<uint32_t> units_total = 0;
  std::atomic<uint32_t> units_done = 0;
  std::atomic<uint32_t> zygotes = 0;                        // parsing headers now
  std::string Slowest() const ABSL_LOCKS_EXCLUDED(mutex_);  // the unit at work the longest
  void SetSlowest(std::string_view name) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::string slowest_ ABSL_GUARDED_BY(mutex_);
};

struct BatchStatistics {
  uint32_t zygote = 0;  // units by how they were parsed in the end
  uint32_t plain = 0;
  uint32_t failed = 0;
  uint32_t quarantined = 0;
  uint32_t with_errors = 0;
  uint32_t zygotes = 0;
  uint32_t zygote_restarts = 0;
  std::map<std::string, uint32_t> plain_reasons;
  uint32_t audited = 0;
  uint32_t audit_difference_count = 0;         // facts that differ and should not
  uint32_t audit_dependent_count = 0;          // candidates in dependent expressions
  std::vector<std::string> audit_differences;  // one line each, the first ones
  std::vector<std::string> failures;           // "FILE: why", for units that could not be parsed
  double zygote_seconds = 0;                   // of the processor, with the facts of their headers
  double unit_seconds = 0;
  double plain_seconds = 0;
  double collect_seconds = 0;
  uint64_t peak_pss_bytes = 0;  // of the front and all parsing processes, sampled every second
};

struct BatchCallbacks {
  // A finished shard, encoded. InvalidArgument if it is none: its unit is then parsed again plainly.
  // Any other error ends the run.
  std::function<absl::Status(std::string_view shard)> add;
  std::function<void(const QuarantinedUnit&)> quarantine;
  // What a unit is known to include: Job::expected_closure.
  std::function<std::vector<uint64_t>(uint32_t unit)> closure;
  // Facts that the index has already: (path, digest, variant) as ClaimKey.
  std::vector<uint64_t> known_claims;
};

// Returns when every unit of the plan has come to its end, or Cancelled. Units are those of `commands`,
// files those that the plan speaks of.
absl::Status RunBatch(std::span<const FrontEndCommand> commands,
                      const std::vector<DependencyFile>& files, Plan plan,
                      const BatchRunOptions& options, const BatchCallbacks& callbacks,
                      BatchProgress* progress, const std::atomic<bool>* cancelled,
                      BatchStatistics* statistics);

}  // namespace astrolabe
