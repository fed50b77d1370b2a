// Clang's syntax tree as it is, for people who want to see it: textDocument/ast.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>

#include "analysis/features/live_ast.h"

namespace astrolabe {

// Nodes at most; what is more is left out, as nobody reads it.
inline constexpr size_t kMaxSyntaxNodes = 50'000;

// The innermost node that covers `range`, with all below it; without a range the whole file.
SyntaxTreeAnswer MakeSyntaxTree(LiveAst& ast, const std::optional<CodeRange>& range);

}  // namespace astrolabe
