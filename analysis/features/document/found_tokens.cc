// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/found_tokens.h"

#include <algorithm>
#include <utility>

#include "index/ascii.h"

namespace astrolabe {
namespace {

// Of two meanings of one token (an argument of a macro may be used twice), the larger one stays.
int Rank(TokenType type) {
  if (type == TokenType::kMacro) return 3;
  if (type == TokenType::kUnknown) return 0;
  return type == TokenType::kOperator ? 1 : 2;
}

// Bytes of the name or operator at the begin of `text`, 0 if there is none.
uint32_t TokenLength(std::string_view text) {
  uint32_t length = 0;
  while (length < text.size() && IsNameByte(text[length])) ++length;
  if (length > 0) return IsDigit(text[0]) ? 0 : length;
  for (std::string_view op :
       {"<=>", "<<=", ">>=", "->*", "->", "++", "--", "<<", ">>", "<=", ">=", "==",
        "!=",  "&&",  "||",  "+=",  "-=", "*=", "/=", "%=", "&=", "|=", "^=", ".*"}) {
    if (text.starts_with(op)) return op.size();
  }
  return !text.empty() &&
                 std::string_view("+-*/%^&|~!=<>()[],?:").find(text[0]) != std::string_view::npos
             ? 1
             : 0;
}

}  // namespace

void FoundTokens::Add(uint32_t offset, TokenMeaning meaning) {
  if (offset >= text_.size()) return;
  const uint32_t length = TokenLength(text_.substr(offset));
  if (length == 0) return;
  if (!IsNameByte(text_[offset])) meaning.type = TokenType::kOperator;
  found_.push_back({offset, length, meaning});
}

std::vector<FoundToken> FoundTokens::Take() {
  std::stable_sort(found_.begin(), found_.end(), [](const FoundToken& a, const FoundToken& b) {
    if (a.offset != b.offset) return a.offset < b.offset;
    return Rank(a.meaning.type) > Rank(b.meaning.type);
  });
  std::sort(changed_.begin(), changed_.end());
  size_t kept = 0;
  auto change = changed_.begin();
  for (const FoundToken& token : found_) {
    if (kept > 0) {
      FoundToken& last = found_[kept - 1];
      if (token.offset == last.offset && token.meaning.type == last.meaning.type) {
        last.meaning.modifiers |= token.meaning.modifiers;
      }
      if (token.offset < last.offset + last.length) continue;
    }
    change = std::lower_bound(change, changed_.end(), token.offset);
    found_[kept] = token;
    if (change != changed_.end() && *change == token.offset) {
      found_[kept].meaning.modifiers |= kTokenUsedAsMutableReference;
    }
    ++kept;
  }
  found_.resize(kept);
  return std::move(found_);
}

}  // namespace astrolabe
