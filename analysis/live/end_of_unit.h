// The end of a translation unit, made up for later.
//
// An open file is parsed as a prefix, which leaves out what is known only at the end of the unit: errors in what it
// instantiates, names that are used and not defined, or defined and not used. Without that a parse takes three
// quarters of the time. A child then catches up on it, when the parser has gone already.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"

namespace clang {
class SourceLocation;
class Sema;
}  // namespace clang

namespace astrolabe {

// Once in a process; afterwards no more can be parsed in it.
void EndTranslationUnit(clang::Sema& sema);

// Of the end of the unit what is instantiated for the places that `is_wanted` says, and no more: that leaves out what
// headers have left, which is most. Once in a process, instead of the above.
void InstantiateFor(clang::Sema& sema, llvm::function_ref<bool(clang::SourceLocation)> is_wanted);

}  // namespace astrolabe
