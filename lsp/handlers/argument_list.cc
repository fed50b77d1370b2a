// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/argument_list.h"

#include <algorithm>

namespace astrolabe::lsp {
namespace {

bool Opens(const Token& token) { return token.Is('(') || token.Is('[') || token.Is('{'); }
bool Closes(const Token& token) { return token.Is(')') || token.Is(']') || token.Is('}'); }

ByteRange Trimmed(const std::string& text, ByteRange range) {
  const auto is_space = [&](size_t at) {
    return text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r';
  };
  while (range.begin < range.end && is_space(range.begin)) ++range.begin;
  while (range.end > range.begin && is_space(range.end - 1)) --range.end;
  return range;
}

// One behind the bracket that closes the one at `i`; the number of tokens if there is none.
size_t Behind(const std::vector<Token>& tokens, size_t i) {
  int depth = 0;
  for (; i < tokens.size(); ++i) {
    if (Opens(tokens[i])) ++depth;
    if (Closes(tokens[i]) && --depth == 0) return i + 1;
  }
  return tokens.size();
}

// One behind the last of the `/*…*/` that follow on the same line.
size_t BehindComments(const std::string& text, size_t begin, size_t end) {
  size_t behind = begin;
  for (size_t at = begin; at < end;) {
    at = std::min(text.find_first_not_of(" \t", at), end);
    if (text.compare(at, 2, "/*") != 0) break;
    at = text.find("*/", at + 2);
    if (at == std::string::npos || at + 2 > end) break;
    behind = at += 2;
  }
  return behind;
}

size_t FirstToken(const SourceTokens& source, size_t offset) {
  return static_cast<size_t>(std::ranges::lower_bound(source.tokens, offset, {}, &Token::offset) -
                             source.tokens.begin());
}

}  // namespace

size_t BehindTemplateArguments(const std::vector<Token>& tokens, size_t i) {
  if (i >= tokens.size() || !tokens[i].Is('<')) return i;
  int depth = 0;
  for (size_t at = i; at < tokens.size();) {
    if (Opens(tokens[at])) {
      at = Behind(tokens, at);
      continue;
    }
    if (tokens[at].Is(';') || Closes(tokens[at])) return i;
    if (tokens[at].Is('<')) ++depth;
    if (tokens[at].Is('>') && --depth == 0) return at + 1;
    ++at;
  }
  return i;
}

std::optional<ArgumentList> ArgumentListBehind(const SourceTokens& source, size_t name_end,
                                               bool is_declaration) {
  const std::vector<Token>& tokens = source.tokens;
  const size_t open = BehindTemplateArguments(tokens, FirstToken(source, name_end));
  if (open >= tokens.size() || !tokens[open].Is('(')) return std::nullopt;
  return ArgumentListAt(source, open, is_declaration);
}

std::optional<ArgumentList> ArgumentListAt(const SourceTokens& source, size_t open,
                                           bool is_declaration) {
  const std::vector<Token>& tokens = source.tokens;
  const size_t behind = Behind(tokens, open);
  ArgumentList list;
  list.is_braced = tokens[open].Is('{');
  if (behind <= open + 1 || !tokens[behind - 1].Is(list.is_braced ? '}' : ')')) {
    return std::nullopt;
  }
  list.next_token = behind;
  list.inside = {tokens[open].end(), tokens[behind - 1].offset};
  size_t begin = list.inside.begin;
  const auto item_up_to = [&](size_t end) {
    ByteRange item = Trimmed(source.text, {begin, end});
    const size_t first = FirstToken(source, item.begin);
    size_t last = FirstToken(source, end);
    if (first == last) return ByteRange{item.begin, item.begin};  // a comment alone, or nothing
    // A comment ahead that names the argument goes with it; one up to the end of a line stays.
    while (source.text.compare(item.begin, 2, "//") == 0) {
      const size_t line_end = std::min<size_t>(source.text.find('\n', item.begin), item.end);
      item = Trimmed(source.text, {line_end, item.end});
    }
    item.end = BehindComments(source.text, tokens[--last].end(), end);
    return item;
  };
  int angles = 0;
  bool had_comma_in_angles = false;
  for (size_t i = open + 1; i + 1 < behind;) {
    const Token& token = tokens[i];
    if (Opens(token)) {
      i = Behind(tokens, i);
      continue;
    }
    if (token.Is('<') && !is_declaration) {
      // `pair<int, char>(…)`: nobody compares like that.
      const size_t end = BehindTemplateArguments(tokens, i);
      const bool is_template =
          end != i && end < behind &&
          (tokens[end].Is('(') || tokens[end].Is('{') || tokens[end].Is(TokenKind::kScope));
      if (is_template) {
        i = end;
        continue;
      }
    }
    if (token.Is('<')) ++angles;
    if (token.Is('>') && angles > 0) {
      --angles;
      list.is_ambiguous |= had_comma_in_angles && !is_declaration;
    }
    if (token.Is(',') && angles > 0) had_comma_in_angles = true;
    if (token.Is(',') && (angles == 0 || !is_declaration)) {
      list.items.push_back(item_up_to(token.offset));
      begin = token.end();
    }
    ++i;
  }
  const ByteRange last = item_up_to(list.inside.end);
  const bool is_void = is_declaration && list.items.empty() &&
                       source.text.compare(last.begin, last.end - last.begin, "void") == 0;
  if (!list.items.empty() || (last.begin < last.end && !is_void)) list.items.push_back(last);
  return list;
}

std::optional<size_t> DefaultOfParameter(const SourceTokens& source, ByteRange parameter) {
  const std::vector<Token>& tokens = source.tokens;
  for (size_t i = FirstToken(source, parameter.begin);
       i < tokens.size() && tokens[i].offset < parameter.end;) {
    if (tokens[i].Is('=')) return tokens[i].offset;
    i = Opens(tokens[i]) ? Behind(tokens, i) : i + 1;
  }
  return std::nullopt;
}

std::string NameOfParameter(const SourceTokens& source, ByteRange parameter) {
  static constexpr std::string_view kBuiltin[] = {"int",      "char", "long",  "short",
                                                  "unsigned", "bool", "float", "double",
                                                  "signed",   "void", "auto"};
  static constexpr std::string_view kQualifiers[] = {"const", "volatile", "struct",
                                                     "class", "enum",     "typename"};
  parameter.end = DefaultOfParameter(source, parameter).value_or(parameter.end);
  const std::vector<Token>& tokens = source.tokens;
  std::string name;
  bool has_type = false;
  for (size_t i = FirstToken(source, parameter.begin);
       i < tokens.size() && tokens[i].offset < parameter.end;) {
    const Token& token = tokens[i];
    if (token.Is('(') && tokens[i + 1].Is('*')) {
      // A pointer to a function has its name in the first parentheses.
      for (; i < tokens.size() && !tokens[i].Is(')'); ++i) {
        if (tokens[i].Is(TokenKind::kIdentifier)) name = source.Text(tokens[i]);
      }
      return name;
    }
    const size_t behind = token.Is('<')  ? BehindTemplateArguments(tokens, i)
                          : Opens(token) ? Behind(tokens, i)
                                         : i;
    if (behind != i) {
      has_type |= token.Is('<');
      i = behind;
      continue;
    }
    if (token.Is(TokenKind::kIdentifier)) {
      const std::string_view word = source.Text(token);
      const bool is_type = std::ranges::find(kBuiltin, word) != std::end(kBuiltin);
      const bool is_qualifier = std::ranges::find(kQualifiers, word) != std::end(kQualifiers);
      const bool is_scoped = i > 0 && tokens[i - 1].Is(TokenKind::kScope);
      name = has_type && !is_type && !is_qualifier && !is_scoped ? std::string(word) : "";
      has_type |= !is_qualifier;
    } else if (!token.Is('*') && !token.Is('&') && !token.Is(TokenKind::kLogicalAnd)) {
      name.clear();
    }
    ++i;
  }
  return name;
}

}  // namespace astrolabe::lsp
