// JSON in and out, without exceptions: text to a tree of values that others made and may have made badly,
// and our own values straight to text.
//
// Reading has a depth limit, since the library copies, prints and compares trees recursively. Writing
// makes no tree: a list of references goes into the output buffer as it is visited.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace astrolabe::lsp {

using Json = nlohmann::json;

// Arrays and objects inside each other; what editors send is below 20.
inline constexpr int kMaxJsonDepth = 256;

// InvalidArgument for what is no JSON (the byte offset is in the message), not UTF-8, or nested deeper
// than kMaxJsonDepth. Of members with one name the last counts.
absl::StatusOr<Json> ParseJson(std::string_view text);

// On one line, bytes that are no UTF-8 replaced by U+FFFD.
std::string DumpJson(const Json& json);

// Appends JSON to a string it owns. The caller calls in the order of the grammar; the writer sets the
// commas.
class JsonWriter {
 public:
  void Null() { Value("null"); }
  void Bool(bool value) { Value(value ? "true" : "false"); }
  void Int(int64_t value);
  // JSON has no infinity and no NaN: they become null.
  void Double(double value);
  // Bytes that are no UTF-8 become U+FFFD.
  void String(std::string_view value);
  void Any(const Json& value);
  // Text that is JSON already.
  void Raw(std::string_view json) { Value(json); }

  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  // Before each value of an object.
  void Key(std::string_view name);

  std::string Take() && { return std::move(text_); }
  const std::string& text() const { return text_; }

 private:
  void Separate() {
    if (comma_) text_.push_back(',');
    comma_ = true;
  }
  void Value(std::string_view json) {
    Separate();
    text_.append(json);
  }
  void Open(char bracket) {
    Separate();
    text_.push_back(bracket);
    comma_ = false;
  }
  void Close(char bracket) {
    text_.push_back(bracket);
    comma_ = true;
  }

  std::string text_;
  bool comma_ = false;  // whether the next value follows another one
};

}  // namespace astrolabe::lsp
