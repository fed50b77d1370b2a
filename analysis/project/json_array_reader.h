// The elements of a JSON array one after the other, as text, without parsing them.
//
// Only strings and brackets are understood, which is what it takes to know where an element ends;
// what is inside is for a JSON parser to judge, one element at a time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace astrolabe {

// One thread. `text` must outlive it.
class JsonArrayReader {
 public:
  // `name` is for messages.
  JsonArrayReader(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

  // The next element without the blanks around it; nullopt after the last. InvalidArgument, with byte
  // and line, if the text is no array, ends too early or goes on after it.
  absl::StatusOr<std::optional<std::string_view>> Next();

  // Bytes of the text already passed.
  size_t position() const { return at_; }

 private:
  void SkipBlanks();
  // Past the element that starts at at_; false if the text ends in it.
  bool SkipElement();
  bool SkipString();
  absl::Status Error(size_t at, std::string_view what) const;

  std::string_view text_;
  std::string name_;
  size_t at_ = 0;
  enum class State { kStart, kElements, kEnd } state_ = State::kStart;
  bool first_ = true;
};

}  // namespace astrolabe
