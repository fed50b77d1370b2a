// The process allocator's own account of itself, and its knobs, whether jemalloc is linked or not.
//
// The binary links jemalloc (CMake target astrolabe_jemalloc); sanitizer builds and most tests do not.
// jemalloc's control function is referenced weakly, so this file forces nothing in: without jemalloc
// every call returns NotFound, and callers show that the figures are not available.
//
// The options that suit our processes are in alloc/malloc_conf.cc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace astrolabe {

// All in bytes.
struct AllocatorStats {
  uint64_t allocated = 0;  // in objects that the program holds
  uint64_t active = 0;     // in pages with at least one such object
  uint64_t resident = 0;   // in physical memory, with metadata and dirty pages
  uint64_t mapped = 0;     // in address space in use
  uint64_t retained = 0;   // in address space kept for later, without memory behind it
  uint64_t metadata = 0;   // of the allocator itself
};

// All functions: any thread. NotFound without jemalloc; Internal, naming the control, if jemalloc
// refuses, as it does for statistics when it was built without them.

bool JemallocLinked();

// As of now; costs tens of microseconds, since it merges the arenas' counters.
absl::StatusOr<AllocatorStats> ReadAllocatorStats();

// Gives every unused page of all arenas back to the kernel now: after an index build, before idling.
// The calling thread's cache is flushed first; those of other threads keep what they have.
absl::Status PurgeUnusedPages();

// How long freed pages are kept for reuse before they go back, for all arenas there are and those to
// come. Milliseconds; 0 is at once, -1 never.
absl::Status SetDirtyPageDecay(int64_t milliseconds);

// Whether a thread of jemalloc's own returns pages in time while the program does not allocate. Off at
// start, as is jemalloc's default; a server that will idle for long turns it on. The thread does not
// survive a fork without exec: the child turns it on anew if it wants it.
absl::Status SetBackgroundPurging(bool on);

}  // namespace astrolabe
