// What is wrong with the #include lines of the open file: headers that it includes and uses nothing of, and what it
// uses of headers that only others include.
//
// clangd's rules, on our own walk and the record of the preprocessor, since the library that clangd takes is not
// packaged. A header counts as used if it provides (header_providers.h) anything that the file itself uses
// (direct_uses.h), or a macro that it names. Never unused: what a pragma keeps, what is not found, what has no guard,
// Clang's own headers, the header named like the file, and <...> unless asked for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "analysis/features/live_ast.h"

namespace astrolabe {

// By place. Those about unused includes have a fix that removes the line; those about missing ones name the header.
// None without a record of the preprocessor, nor for Objective-C.
std::vector<LiveDiagnostic> CheckIncludes(LiveAst& ast, const IncludeHygieneOptions& options);

}  // namespace astrolabe
