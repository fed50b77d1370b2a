// The main loop of a parsing process: takes jobs from the front, forks for each, reports their ends.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/batch/parse_node.h"
#include "analysis/batch/unit_tidy.h"
#include "base/unique_fd.h"

namespace astrolabe {

// Carries a child that was forked for an open file (kBase, kPreamble) through its life. Does not return.
using RunLiveTask = void (*)(const Hello& hello, Task task);

// Serves the front at the other end of `socket` until it closes it. The exit code of the process.
// Single-threaded; to be called right at the start of a process of its own.
int RunParseServer(UniqueFd socket, RunLiveTask run_live_task, MakeUnitTidy make_unit_tidy);

}  // namespace astrolabe
