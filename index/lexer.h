// Tokens of C and C++ without a preprocessor: what tier 0 understands a file by.
//
// A Lexer is pulled, not pushed: a caller that knows it is inside a function body jumps from brace
// to brace (NextBrace), one inside a directive it doesn't care about jumps to its end, and only
// declarations are looked at token by token. It never fails: an unterminated literal ends with its
// line, an unterminated comment with the file, any other byte is a punctuator.
//
// Not done, by choice: trigraphs, and '$' in identifiers (assembler text in strings would pay for
// it).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "index/byte_classes.h"
#include "index/keywords.h"

namespace astrolabe {

// Values below 0x80 are punctuators of one character, by their ASCII code.
enum class TokenKind : uint8_t {
  kEnd = 0,
  kIdentifier = 0x80,  // keywords included: see index/keywords.h
  kNumber,
  kString,        // with prefix, delimiters and any suffix
  kCharacter,     // likewise
  kHash,          // the '#' that starts a directive
  kDirectiveEnd,  // the newline that ends it; length 0
  kScope,         // ::
  kArrow,         // ->
  kEllipsis,      // ...
  kLogicalAnd,    // &&
  kOperator,      // any other punctuator of several characters, maximal munch, but never ">>": see
                  // Lexer::Next
  kBraces,        // a whole { … }, skipped; made by the outline, not by the lexer
};

constexpr TokenKind Punctuator(char c) { return static_cast<TokenKind>(c); }

struct Token {
  uint32_t offset = 0;  // in bytes
  uint32_t length = 0;
  TokenKind kind = TokenKind::kEnd;
  Keyword keyword = Keyword::kNone;  // set by who asks
  bool starts_line = false;
  bool spliced = false;  // an identifier broken by a backslash-newline: use CleanSpelling

  uint32_t end() const { return offset + length; }
  bool Is(char punctuator) const { return kind == Punctuator(punctuator); }
  bool Is(TokenKind k) const { return kind == k; }
};

// Reads one text. Neither owns the text nor the classes; both must outlive it. One thread.
class Lexer {
 public:
  Lexer() = default;  // reads nothing
  // `classes` must have been made from `text`, which must be smaller than 4 GiB.
  Lexer(std::string_view text, const ByteClasses& classes);

  // The next token outside comments. In a directive the tokens of its line follow kHash, up to
  // kDirectiveEnd. '>' is always a token of its own, so that template argument lists close.
  Token Next();

  // From inside a body: the next '{', '}' or kHash outside literals and comments, or kEnd.
  Token NextBrace();

  // After kHash and any of the directive's tokens: continues behind the directive (continued lines
  // and comments that span lines belong to it). Returns the offset one past its last byte, without
  // newline.
  uint32_t SkipDirective();

  std::string_view Text(const Token& token) const {
    return text_.substr(token.offset, token.length);
  }
  std::string_view text() const { return text_; }
  size_t position() const { return pos_; }

 private:
  // Each returns the position after what starts at `at`.
  size_t SkipLineComment(size_t at) const;
  size_t SkipBlockComment(size_t at) const;
  size_t SkipQuoted(size_t at, char quote) const;
  size_t SkipRawString(size_t quote_at);  // 0 when it is no raw string after all
  size_t SkipNumber(size_t at) const;
  size_t SpliceLength(size_t at) const;  // of a backslash-newline at `at`, else 0
  bool IsRawPrefix(size_t quote_at) const;
  bool IsDigitSeparator(size_t quote_at) const;
  bool StartsLine(size_t hash_at) const;
  char At(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  Token Make(TokenKind kind, size_t begin, size_t end) const;
  Token LexIdentifier(size_t at);
  Token LexPunctuator(size_t at);

  std::string_view text_;
  const ByteClasses* classes_ = nullptr;
  size_t pos_ = 0;
  bool at_line_start_ = true;
  bool in_directive_ = false;
  int broken_raw_strings_ = 0;
};

// `spelling` without its backslash-newlines.
std::string CleanSpelling(std::string_view spelling);

}  // namespace astrolabe
