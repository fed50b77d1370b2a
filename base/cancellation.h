// Stopping long work in good order: a flag that the work looks at between steps.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <initializer_list>

#include "absl/status/status.h"

namespace astrolabe {

// Set once, never taken back. Any thread; Cancel also from a signal handler.
class CancelToken {
 public:
  CancelToken() = default;
  CancelToken(const CancelToken&) = delete;
  CancelToken& operator=(const CancelToken&) = delete;

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  // For functions that look at a flag.
  const std::atomic<bool>& flag() const { return cancelled_; }
  // Cancelled("interrupted") once cancelled, else OK: for functions that return a Status.
  absl::Status status() const;

 private:
  std::atomic<bool> cancelled_{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
};

// From now on the first of `signals` that comes cancels `token`, and the next one kills the process as
// if this function did not exist. A token that has been handed over must live until the process ends;
// a later call replaces it. System calls that the signal interrupts are restarted where the kernel can;
// poll and its kin return EINTR. Signals that were ignored (nohup) stay ignored.
absl::Status CancelOnSignals(CancelToken& token, std::initializer_list<int> signals);

}  // namespace astrolabe
