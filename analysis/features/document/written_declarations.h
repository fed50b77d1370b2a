// The declarations that stand in the file as they are, without those that the compiler made from them:
// instantiations of a template have its place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "analysis/features/live_ast.h"

namespace astrolabe {

// The top-level ones, in order, each once.
std::vector<clang::Decl*> WrittenDeclarations(const LiveAst& ast);

// Whether the compiler made it.
bool IsInstantiation(const clang::Decl* declaration);

}  // namespace astrolabe
