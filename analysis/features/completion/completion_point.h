// Where in the text completion takes place: the name around the cursor, and what the parser gets to read.
//
// The name that is there already is blanked out and completed from its first byte, whatever part of it is
// ahead of the cursor. Otherwise Clang would treat "fo|" and "for|" differently, and take "in|t" for a
// keyword.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace astrolabe {

struct CompletionPoint {
  uint32_t begin =
      0;  // of the name around the cursor, in bytes; of the last part of an included path
  uint32_t cursor = 0;
  uint32_t end = 0;   // behind the name
  std::string typed;  // from `begin` to `cursor`
  bool in_include = false;
  bool in_number = false;     // nothing to complete
  bool is_qualified = false;  // behind ".", "->" or "::"
  char next = '\0';           // the first byte behind the name that is no blank, on the same line
  bool is_scope = false;      // what is behind the name is "::"
};

CompletionPoint FindCompletionPoint(std::string_view text, uint32_t offset);

// What is to be parsed: `text` with everything that is not to be read again blanked out, so that offsets
// are those of `text`.
std::string TextToParse(std::string_view text, uint32_t preamble_size,
                        const CompletionPoint& point);

}  // namespace astrolabe
