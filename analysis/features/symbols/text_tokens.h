// The tokens of the open file as they are written, for what no AST shows: keywords, macros, directives.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/features/live_ast.h"

namespace astrolabe {

struct TextToken {
  uint32_t begin = 0;  // bytes
  uint32_t length = 0;
  bool is_word = false;  // identifier or keyword
  bool starts_line = false;
  // Of a directive: the word behind its '#' ("include", "define", …), empty elsewhere.
  std::string_view directive;
  uint32_t end() const { return begin + length; }
};

// All tokens of the text without comments, from a lexer that knows no macro. Linear in the text: a
// millisecond for some thousand lines. Views point into `ast.text`.
std::vector<TextToken> TokensOf(const LiveAst& ast);

// Offsets at which a name that the user means may stand, best first: the begin of the word that holds or
// ends at the place, or of the place itself.
struct TouchedText {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool is_word = false;
};
TouchedText TouchedAt(const LiveAst& ast, CodePlace place);

std::string_view TextOf(const LiveAst& ast, const TextToken& token);
CodeRange RangeOf(const LiveAst& ast, uint32_t begin, uint32_t end);

}  // namespace astrolabe
