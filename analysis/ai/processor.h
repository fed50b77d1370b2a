// Whether this machine's processor has the instructions that llama.cpp was built for: built for the machine that builds, as
// it is, it would die of the first one that is missing here, and say nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace astrolabe {

// What llama.cpp was built for, of what can be asked of a processor; by the kernel's names (/proc/cpuinfo). Nothing in
// packages, which bring libraries for all (processor_library.h).
std::vector<std::string> WantedInstructions();

// Whether this processor, and the kernel, have them. One that nobody knows counts as there. The environment's
// ASTROLABE_PROCESSOR_LACKS, names with commas between, takes some away, for tests.
bool HasInstructions(std::string_view name);

// FailedPrecondition that names what is missing and says what to do.
absl::Status CheckProcessor(const std::vector<std::string>& wanted,
                            const std::function<bool(std::string_view)>& has);

}  // namespace astrolabe
