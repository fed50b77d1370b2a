// Putting what another compiler says of itself into Clang's command.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/project/query_driver.h"

namespace clang {
class CompilerInvocation;
}

namespace astrolabe {

// Driver arguments that make Clang search where the compiler does, and for its target: to stand before
// the command's own. A directory with the compiler's own headers (stddef.h, immintrin.h: they are
// written in its own builtins) is replaced by Clang's, in its place.
std::vector<std::string> SearchArguments(const DriverKnowledge& knowledge,
                                         const std::string& resource_directory);

// Defines, ahead of the command's own -D and -U, the compiler's macros that Clang lacks and that say
// something about the target or the mode: not those by which a compiler introduces itself or measures
// its types, where Clang has to tell the truth about itself.
void AddMissingMacros(const DriverKnowledge& knowledge, clang::CompilerInvocation& invocation);

}  // namespace astrolabe
