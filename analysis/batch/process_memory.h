// Memory of the machine and of a tree of processes, from /proc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace astrolabe {

// This process's proportional set size and that of all descendants of `root`, itself included, in
// bytes: a page that n processes share counts 1/n in each. Costs milliseconds for gigabytes.
uint64_t TreePssBytes(pid_t root);

// Whether the machine is about to swap: less than a tenth of its memory is available.
bool MemoryIsShort();

}  // namespace astrolabe
