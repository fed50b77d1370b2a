// What the origins of compile commands are called where a user reads of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/project/compile_command.h"

namespace astrolabe {

// "compilation database", "a similar file", …
const char* OriginName(CommandOrigin origin);

}  // namespace astrolabe
