// A declaration as its file spells it, and the comment ahead of it: what can be shown of it without a parse.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/text/text_buffer.h"
#include "index/symbol.h"

namespace astrolabe::lsp {

struct DeclarationLines {
  astrolabe::Position begin;
  astrolabe::Position end;
  size_t limit = 24;       // lines at most
  bool head_only = false;  // up to where its body opens
};

// Whole lines with their ends, those of a head with ";" for the body.
std::string DeclarationText(const TextBuffer& text, const DeclarationLines& lines);

// The comment that ends on the line above, without its markers; nothing if none does.
std::optional<std::string> CommentAbove(const TextBuffer& text, size_t line);

}  // namespace astrolabe::lsp
