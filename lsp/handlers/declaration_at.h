// The function or class that a place of the text is about, by tier 0's outline: what to offer there takes no parse.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/text/position.h"
#include "base/text/text_buffer.h"

namespace astrolabe::lsp {

struct OutlinedDeclaration {
  ByteRange all;          // up to its closing brace or semicolon
  size_t head_end = 0;    // where its body opens; all.end if it has none
  std::string name;       // "ns::Class::Method"
  bool is_class = false;  // else a function
  // Between the braces of a function, where nothing but white space and comments stands there.
  std::optional<ByteRange> empty_body;
  // It begins its line, and no comment ends on the line above.
  bool lacks_comment = false;
};

// The innermost one whose head, or empty body, holds `offset`.
std::optional<OutlinedDeclaration> DeclarationAt(const TextBuffer& text, std::string_view path,
                                                 size_t offset);

// Whether two texts differ in comments and white space alone.
bool HaveSameTokens(std::string_view a, std::string_view b);

}  // namespace astrolabe::lsp
