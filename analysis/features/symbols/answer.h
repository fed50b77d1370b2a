// The door to this folder: a question about symbols in, the bytes of its answer out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "analysis/features/live_ast.h"

namespace astrolabe {

// Answers kHover (HoverAnswer), kSymbols and kTypeDefinition (SymbolsAnswer), kHighlights and kReferencesHere
// (ReferencesAnswer), and those of hierarchies (HierarchyAnswer), as Encode gives them; nothing for others.
std::string AnswerSymbolQuestion(LiveAst& ast, const Question& question);

}  // namespace astrolabe
