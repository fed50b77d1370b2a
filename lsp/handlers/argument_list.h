// Lists of parameters and arguments by their tokens: for files that nobody has parsed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/text/position.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {

struct ArgumentList {
  ByteRange inside;              // between the parentheses, or braces
  std::vector<ByteRange> items;  // between the commas, with `/*name=*/` ahead and `/*name*/` behind
  size_t next_token = 0;         // behind the closing parenthesis, in SourceTokens::tokens
  // A comma stands between `<` and `>`: of a call that may be two arguments, or one with a template's.
  bool is_ambiguous = false;
  bool is_braced = false;
};

// That follows the name which ends at `name_end`, behind a template's arguments if there are any. In a declaration `<`
// and `>` are brackets. Nothing if no list follows, or it has no end.
std::optional<ArgumentList> ArgumentListBehind(const SourceTokens& source, size_t name_end,
                                               bool is_declaration);

// The list that the token of this number opens, a parenthesis or a brace; nothing if it has no end.
std::optional<ArgumentList> ArgumentListAt(const SourceTokens& source, size_t open,
                                           bool is_declaration = false);
// One behind the '>' of a template's arguments that begin at token `i`; `i` if there are none.
size_t BehindTemplateArguments(const std::vector<Token>& tokens, size_t i);

// "x" of "const T* x[] = {}"; empty for a parameter without a name.
std::string NameOfParameter(const SourceTokens& source, ByteRange parameter);
// Offset of the '=' ahead of its default value; nothing if it has none.
std::optional<size_t> DefaultOfParameter(const SourceTokens& source, ByteRange parameter);

}  // namespace astrolabe::lsp
