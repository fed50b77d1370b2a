// A text by its tokens and its outline: what can be said of a file without compiler and index.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/position.h"
#include "base/text/text_buffer.h"
#include "index/byte_classes.h"
#include "index/lexer.h"
#include "index/symbol.h"

namespace astrolabe::lsp {

// Owns the text that its tokens lie in; neither copied nor moved.
struct SourceTokens {
  explicit SourceTokens(const TextBuffer& buffer);
  SourceTokens(const SourceTokens&) = delete;
  SourceTokens& operator=(const SourceTokens&) = delete;

  std::string_view Text(const Token& token) const {
    return std::string_view(text).substr(token.offset, token.length);
  }
  // The identifiers that spell `word`; outside comments and literals.
  std::vector<ByteRange> Find(std::string_view word) const;
  // Those of them in explicit instantiations of functions or classes: `template void f(Word);`.
  std::vector<ByteRange> FindInInstantiations(std::string_view word) const;

  const std::string text;
  ByteClasses classes;
  std::vector<Token> tokens;  // without kEnd
};

// The identifier that `offset` is in or behind; nullopt if none is there, or a keyword or a number.
std::optional<ByteRange> IdentifierAt(const TextBuffer& text, size_t offset);

// Of anything that may be called: methods, constructors, operators, ….
bool IsFunctionKind(astrolabe::SymbolKind kind);

// Where `text` has the declarations of tier 0's outline.
struct OutlineRange {
  ByteRange all;
  ByteRange name;
  bool has_body = false;  // a function with one
};
std::vector<OutlineRange> OutlineRanges(const TextBuffer& text, std::string_view path);

// The innermost function whose body holds `offset`.
std::optional<ByteRange> FunctionAround(const TextBuffer& text, std::string_view path,
                                        size_t offset);

}  // namespace astrolabe::lsp
