// Where the text that a model writes has to end, and what of it stands in the document already.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace astrolabe {

// The brackets, outermost first, that the statement at the end of `prefix` has opened and the rest of its line, the
// beginning of `suffix`, does not close: what is written in between may.
std::string OpenBrackets(std::string_view prefix, std::string_view suffix);

// Follows a candidate as it grows.
class CandidateEnd {
 public:
  // A single line ends ahead of its line break, where it is not empty. `open`: as OpenBrackets gives it.
  explicit CandidateEnd(bool is_single_line, std::string open = "")
      : is_single_line_(is_single_line), open_(std::move(open)) {}

  // Takes more text. False once the candidate has come to its end: a closing bracket that closes nothing, or the end of
  // its line. size() is then where.
  bool Take(std::string_view piece);
  // How much of the text counts, in bytes.
  size_t size() const { return size_; }

 private:
  bool TakeByte(char byte);

  const bool is_single_line_;
  size_t size_ = 0;
  bool has_text_ = false;
  std::string open_;  // brackets
  char quote_ = 0;    // of the literal that this is inside
  bool escaped_ = false;
  char before_ = 0;
  enum class Comment { kNone, kLine, kBlock } comment_ = Comment::kNone;
};

// `candidate` without what the rest of the cursor's line, the beginning of `suffix`, says again: "x = 1;" ahead of ";" is
// "x = 1".
std::string_view WithoutOverlap(std::string_view candidate, std::string_view suffix);

// Without white space at the end.
std::string_view WithoutTrailingSpace(std::string_view text);

}  // namespace astrolabe
