// The symbols that the thing under a place stands for: where definition, declaration, references and all
// that asks the index begin.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "analysis/features/live_ast.h"
#include "analysis/features/symbols/target_at.h"

namespace astrolabe {

// `override` gives the overridden method, `auto` the type, an #include its file, `return` the function,
// `break` and `continue` where they lead. Empty if nothing there has a name.
SymbolsAnswer FindSymbolsAt(LiveAst& ast, CodePlace place);

// The type of the thing there: of a function what it returns, of a smart pointer what it holds as well.
SymbolsAnswer FindTypeDefinition(LiveAst& ast, CodePlace place);

// Declarations and macros of a target; for `auto` those of the type.
std::vector<LiveSymbol> SymbolsOfTarget(LiveAst& ast, const CodeTarget& target);

}  // namespace astrolabe
