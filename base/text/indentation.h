// Lines of code and the white space that they begin with.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>

namespace astrolabe {

// The begin of the line, and one behind its end with its newline.
uint32_t LineBegin(const std::string& text, uint32_t offset);
uint32_t LineEnd(const std::string& text, uint32_t offset);
// The white space that the line of `offset` begins with.
std::string IndentAt(const std::string& text, uint32_t offset);
// One level of it, as this file has it: from the first line that is indented below its brace; two spaces if none is.
std::string IndentUnit(const std::string& text);

}  // namespace astrolabe
