// What belongs together with a control-flow keyword: a loop with its breaks, a switch with its cases, a
// function with its returns, an if with its elses, a try with its handlers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <vector>

#include "analysis/features/live_ast.h"

namespace clang {
class FunctionDecl;
}  // namespace clang

namespace astrolabe {

struct ControlFlow {
  CodeRange keyword;             // the one that was asked about
  std::vector<CodeRange> parts;  // keywords, and the name of the function for its returns; in order
  // Where it leads: behind the loop for `break`, to the loop for `continue`. Not for a function.
  std::optional<CodeRange> target;
  const clang::FunctionDecl* function = nullptr;  // that `return`, `throw` and `co_…` belong to
};

// Nothing if no such keyword stands there.
std::optional<ControlFlow> FindControlFlow(LiveAst& ast, CodePlace place);

}  // namespace astrolabe
