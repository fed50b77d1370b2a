// Semantic tokens: what each name of the file stands for, for an editor to colour.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/features/live_ast.h"

namespace astrolabe {

// In order, none inside another, each on one line and in the file itself. The lines of inactive code are
// comments as a whole.
SemanticTokensAnswer MakeSemanticTokens(LiveAst& ast);

}  // namespace astrolabe
