// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/lexer.h"

#include <bit>
#include <cstring>

#include "index/ascii.h"

namespace astrolabe {
namespace {

// Looking back is bounded everywhere, or a line made to hurt us would cost its length squared.
constexpr size_t kCommentLookBack = 1024;
constexpr size_t kNumberLookBack = 64;
constexpr int kMaxBrokenRawStrings = 64;

bool IsRawStringPrefix(std::string_view word) {
  return word == "R" || word == "LR" || word == "uR" || word == "UR" || word == "u8R";
}

bool IsLiteralPrefix(std::string_view word) {
  return word == "L" || word == "u" || word == "U" || word == "u8";
}

// The length of the longest punctuator of several characters at the start of `s`, else 1. ">" stays
// alone on purpose.
size_t PunctuatorLength(std::string_view s) {
  char a = s.empty() ? '\0' : s[0];
  char b = s.size() > 1 ? s[1] : '\0';
  char c = s.size() > 2 ? s[2] : '\0';
  switch (a) {
    case ':':
      return b == ':' ? 2 : 1;
    case '-':
      if (b == '>') return c == '*' ? 3 : 2;
      return b == '-' || b == '=' ? 2 : 1;
    case '.':
      if (b == '.' && c == '.') return 3;
      return b == '*' ? 2 : 1;
    case '<':
      if (b == '=' && c == '>') return 3;
      if (b == '<') return c == '=' ? 3 : 2;
      return b == '=' ? 2 : 1;
    case '+':
      return b == '+' || b == '=' ? 2 : 1;
    case '&':
      return b == '&' || b == '=' ? 2 : 1;
    case '|':
      return b == '|' || b == '=' ? 2 : 1;
    case '*':
    case '/':
    case '%':
    case '^':
    case '!':
    case '=':
      return b == '=' ? 2 : 1;
    case '#':
      return b == '#' ? 2 : 1;
    default:
      return 1;
  }
}

}  // namespace

Lexer::Lexer(std::string_view text, const ByteClasses& classes) : text_(text), classes_(&classes) {
  if (text_.substr(0, 3) == "\xEF\xBB\xBF") pos_ = 3;  // a byte order mark is no identifier
}

Token Lexer::Make(TokenKind kind, size_t begin, size_t end) const {
  Token token;
  token.offset = static_cast<uint32_t>(begin);
  token.length = static_cast<uint32_t>(end - begin);
  token.kind = kind;
  token.starts_line = at_line_start_;
  return token;
}

size_t Lexer::SpliceLength(size_t at) const {
  if (At(at) != '\\') return 0;
  if (At(at + 1) == '\n') return 2;
  if (At(at + 1) == '\r' && At(at + 2) == '\n') return 3;
  return 0;
}

size_t Lexer::SkipLineComment(size_t at) const {
  size_t from = at;
  for (;;) {
    size_t newline = classes_->FindSet(classes_->newline(), from);
    if (newline >= text_.size()) return text_.size();
    size_t last = newline;
    if (last > at && text_[last - 1] == '\r') --last;
    if (last == at || text_[last - 1] != '\\') return newline;
    from = newline + 1;  // the comment goes on in the next line
  }
}

size_t Lexer::SkipBlockComment(size_t at) const {
  for (size_t slash = classes_->FindSet(classes_->special(), at + 3); slash < text_.size();
       slash = classes_->FindSet(classes_->special(), slash + 1)) {
    if (text_[slash] == '/' && text_[slash - 1] == '*') return slash + 1;
  }
  return text_.size();
}

size_t Lexer::SkipQuoted(size_t at, char quote) const {
  for (size_t i = at + 1; i < text_.size(); ++i) {
    char c = text_[i];
    if (c == quote) return i + 1;
    if (c == '\n') return i;  // unterminated: the damage ends with the line
    if (c == '\\') {
      size_t splice = SpliceLength(i);
      i += splice != 0 ? splice - 1 : 1;
    }
  }
  return text_.size();
}

size_t Lexer::SkipRawString(size_t quote_at) {
  if (broken_raw_strings_ > kMaxBrokenRawStrings) return 0;
  constexpr size_t kMaxDelimiter = 16;
  size_t open = quote_at + 1;
  while (open < text_.size() && open - quote_at <= kMaxDelimiter + 1 && text_[open] != '(') {
    char c = text_[open];
    if (c == ' ' || c == ')' || c == '\\' || c == '\n' || c == '"') return 0;
    ++open;
  }
  if (At(open) != '(') return 0;
  std::string_view delimiter = text_.substr(quote_at + 1, open - quote_at - 1);
  for (size_t close = text_.find(')', open + 1); close != std::string_view::npos;
       close = text_.find(')', close + 1)) {
    if (text_.substr(close + 1, delimiter.size()) == delimiter &&
        At(close + 1 + delimiter.size()) == '"') {
      return close + delimiter.size() + 2;
    }
  }
  ++broken_raw_strings_;
  return 0;  // half-typed: better a broken line than a file that is all string
}

size_t Lexer::SkipNumber(size_t at) const {
  size_t i = at;
  while (i < text_.size()) {
    char c = text_[i];
    if (IsWordByte(c) || c == '.') {
      ++i;
    } else if ((c == '+' || c == '-') && (std::strchr("eEpP", text_[i - 1]) != nullptr) && i > at) {
      // 0x1e+5 is one pp-number to the standard as well.
      ++i;
    } else if (c == '\'' && IsWordByte(At(i + 1))) {
      i += 2;
    } else {
      break;
    }
  }
  return i;
}

// Whether the word that ends right before `quote_at` makes it a raw string.
bool Lexer::IsRawPrefix(size_t quote_at) const {
  if (quote_at == 0 || text_[quote_at - 1] != 'R') return false;
  size_t begin = quote_at;
  while (begin > 0 && quote_at - begin < 4 && IsWordByte(text_[begin - 1])) --begin;
  return IsRawStringPrefix(text_.substr(begin, quote_at - begin));
}

// 1'000 and 0xAB'CD, but not u8'a' or L'a': the word before the quote must be a number.
bool Lexer::IsDigitSeparator(size_t quote_at) const {
  if (quote_at == 0 || !IsWordByte(text_[quote_at - 1]) || !IsWordByte(At(quote_at + 1))) {
    return false;
  }
  size_t begin = quote_at;
  while (begin > 0 && quote_at - begin < kNumberLookBack &&
         (IsWordByte(text_[begin - 1]) ||
          (text_[begin - 1] == '\'' && begin > 1 && IsWordByte(text_[begin - 2])))) {
    --begin;
  }
  return IsDigit(text_[begin]);
}

bool Lexer::StartsLine(size_t hash_at) const {
  for (size_t i = hash_at; i > 0; --i) {
    char c = text_[i - 1];
    if (c == '\n') {
      // A '#' on a continued line belongs to what it continues.
      size_t last = i - 1;
      if (last > 0 && text_[last - 1] == '\r') --last;
      return last == 0 || text_[last - 1] != '\\';
    }
    if (c == '/' && i > 1 && text_[i - 2] == '*') {  // "/* comment */ # define"
      size_t from = i > kCommentLookBack ? i - kCommentLookBack : 0;
      size_t open = text_.substr(from, i - 2 - from).rfind("/*");
      if (open == std::string_view::npos) return false;
      i = from + open + 1;
      continue;
    }
    if (c != ' ' && c != '\t' && c != '\r' && c != '\f' && c != '\v') return false;
  }
  return true;
}

Token Lexer::LexIdentifier(size_t at) {
  size_t end = classes_->WordEnd(at);
  char next = At(end);
  std::string_view word = text_.substr(at, end - at);
  if (next == '"' || next == '\'') [[unlikely]] {
    if (next == '"' && IsRawStringPrefix(word)) {
      size_t close = SkipRawString(end);
      if (close == 0) close = SkipQuoted(end, '"');
      if (IsWordByte(At(close))) close = classes_->WordEnd(close);
      pos_ = close;
      return Make(TokenKind::kString, at, close);
    }
    if (IsLiteralPrefix(word)) {
      size_t close = SkipQuoted(end, next);
      if (IsWordByte(At(close))) close = classes_->WordEnd(close);
      pos_ = close;
      return Make(next == '"' ? TokenKind::kString : TokenKind::kCharacter, at, close);
    }
  }
  bool spliced = false;
  if (next == '\\') [[unlikely]] {
    for (size_t splice = SpliceLength(end); splice != 0 && IsWordByte(At(end + splice));
         splice = SpliceLength(end)) {
      end = classes_->WordEnd(end + splice);
      spliced = true;
    }
  }
  pos_ = end;
  Token token = Make(TokenKind::kIdentifier, at, end);
  token.spliced = spliced;
  return token;
}

Token Lexer::LexPunctuator(size_t at) {
  size_t length = PunctuatorLength(text_.substr(at, 3));
  pos_ = at + length;
  if (length == 1) {
    char c = text_[at];
    // Zero bytes and the like must not read as kEnd or as a kind above 0x7F.
    return Make(c > 0 ? Punctuator(c) : TokenKind::kOperator, at, at + 1);
  }
  std::string_view spelling = text_.substr(at, length);
  TokenKind kind = TokenKind::kOperator;
  if (spelling == "::") kind = TokenKind::kScope;
  if (spelling == "->") kind = TokenKind::kArrow;
  if (spelling == "...") kind = TokenKind::kEllipsis;
  if (spelling == "&&") kind = TokenKind::kLogicalAnd;
  return Make(kind, at, at + length);
}

Token Lexer::Next() {
  for (;;) {
    if (pos_ >= text_.size()) {
      if (in_directive_) {
        in_directive_ = false;
        return Make(TokenKind::kDirectiveEnd, text_.size(), text_.size());
      }
      return Make(TokenKind::kEnd, text_.size(), text_.size());
    }
    size_t at = pos_;
    char c = text_[at];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
      ++pos_;
      continue;
    }
    if (c == '\n') {
      ++pos_;
      if (in_directive_) {
        in_directive_ = false;
        at_line_start_ = true;
        return Make(TokenKind::kDirectiveEnd, at, at);
      }
      at_line_start_ = true;
      continue;
    }
    if (c == '\\') {
      if (size_t splice = SpliceLength(at); splice != 0) {
        pos_ += splice;
        continue;
      }
    }
    if (c == '/') {
      if (At(at + 1) == '/') {
        pos_ = SkipLineComment(at);
        continue;
      }
      if (At(at + 1) == '*') {
        pos_ = SkipBlockComment(at);
        continue;
      }
    }
    Token token;
    if (IsDigit(c) || (c == '.' && IsDigit(At(at + 1)))) {
      pos_ = SkipNumber(at);
      token = Make(TokenKind::kNumber, at, pos_);
    } else if (IsWordByte(c)) {
      token = LexIdentifier(at);
    } else if (c == '"' || c == '\'') {
      size_t close = SkipQuoted(at, c);
      if (IsWordByte(At(close))) close = classes_->WordEnd(close);  // user-defined literal suffix
      pos_ = close;
      token = Make(c == '"' ? TokenKind::kString : TokenKind::kCharacter, at, close);
    } else if (c == '#' && at_line_start_ && !in_directive_) {
      in_directive_ = true;
      ++pos_;
      token = Make(TokenKind::kHash, at, at + 1);
    } else {
      token = LexPunctuator(at);
    }
    at_line_start_ = false;
    return token;
  }
}

