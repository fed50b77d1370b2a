// Finds a literal in text at memory speed: the inner loop of text search.
//
// The two bytes of the literal that are rarest in source code are compared at their distance for 32
// positions at once; only where both agree is the literal itself compared. (The "packed pair" of
// Rust's memchr crate, which ripgrep stands on; Muła's SIMD-friendly substring search is the
// origin.)
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace astrolabe {

// Immutable after construction; any number of threads may use one.
class LiteralFinder {
 public:
  // An empty `literal` is found everywhere. `ignore_case` folds ASCII letters only.
  explicit LiteralFinder(std::string_view literal, bool ignore_case = false);

  // The first position >= `from` at which the literal begins, or npos. AVX2 where the CPU has it.
  size_t Find(std::string_view text, size_t from = 0) const;
  // The same without SIMD: the reference that tests compare with, and the fallback.
  size_t FindScalar(std::string_view text, size_t from = 0) const;

  std::string_view literal() const { return literal_; }

 private:
  bool MatchesAt(const char* p) const;
  size_t FindAvx2(std::string_view text, size_t from) const;

  std::string literal_;  // folded when ignoring case
  bool ignore_case_;
  size_t rare_ = 0;         // position of the rarest byte
  size_t second_rare_ = 0;  // and of the next
};

}  // namespace astrolabe
