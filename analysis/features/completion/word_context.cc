// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/word_context.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "alloc/hash.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

// Bytes on each side of the cursor: what is further away is another file, nearly.
constexpr size_t kReach = 192 * 1024;
constexpr float kHalfDistance = 100;  // tokens

struct Token {
  uint64_t hash = 0;
  bool is_word = false;
};

uint64_t HashOfSign(std::string_view sign) { return HashString(sign) | 1; }

// Skips a literal that begins at `at` with its quote; one that is not closed ends with its line.
size_t BehindLiteral(std::string_view text, size_t at) {
  const char quote = text[at];
  for (++at; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      return at + 1;
    }
  }
  return std::min(at, text.size());
}

size_t BehindComment(std::string_view text, size_t at) {
  const bool is_line = text[at + 1] == '/';
  const size_t end = text.find(is_line ? "\n" : "*/", at + 2);
  if (end == std::string_view::npos) return text.size();
  return is_line ? end : end + 2;
}

// Appends the tokens of `text`, which must begin between two of them.
void Cut(std::string_view text, std::vector<Token>& tokens) {
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (IsWordByte(c)) {
      const size_t begin = at;
      while (at < text.size() && IsWordByte(text[at])) ++at;
      // 'digit'separators' are no character literals.
      const bool is_number = IsDigit(c);
      if (is_number) {
        while (at < text.size() && (IsWordByte(text[at]) || text[at] == '\'')) ++at;
      }
      tokens.push_back(
          {is_number ? HashOfSign("0") : HashString(text.substr(begin, at - begin)), !is_number});
    } else if (c == '/' && (next == '/' || next == '*')) {
      at = BehindComment(text, at);
    } else if (c == '"' || c == '\'') {
      at = BehindLiteral(text, at);
      tokens.push_back({HashOfSign("\""), false});
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at;
    } else {
      const bool is_double = (c == '-' && next == '>') || (c == ':' && next == ':');
      const size_t length = is_double ? 2 : 1;
      tokens.push_back({HashOfSign(text.substr(at, length)), false});
      at += length;
    }
  }
}

}  // namespace

WordContext::WordContext(std::string_view text, const CompletionPoint& point) {
  const size_t point_begin = std::min<size_t>(point.begin, text.size());
  const size_t point_end = std::clamp<size_t>(point.end, point_begin, text.size());
  size_t from = point_begin > kReach ? point_begin - kReach : 0;
  if (from > 0) from = std::min(text.find('\n', from), point_begin);
  size_t to = text.size() - point_end > kReach ? point_end + kReach : text.size();
  if (to < text.size()) to = std::max(text.rfind('\n', to), point_end);

  std::vector<Token> tokens;
  tokens.reserve((to - from) / 4);
  Cut(text.substr(from, point_begin - from), tokens);
  const size_t cursor = tokens.size();
  Cut(text.substr(point_end, to - point_end), tokens);

  const uint64_t last = cursor > 0 ? tokens[cursor - 1].hash : 0;
  const uint64_t last_but_one = cursor > 1 ? tokens[cursor - 2].hash : 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].is_word) continue;
    WordUse& use = uses_[tokens[i].hash];
    ++use.in_file;
    const auto distance = static_cast<float>(i < cursor ? cursor - i : i - cursor + 1);
    use.nearness = std::max(use.nearness, kHalfDistance / (kHalfDistance + distance));
    if (i == cursor || i == 0 || tokens[i - 1].hash != last) continue;
    ++use.behind_token;
    if (i > 1 && i != cursor + 1 && tokens[i - 2].hash == last_but_one) ++use.behind_tokens;
  }
}

WordUse WordContext::Of(std::string_view name) const {
  auto it = uses_.find(HashString(name));
  return it == uses_.end() ? WordUse() : it->second;
}

}  // namespace astrolabe
