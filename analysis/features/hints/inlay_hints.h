// What the source does not say and a reader wants to know: which parameter an argument is for, which type `auto`
// stands for, which member a value of a list goes to; if asked for, also what a brace closes, which arguments a call
// leaves to their defaults, what is converted, and what a lambda captures without saying so.
//
// Nothing is hinted at that the source says already: a parameter named like its argument, or in a comment ahead of
// it; the one argument of a setter.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "analysis/features/live_ast.h"

namespace astrolabe {

// Those inside `ranges`; all without any.
HintsAnswer MakeInlayHints(LiveAst& ast, const std::vector<CodeRange>& ranges,
                           const HintSettings& settings);

}  // namespace astrolabe
