// The bracket scan.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/json_array_reader.h"

#include <algorithm>

#include "base/strings.h"

namespace astrolabe {

void JsonArrayReader::SkipBlanks() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
}

absl::Status JsonArrayReader::Error(size_t at, std::string_view what) const {
  at = std::min(at, text_.size());
  const size_t line = 1 + std::count(text_.begin(), text_.begin() + at, '\n');
  return absl::InvalidArgumentError(StrCat(name_, ": ", what, " at byte ", at, ", line ", line,
                                           "; write the file anew with your build system"));
}

bool JsonArrayReader::SkipString() {
  ++at_;  // the opening quote
  while (true) {
    const size_t quote = text_.find('"', at_);
    if (quote == text_.npos) return false;
    size_t backslashes = 0;
    while (quote - backslashes > at_ && text_[quote - backslashes - 1] == '\\') ++backslashes;
    at_ = quote + 1;
    if (backslashes % 2 == 0) return true;
  }
}

bool JsonArrayReader::SkipElement() {
  size_t depth = 0;
  while (at_ < text_.size()) {
    switch (text_[at_]) {
      case '"':
        if (!SkipString()) return false;
        if (depth == 0) return true;
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (depth == 0) return true;  // a bare value before the end of the array
        if (--depth == 0) {
          ++at_;
          return true;
        }
        break;
      case ',':
        if (depth == 0) return true;
        break;
      default:
        break;
    }
    ++at_;
  }
  return false;
}

absl::StatusOr<std::optional<std::string_view>> JsonArrayReader::Next() {
  if (state_ == State::kStart) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    SkipBlanks();
    if (at_ >= text_.size()) return Error(at_, "no JSON array but nothing");
    if (text_[at_] != '[') return Error(at_, "no JSON array ('[' expected)");
    ++at_;
    state_ = State::kElements;
  }
  if (state_ == State::kEnd) return std::nullopt;
  SkipBlanks();
  if (at_ >= text_.size()) return Error(at_, "the array does not end");
  if (text_[at_] == ']') {
    ++at_;
    state_ = State::kEnd;
    SkipBlanks();
    if (at_ < text_.size()) return Error(at_, "text after the end of the array");
    return std::nullopt;
  }
  if (!first_) {
    if (text_[at_] != ',') return Error(at_, "',' or ']' expected");
    ++at_;
    SkipBlanks();
    // A comma before the closing bracket is no JSON, but harmless and common in generated files.
    if (at_ < text_.size() && text_[at_] == ']') return Next();
  }
  first_ = false;
  const size_t start = at_;
  if (at_ < text_.size() && (text_[at_] == ',' || text_[at_] == '}')) {
    return Error(at_, "an element expected");
  }
  if (!SkipElement()) return Error(start, "the array ends within the element that starts");
  std::string_view element = text_.substr(start, at_ - start);
  while (!element.empty() && static_cast<unsigned char>(element.back()) <= ' ') {
    element.remove_suffix(1);
  }
  return element;
}

}  // namespace astrolabe
