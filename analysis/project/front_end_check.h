// Whether Clang accepts a front-end command: for `astrolabe check` and tests.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "absl/status/status.h"
#include "analysis/project/compile_command.h"

namespace astrolabe {

// Loads it into a CompilerInvocation and creates its target, nothing more. InvalidArgument with what
// Clang says.
absl::Status CheckFrontEndCommand(const FrontEndCommand& command);

}  // namespace astrolabe
