// What a configuration does to a compile command.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/config/config.h"
#include "analysis/project/compile_command.h"

namespace astrolabe {

// Edits its arguments, and says so in its reason. Nothing happens to a command that no fragment edits; of one that is
// edited the file comes last, so that what is added holds for it.
void ApplyFlagEdits(const Config& config, CompileCommand& command);

}  // namespace astrolabe
