// The outline of a file: its declarations and macros as a tree, in the order in which they are written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/features/live_ast.h"

namespace astrolabe {

// What functions declare inside is not part of it. Selections lie inside of their ranges.
OutlineAnswer MakeOutline(LiveAst& ast);

}  // namespace astrolabe
