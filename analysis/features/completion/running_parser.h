// Telling a parser in the middle of its work that there will be completion.
//
// Clang decides it when a parser is made: from then on it keeps what type an expression should have (ranking
// and designated initialisers live from it), skips function bodies, and does nothing at the end of the
// translation unit. A zygote serves ASTs too, which need the bodies and the end; only the child that completes
// knows. A second parser on the same Sema is no way out: its scopes and pragma handlers are the first one's.
// So two private members of the parser are set from here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace clang {
class CompilerInstance;
}

namespace astrolabe {

// To be called while the compiler's parser waits for a token.
void ExpectCompletion(clang::CompilerInstance& compiler);

}  // namespace astrolabe
