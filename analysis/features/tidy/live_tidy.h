// What clang-tidy has to say about an open file, in the process that holds its AST.
//
// As in clangd the checks see the declarations of the file itself, not those of its headers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "analysis/features/live_ast.h"

namespace astrolabe {

class PreprocessorTape;

// With all of the translation unit instantiated (EndTranslationUnit). Leaves the AST's preprocessor without observers,
// and the source manager with another main file: for a process that does nothing else. `tape` may be null.
std::vector<LiveDiagnostic> RunTidy(const LiveAst& ast, const TidySettings& settings,
                                    PreprocessorTape* tape);

}  // namespace astrolabe
