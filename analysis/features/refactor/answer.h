// The door to this folder: a question about refactorings in, the bytes of its answer out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "analysis/features/live_ast.h"

namespace astrolabe {

// Those that apply to a selection. No edits are made, so this is cheap.
// `source`: that belongs to a header, or null.
RefactoringsAnswer FindRefactorings(LiveAst& ast, CodeRange selection,
                                    const FileText* source = nullptr,
                                    const AnswerSettings& settings = {});

// The edits of one, with the changed lines formatted as the file's .clang-format wants.
RefactorAnswer MakeRefactoring(LiveAst& ast, CodeRange selection, const std::string& id,
                               const FileText* source = nullptr,
                               const AnswerSettings& settings = {});

// Answers kRefactorings and kRefactor, as Encode gives them; nothing for others.
std::string AnswerRefactorQuestion(LiveAst& ast, const Question& question);

}  // namespace astrolabe
