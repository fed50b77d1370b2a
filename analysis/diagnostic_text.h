// What Clang says, as one line for people.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

namespace clang {
class Diagnostic;
}

namespace astrolabe {

// "path:line:column: text", or the text alone of what has no place.
std::string DiagnosticText(const clang::Diagnostic& diagnostic);

}  // namespace astrolabe
