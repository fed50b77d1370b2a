// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/protocol/json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

// Builds the tree from the parser's events; `false` from any of them stops the parser. The library's own
// builder knows no depth limit and does not tell where an error is unless it may throw.
class TreeBuilder {
 public:
  explicit TreeBuilder(Json& root) : root_(root) {}

  const std::string& error() const { return error_; }

  bool null() { return Add(nullptr) != nullptr; }
  bool boolean(bool value) { return Add(value) != nullptr; }
  bool number_integer(Json::number_integer_t value) { return Add(value) != nullptr; }
  bool number_unsigned(Json::number_unsigned_t value) { return Add(value) != nullptr; }
  bool number_float(Json::number_float_t value, const std::string&) {
    return Add(value) != nullptr;
  }
  bool string(std::string& value) { return Add(std::move(value)) != nullptr; }
  bool binary(Json::binary_t&) { return false; }  // not in text
  bool start_object(size_t) { return Open(Json::object()); }
  bool start_array(size_t) { return Open(Json::array()); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool key(std::string& name) {
    member_ = &(*open_.back())[std::move(name)];
    return true;
  }
  template <typename Exception>
  bool parse_error(size_t offset, const std::string&, const Exception&) {
    error_ = StrCat("not valid JSON at byte ", offset);
    return false;
  }

 private:
  Json* Add(Json value) {
    Json* place = &root_;
    if (!open_.empty()) {
      if (open_.back()->is_array()) {
        open_.back()->push_back(std::move(value));
        return &open_.back()->back();
      }
      place = member_;
    }
    *place = std::move(value);
    return place;
  }
  bool Open(Json value) {
    if (open_.size() == kMaxJsonDepth) {
      error_ = StrCat("JSON nested deeper than ", kMaxJsonDepth, " levels");
      return false;
    }
    open_.push_back(Add(std::move(value)));
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  Json& root_;
  // The arrays and objects that enclose the next value. A parent does not grow while a child is open, so
  // the pointers stay good.
  std::vector<Json*> open_;
  Json* member_ = nullptr;  // where the value of the last key goes
  std::string error_;
};

}  // namespace

absl::StatusOr<Json> ParseJson(std::string_view text) {
  Json root;
  TreeBuilder builder(root);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return absl::InvalidArgumentError(builder.error());
  }
  return root;
}

std::string DumpJson(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void JsonWriter::Int(int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  Value({digits.data(), static_cast<size_t>(end - digits.data())});
}

void JsonWriter::Double(double value) {
  if (!std::isfinite(value)) return Null();
  std::array<char, 40> digits;  // the shortest form that reads back as the same number
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  Value({digits.data(), static_cast<size_t>(end - digits.data())});
}

void JsonWriter::String(std::string_view value) {
  Separate();
  AppendJsonString(text_, value);
}

void JsonWriter::Any(const Json& value) { Value(DumpJson(value)); }

void JsonWriter::Key(std::string_view name) {
  Separate();
  AppendJsonString(text_, name);
  text_.push_back(':');
  comma_ = false;
}

}  // namespace astrolabe::lsp