Token Lexer::NextBrace() {
  const uint64_t* special = classes_->special();
  size_t blocks = classes_->block_count();
  size_t block = pos_ >> 6;
  if (block >= blocks) return Make(TokenKind::kEnd, text_.size(), text_.size());
  uint64_t bits = special[block] & (~uint64_t{0} << (pos_ & 63));
  for (;;) {
    while (bits == 0) {
      if (++block >= blocks) {
        pos_ = text_.size();
        return Make(TokenKind::kEnd, pos_, pos_);
      }
      bits = special[block];
    }
    size_t at = (block << 6) + static_cast<size_t>(std::countr_zero(bits));
    bits &= bits - 1;
    size_t resume = 0;
    switch (text_[at]) {
      case '{':
      case '}':
        pos_ = at + 1;
        at_line_start_ = false;
        return Make(Punctuator(text_[at]), at, at + 1);
      case '#':
        if (!StartsLine(at)) continue;
        pos_ = at + 1;
        in_directive_ = true;
        at_line_start_ = false;
        return Make(TokenKind::kHash, at, at + 1);
      case '/': {
        char next = At(at + 1);
        if (next == '/') {
          resume = SkipLineComment(at);
        } else if (next == '*') {
          resume = SkipBlockComment(at);
        } else {
          continue;
        }
        break;
      }
      case '"':
        resume = IsRawPrefix(at) ? SkipRawString(at) : 0;
        if (resume == 0) resume = SkipQuoted(at, '"');
        break;
      default:  // '\''
        if (IsDigitSeparator(at)) continue;
        resume = SkipQuoted(at, '\'');
        break;
    }
    if (resume >= text_.size()) {
      pos_ = text_.size();
      return Make(TokenKind::kEnd, pos_, pos_);
    }
    block = resume >> 6;
    bits = special[block] & (~uint64_t{0} << (resume & 63));
  }
}

