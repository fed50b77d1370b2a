// Comments of what a compiled module declares.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclBase.h"

namespace astrolabe {

// Clang keeps no comments in compiled interfaces. Reads those of the file that `declaration` stands in, once for each
// file, so that Clang then finds them as it does those of what it has parsed.
void LoadModuleComments(const clang::ASTContext& context, const clang::Decl& declaration);

}  // namespace astrolabe
