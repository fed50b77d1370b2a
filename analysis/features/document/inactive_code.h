// The lines that the preprocessor leaves out, such as those of an #if whose condition does not hold.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "analysis/features/live_ast.h"

namespace astrolabe {

struct LineSpan {
  uint32_t first = 0;
  uint32_t last = 0;  // inclusive
};

// In order and apart from each other. The directives around such lines are not among them.
std::vector<LineSpan> InactiveLines(LiveAst& ast);

// One region per span, from the begin of its first line to the end of its last one.
InactiveRegionsAnswer MakeInactiveRegions(LiveAst& ast);

}  // namespace astrolabe
