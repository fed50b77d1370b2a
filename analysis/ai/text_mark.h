// A text by its size and a hash: what is remembered of places in documents must not hold the documents.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace astrolabe {

// Of this process alone.
class TextMark {
 public:
  TextMark() = default;
  explicit TextMark(std::string_view text)
      : size_(text.size()), hash_(std::hash<std::string_view>()(text)) {}

  size_t size() const { return size_; }
  // Whether `text` begins with the marked one. O(size).
  bool Begins(std::string_view text) const {
    return text.size() >= size_ && TextMark(text.substr(0, size_)) == *this;
  }
  friend bool operator==(const TextMark&, const TextMark&) = default;

 private:
  size_t size_ = 0;
  size_t hash_ = 0;
};

}  // namespace astrolabe
