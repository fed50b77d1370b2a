// What an editor shows beside the pointer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/features/live_ast.h"

namespace astrolabe {

// Markdown: kind and name, where from, type, value, layout, documentation, definition. Empty where there is
// nothing to tell.
HoverAnswer MakeHover(LiveAst& ast, CodePlace place, const AnswerSettings& settings = {});

}  // namespace astrolabe
