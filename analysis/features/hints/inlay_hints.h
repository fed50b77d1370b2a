// What the source does not say and a reader wants to know: which parameter an argument is for, which type `auto`
// stands for, which member a value of a list goes to; where it is asked for, which arguments are left to their defaults
// and what a closing brace closes.
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
                           const AnswerSettings& settings = {});

}  // namespace astrolabe
