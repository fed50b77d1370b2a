// How much of a file is its preamble: the #include lines and what else of comments and directives stands
// ahead of the first token of the program.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

namespace astrolabe {

// In bytes of `text`; the preamble ends at the beginning of a line.
size_t PreambleSize(const std::string& text);

}  // namespace astrolabe
