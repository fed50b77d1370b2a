// The tokens of a text that have a colour, gathered in any order.
//
// Several may be found at one place: an argument of a macro is used twice, an operator is that of a rewritten expression
// as well. One of them stays.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/features/document/token_kinds.h"

namespace astrolabe {

struct FoundToken {
  uint32_t offset = 0;  // bytes
  uint32_t length = 0;
  TokenMeaning meaning;
};

class FoundTokens {
 public:
  // `text` is borrowed.
  explicit FoundTokens(std::string_view text) : text_(text) {}

  // The name or operator that begins there; nothing happens if there is none.
  void Add(uint32_t offset, TokenMeaning meaning);
  // One byte.
  void AddBracket(uint32_t offset) { found_.push_back({offset, 1, {TokenType::kBracket, 0}}); }
  // What begins there is handed over by a reference through which it can be changed.
  void NoteChanged(uint32_t offset) { changed_.push_back(offset); }

  // In order, each place once. To be called once.
  std::vector<FoundToken> Take();

 private:
  const std::string_view text_;
  std::vector<FoundToken> found_;
  std::vector<uint32_t> changed_;  // offsets
};

}  // namespace astrolabe
