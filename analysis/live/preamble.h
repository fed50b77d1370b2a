// How much of a file is its preamble: the #include lines and what else of comments and directives stands
// ahead of the first token of the program.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

namespace astrolabe {

// In bytes of `text`; the preamble ends at the beginning of a line. A conditional may be open at its end (an include
// guard is, and what depends on the platform), unless `closed` asks for one that ends ahead of any such conditional.
size_t PreambleSize(const std::string& text, bool closed = false);

}  // namespace astrolabe
