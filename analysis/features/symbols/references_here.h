// Places in the open file that name given symbols, and those that an editor lights up.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/features/live_ast.h"

namespace astrolabe {

// `usrs`: as SymbolsAnswer gives them, those of macros too. Places where a macro's expansion names a symbol
// are those of the macro. In order, each range once.
ReferencesAnswer FindReferencesHere(LiveAst& ast, const std::vector<std::string>& usrs);

// What belongs to the thing at `place`: all that names the same symbols, or the parts of a control-flow
// statement. Without what macros produce.
ReferencesAnswer FindHighlights(LiveAst& ast, CodePlace place);

}  // namespace astrolabe
