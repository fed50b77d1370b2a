// What makes a macro the one that it is, wherever in its file it stands.
//
// Clang names a macro by the offset of its definition, so that a line more in a comment ahead of it makes
// another symbol of it, in every file that uses it. Here what it says takes the place of where it says it:
// an edit that moves it leaves the facts of all users as they are, and one that changes it has them parsed
// again anyway.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

#include "llvm/ADT/SmallVector.h"

namespace clang {
class IdentifierInfo;
class MacroInfo;
class SourceManager;
}  // namespace clang

namespace astrolabe {

// Of name, parameters and tokens.
uint64_t MacroContentHash(const clang::IdentifierInfo& name, const clang::MacroInfo& macro);

// Appends its USR: Clang's for those of system headers, which has no offset; for others
// "c:FILE@HASH@macro@NAME". False if the index has no name for it: it is built in.
bool GenerateMacroUsr(const clang::IdentifierInfo& name, const clang::MacroInfo& macro,
                      const clang::SourceManager& sources, llvm::SmallVectorImpl<char>& usr);

}  // namespace astrolabe
