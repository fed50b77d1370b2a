// The end of a translation unit, made up for later.
//
// An open file is parsed as a prefix, which leaves out what is known only at the end of the unit: errors in what it
// instantiates, names that are used and not defined, or defined and not used. Without that a parse takes three
// quarters of the time. A child then catches up on it, when the parser has gone already.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace clang {
class Sema;
}  // namespace clang

namespace astrolabe {

// Once in a process; afterwards no more can be parsed in it.
void EndTranslationUnit(clang::Sema& sema);

}  // namespace astrolabe
