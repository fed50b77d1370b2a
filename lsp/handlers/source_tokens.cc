// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/source_tokens.h"

#include <algorithm>

#include "index/ascii.h"
#include "index/file_scanner.h"
#include "index/keywords.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {

bool IsFunctionKind(astrolabe::SymbolKind kind) {
  switch (kind) {
    case astrolabe::SymbolKind::kFunction:
    case astrolabe::SymbolKind::kMethod:
    case astrolabe::SymbolKind::kConstructor:
    case astrolabe::SymbolKind::kDestructor:
    case astrolabe::SymbolKind::kOperator:
    case astrolabe::SymbolKind::kConversion:
      return true;
    default:
      return false;
  }
}

SourceTokens::SourceTokens(const TextBuffer& buffer) : text(buffer.ToString()) {
  classes.Classify(text);
  Lexer lexer(text, classes);
  for (Token token = lexer.Next(); !token.Is(TokenKind::kEnd); token = lexer.Next()) {
    tokens.push_back(token);
  }
}

std::vector<ByteRange> SourceTokens::Find(std::string_view word) const {
  std::vector<ByteRange> found;
  for (const Token& token : tokens) {
    if (token.Is(TokenKind::kIdentifier) && Text(token) == word) {
      found.push_back({token.offset, token.end()});
    }
  }
  return found;
}

std::vector<ByteRange> SourceTokens::FindInInstantiations(std::string_view word) const {
  std::vector<ByteRange> found;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (Text(tokens[i]) != "template" || Text(tokens[i + 1]) == "<") continue;
    const std::string_view ahead = i == 0 ? "" : Text(tokens[i - 1]);
    if (ahead == "::" || ahead == "." || ahead == "->") continue;  // `a.template f<T>()`
    for (++i; i < tokens.size() && Text(tokens[i]) != ";"; ++i) {
      if (tokens[i].Is(TokenKind::kIdentifier) && Text(tokens[i]) == word) {
        found.push_back({tokens[i].offset, tokens[i].end()});
      }
    }
  }
  return found;
}

std::optional<ByteRange> IdentifierAt(const TextBuffer& text, size_t offset) {
  constexpr size_t kLongest = 4096;  // bytes to each side
  const size_t from = offset > kLongest ? offset - kLongest : 0;
  const std::string around = text.Substring(from, offset + kLongest);
  size_t begin = offset - from;
  size_t end = begin;
  while (begin > 0 && IsWordByte(around[begin - 1])) --begin;
  while (end < around.size() && IsWordByte(around[end])) ++end;
  const std::string_view word = std::string_view(around).substr(begin, end - begin);
  if (word.empty() || (word[0] >= '0' && word[0] <= '9')) return std::nullopt;
  if (KeywordOf(word) != Keyword::kNone) return std::nullopt;
  return ByteRange{from + begin, from + end};
}

std::vector<OutlineRange> OutlineRanges(const TextBuffer& text, std::string_view path) {
  const std::string bytes = text.ToString();
  FileScanner scanner;
  std::vector<OutlineRange> ranges;
  for (const Symbol& symbol : scanner.Scan(bytes, LanguageHintOf(path)).symbols) {
    if (symbol.kind == astrolabe::SymbolKind::kInclude) continue;
    const size_t name = OffsetOfPlace(text, symbol.name_position);
    ranges.push_back({.all = {OffsetOfPlace(text, symbol.begin), OffsetOfPlace(text, symbol.end)},
                      .name = {name, std::min(name + symbol.name.size(), text.size())},
                      .has_body = symbol.is_definition && IsFunctionKind(symbol.kind)});
  }
  return ranges;
}

std::optional<ByteRange> FunctionAround(const TextBuffer& text, std::string_view path,
                                        size_t offset) {
  std::optional<ByteRange> innermost;
  for (const OutlineRange& range : OutlineRanges(text, path)) {
    if (range.has_body && range.all.begin <= offset && offset <= range.all.end) {
      innermost = range.all;
    }
  }
  return innermost;
}

}  // namespace astrolabe::lsp
