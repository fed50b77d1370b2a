// What a thread may no longer ask of the kernel (seccomp): a promise that holds whatever the code does that it runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "absl/functional/function_ref.h"

namespace astrolabe {

struct RefusedCalls {
  bool network = false;   // a new socket, a connection
  bool programs = false;  // to start one
  bool changes = false;   // a file opened for writing, made, renamed or removed
};

// From now on, for ever, in the calling thread and in all threads and processes that it starts: what is named fails with
// EPERM, and so does io_uring, which could do any of it. False, and nothing is refused, if the kernel has no seccomp,
// forbids it, or runs on a processor that is neither x86-64 nor ARM64.
bool RefuseCalls(const RefusedCalls& calls);

// Runs `work` to its end in a thread of its own that can neither change files nor start programs nor make connections,
// as far as RefuseCalls can do it here.
void RunConfined(absl::FunctionRef<void()> work);

}  // namespace astrolabe