uint32_t Lexer::SkipDirective() {
  size_t at = pos_;
  size_t newline = classes_->FindSet(classes_->newline(), at);
  for (;;) {
    // Comments and literals may hide the newline or a backslash before it; most lines have neither.
    size_t special = classes_->FindSet(classes_->special(), at);
    if (special < newline) {
      char c = text_[special];
      char next = At(special + 1);
      if (c == '/' && next == '/') {
        at = SkipLineComment(special);
      } else if (c == '/' && next == '*') {
        at = SkipBlockComment(special);
      } else if (c == '"' && IsRawPrefix(special)) {
        size_t close = SkipRawString(special);
        at = close != 0 ? close : SkipQuoted(special, c);
      } else if (c == '"' || (c == '\'' && !IsDigitSeparator(special))) {
        at = SkipQuoted(special, c);
      } else {
        at = special + 1;
      }
      if (at > newline) newline = classes_->FindSet(classes_->newline(), at);
      continue;
    }
    if (newline >= text_.size()) {
      newline = text_.size();
      break;
    }
    size_t last = newline;
    if (last > 0 && text_[last - 1] == '\r') --last;
    if (last == 0 || text_[last - 1] != '\\') break;
    at = newline + 1;
    newline = classes_->FindSet(classes_->newline(), at);
  }
  pos_ = newline;
  in_directive_ = false;
  at_line_start_ = true;
  size_t end = newline;
  if (end > 0 && text_[end - 1] == '\r') --end;
  return static_cast<uint32_t>(end);
}

std::string CleanSpelling(std::string_view spelling) {
  std::string clean;
  for (size_t i = 0; i < spelling.size(); ++i) {
    if (spelling[i] == '\\') {
      if (i + 1 < spelling.size() && spelling[i + 1] == '\r') ++i;
      ++i;
      continue;
    }
    clean += spelling[i];
  }
  return clean;
}

}  // namespace astrolabe
