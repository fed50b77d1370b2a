// Git's wildcard patterns, compiled: the `*.[ch]` and `a/**/b` of ignore files.
//
// The language is that of git's wildmatch (gitignore(5)), quirks included, since a user's ignore
// files were written against git. The matcher is not git's: git's backtracks recursively and can be
// made to run exponentially by an ignore file; this one keeps two retry points (the last `*` and
// the last `**`), so it takes no stack and at most (text length)^2 * (pattern length) steps. Why
// two retry points suffice: `*` never crosses a '/', so the text between two `**` holds a fixed
// number of slashes, and the leftmost place where that text matches is also the one that ends
// first.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {

// Immutable, so shareable between threads. Patterns and texts are bytes, in no particular encoding.
class Glob {
 public:
  enum class Mode : uint8_t {
    kBasename,  // the text is one name without '/'; `**` is the same as `*`
    kPath,      // `*`, `?` and classes stop at '/'; `**` as a whole component crosses it
  };

  // nullopt if the pattern can match nothing: an unclosed or malformed class, a lone trailing
  // backslash.
  static std::optional<Glob> Compile(std::string_view pattern, Mode mode);

  // Whether all of `text` matches.
  bool Matches(std::string_view text) const;

  // The one text that matches, if the pattern has no wildcard.
  std::optional<std::string> Literal() const;
  // The X of a pattern that is "any bytes, then the literal X" (`*X` in basename mode).
  std::optional<std::string> LiteralSuffix() const;

 private:
  enum class Op : uint8_t {
    // One byte each:
    kByte,   // exactly `byte`
    kAny,    // any byte; in path mode any but '/'
    kClass,  // any byte of classes_[index]
    // Any number of bytes:
    kStar,      // any bytes but '/'
    kDeepStar,  // any bytes
    kDirStar,   // `**` with the '/' after it: nothing, or any bytes up to and including a '/'
  };
  struct Token {
    Op op;
    unsigned char byte = 0;
    uint32_t index = 0;
  };
  using ByteSet = std::bitset<256>;

  Glob() = default;
  bool CompileClass(std::string_view pattern, size_t& at, Mode mode);
  bool MatchesByte(const Token& token, unsigned char byte) const;

  std::vector<Token> tokens_;
  std::vector<ByteSet> classes_;
  bool any_matches_slash_ = false;
};

}  // namespace astrolabe
