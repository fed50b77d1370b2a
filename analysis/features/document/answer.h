// Questions about a whole document, answered from its AST as bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "analysis/features/live_ast.h"

namespace astrolabe {

// kSemanticTokens, kInactiveRegions and kSyntaxTree; empty for all others.
std::string AnswerDocumentQuestion(LiveAst& ast, const Question& question);

}  // namespace astrolabe
