// Folding regions, and the selections that grow from a place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/features/live_ast.h"

namespace astrolabe {

// What can be folded: everything between braces, the sections of a class, comments, groups of includes,
// branches of conditionals. Only what goes over a line's end; in order.
RegionsAnswer MakeFolding(LiveAst& ast);

// Innermost first, each inside of the next: token, expression, statement, …, the whole file.
RegionsAnswer MakeSelection(LiveAst& ast, CodePlace place);

}  // namespace astrolabe
