// Compiles git's wildcard patterns to tokens and matches them; glob.h has the algorithm's argument.
//
// Where this looks odd, git is: a class that follows `[[:` but never sees `:]` is an ordinary set,
// `**` followed by an escaped slash crosses directories but cannot match nothing, and a range may
// start with an escaped byte but not with a named class.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/glob.h"

namespace astrolabe {
namespace {

constexpr size_t kNone = static_cast<size_t>(-1);

// The members of [:name:], ASCII only and independent of the locale. Vertical tab and form feed are
// no space to git. False if there is no such class.
bool InNamedClass(std::string_view name, unsigned char c, bool* member) {
  const bool lower = c >= 'a' && c <= 'z';
  const bool upper = c >= 'A' && c <= 'Z';
  const bool digit = c >= '0' && c <= '9';
  const bool print = c >= 0x20 && c <= 0x7e;
  const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
  if (name == "alnum") {
    *member = lower || upper || digit;
  } else if (name == "alpha") {
    *member = lower || upper;
  } else if (name == "blank") {
    *member = c == ' ' || c == '\t';
  } else if (name == "cntrl") {
    *member = c < 0x20 || c == 0x7f;
  } else if (name == "digit") {
    *member = digit;
  } else if (name == "graph") {
    *member = print && c != ' ';
  } else if (name == "lower") {
    *member = lower;
  } else if (name == "print") {
    *member = print;
  } else if (name == "punct") {
    *member = print && c != ' ' && !lower && !upper && !digit;
  } else if (name == "space") {
    *member = space;
  } else if (name == "upper") {
    *member = upper;
  } else if (name == "xdigit") {
    *member = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::optional<Glob> Glob::Compile(std::string_view pattern, Mode mode) {
  Glob glob;
  const bool path = mode == Mode::kPath;
  glob.any_matches_slash_ = !path;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '?') {
      glob.tokens_.push_back({.op = Op::kAny});
    } else if (c == '[') {
      if (!glob.CompileClass(pattern, i, mode)) return std::nullopt;
    } else if (c == '*') {
      const size_t begin = i;
      while (i + 1 < pattern.size() && pattern[i + 1] == '*') ++i;
      const std::string_view rest = pattern.substr(i + 1);
      const bool component = i > begin && (begin == 0 || pattern[begin - 1] == '/') &&
                             (rest.empty() || rest[0] == '/' || rest.substr(0, 2) == "\\/");
      if (!path || (component && (rest.empty() || rest[0] != '/'))) {
        glob.tokens_.push_back({.op = Op::kDeepStar});
      } else if (component) {
        glob.tokens_.push_back({.op = Op::kDirStar});
        ++i;  // the slash belongs to the token
      } else {
        glob.tokens_.push_back({.op = Op::kStar});
      }
    } else {
      if (c == '\\' && ++i == pattern.size()) return std::nullopt;
      glob.tokens_.push_back({.op = Op::kByte, .byte = static_cast<unsigned char>(pattern[i])});
    }
  }
  return glob;
}

// `at` is at the '[' and is left at the closing ']'.
bool Glob::CompileClass(std::string_view pattern, size_t& at, Mode mode) {
  const auto byte_at = [&](size_t i) -> unsigned char {
    return i < pattern.size() ? static_cast<unsigned char>(pattern[i]) : 0;
  };
  ByteSet set;
  size_t i = at + 1;
  const bool negated = byte_at(i) == '!' || byte_at(i) == '^';
  if (negated) ++i;
  unsigned char previous = 0;  // where a range may start; 0 where none can
  bool first = true;           // a ']' that comes first is a member
  for (;; ++i) {
    unsigned char c = byte_at(i);
    if (c == 0) return false;
    if (c == ']' && !first) break;
    first = false;
    if (c == '\\') {
      c = byte_at(++i);
      if (c == 0) return false;
      set.set(c);
    } else if (c == '-' && previous != 0 && byte_at(i + 1) != 0 && byte_at(i + 1) != ']') {
      unsigned char last = byte_at(++i);
      if (last == '\\') {
        last = byte_at(++i);
        if (last == 0) return false;
      }
      for (unsigned member = previous; member <= last; ++member) set.set(member);
      c = 0;
    } else if (c == '[' && byte_at(i + 1) == ':') {
      const size_t name = i + 2;
      const size_t close = pattern.find(']', name);
      if (close == std::string_view::npos) return false;
      if (close > name && pattern[close - 1] == ':') {
        for (unsigned member = 1; member < 256; ++member) {
          bool in_class = false;
          if (!InNamedClass(pattern.substr(name, close - 1 - name),
                            static_cast<unsigned char>(member), &in_class)) {
            return false;
          }
          if (in_class) set.set(member);
        }
        i = close;
        c = 0;
      } else {
        set.set('[');
      }
    } else {
      set.set(c);
    }
    previous = c;
  }
  if (negated) set.flip();
  if (mode == Mode::kPath) set.reset('/');
  tokens_.push_back({.op = Op::kClass, .index = static_cast<uint32_t>(classes_.size())});
  classes_.push_back(set);
  at = i;
  return true;
}

bool Glob::MatchesByte(const Token& token, unsigned char byte) const {
  switch (token.op) {
    case Op::kByte:
      return token.byte == byte;
    case Op::kAny:
      return any_matches_slash_ || byte != '/';
    case Op::kClass:
      return classes_[token.index].test(byte);
    default:
      return false;
  }
}

bool Glob::Matches(std::string_view text) const {
  // Most texts that do not match already end differently; patterns begin with a `*` more often.
  if (!tokens_.empty() && tokens_.back().op <= Op::kClass &&
      (text.empty() || !MatchesByte(tokens_.back(), static_cast<unsigned char>(text.back())))) {
    return false;
  }
  size_t t = 0;
  size_t i = 0;
  // Retry points: the token after the star, and where in the text it was last tried.
  size_t star = kNone, star_at = 0;
  size_t deep = kNone, deep_at = 0;
  bool deep_is_directory = false;
  for (;;) {
    if (i < tokens_.size()) {
      const Token& token = tokens_[i];
      if (token.op == Op::kStar) {
        star = ++i;
        star_at = t;
        continue;
      }
      if (token.op == Op::kDeepStar || token.op == Op::kDirStar) {
        deep_is_directory = token.op == Op::kDirStar;
        deep = ++i;
        deep_at = t;
        star = kNone;
        if (i == tokens_.size() && !deep_is_directory) return true;
        continue;
      }
      if (t < text.size() && MatchesByte(token, static_cast<unsigned char>(text[t]))) {
        ++i;
        ++t;
        continue;
      }
    } else if (t == text.size()) {
      return true;
    }
    if (star != kNone && star_at < text.size() && text[star_at] != '/') {
      t = ++star_at;
      i = star;
      continue;
    }
    if (deep == kNone) return false;
    star = kNone;
    if (deep_is_directory) {
      const size_t slash = text.find('/', deep_at);
      if (slash == std::string_view::npos) return false;
      deep_at = slash + 1;
    } else if (deep_at++ == text.size()) {
      return false;
    }
    t = deep_at;
    i = deep;
  }
}

std::optional<std::string> Glob::Literal() const {
  std::string literal;
  for (const Token& token : tokens_) {
    if (token.op != Op::kByte) return std::nullopt;
    literal.push_back(static_cast<char>(token.byte));
  }
  return literal;
}

std::optional<std::string> Glob::LiteralSuffix() const {
  if (tokens_.empty() || tokens_[0].op != Op::kDeepStar) return std::nullopt;
  std::string literal;
  for (size_t i = 1; i < tokens_.size(); ++i) {
    if (tokens_[i].op != Op::kByte) return std::nullopt;
    literal.push_back(static_cast<char>(tokens_[i].byte));
  }
  return literal;
}

}  // namespace astrolabe
