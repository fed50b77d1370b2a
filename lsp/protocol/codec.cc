// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/protocol/codec.h"

#include <cmath>
#include <limits>

namespace astrolabe::lsp {
namespace {

// What an object that has all members of a struct gets on top of one point for each.
constexpr int kComplete = 1000;

// A number that is a whole one from `low` to `high`, written as 3 or, as some clients do, 3.0.
template <typename Int>
bool DecodeInteger(const Json& json, const JsonPath& path, Int& out) {
  constexpr int64_t kLow = std::numeric_limits<Int>::min();
  constexpr int64_t kHigh = std::numeric_limits<Int>::max();
  int64_t value = 0;
  bool ok = false;
  if (json.is_number_unsigned()) {
    const uint64_t number = json.get<uint64_t>();
    ok = number <= static_cast<uint64_t>(kHigh);
    value = static_cast<int64_t>(number);
  } else if (json.is_number_integer()) {
    value = json.get<int64_t>();
    ok = value >= kLow && value <= kHigh;
  } else if (json.is_number_float()) {
    const double number = json.get<double>();
    ok = number >= static_cast<double>(kLow) && number <= static_cast<double>(kHigh) &&
         std::trunc(number) == number;
    if (ok) value = static_cast<int64_t>(number);
  } else {
    return path.Fail("expected a number");
  }
  if (!ok) return path.Fail(StrCat("expected an integer from ", kLow, " to ", kHigh));
  out = static_cast<Int>(value);
  return true;
}

}  // namespace

void JsonPath::Append(std::string& out) const {
  if (parent_ != nullptr) {
    parent_->Append(out);
    if (name_.empty()) {
      out += StrCat("[", index_, "]");
      return;
    }
    out.push_back('.');
  }
  out.append(name_);
}

bool JsonPath::Fail(std::string_view what) const {
  error_.clear();
  Append(error_);
  error_ += StrCat(": ", what);
  return false;
}

bool Decode(const Json& json, const JsonPath& path, bool& out) {
  if (!json.is_boolean()) return path.Fail("expected a boolean");
  out = json.get<bool>();
  return true;
}

bool Decode(const Json& json, const JsonPath& path, int32_t& out) {
  return DecodeInteger(json, path, out);
}

bool Decode(const Json& json, const JsonPath& path, uint32_t& out) {
  return DecodeInteger(json, path, out);
}

bool Decode(const Json& json, const JsonPath& path, double& out) {
  if (!json.is_number()) return path.Fail("expected a number");
  out = json.get<double>();
  return true;
}

bool Decode(const Json& json, const JsonPath& path, std::string& out) {
  if (!json.is_string()) return path.Fail("expected a string");
  out = *json.get_ptr<const std::string*>();
  return true;
}

bool Decode(const Json& json, const JsonPath&, LspAny& out) {
  out = json;
  return true;
}

bool Decode(const Json& json, const JsonPath& path, StringEnum& out) {
  return Decode(json, path, out.value);
}

bool Decode(const Json& json, const JsonPath& path, EmptyObject&) {
  return json.is_object() || path.Fail("expected an object");
}

bool Decode(const Json&, const JsonPath&, std::monostate&) { return true; }

void Encode(JsonWriter& out, bool value) { out.Bool(value); }
void Encode(JsonWriter& out, int32_t value) { out.Int(value); }
void Encode(JsonWriter& out, uint32_t value) { out.Int(value); }
void Encode(JsonWriter& out, double value) { out.Double(value); }
void Encode(JsonWriter& out, std::string_view value) { out.String(value); }
void Encode(JsonWriter& out, const std::string& value) { out.String(value); }
void Encode(JsonWriter& out, const LspAny& value) { out.Any(value); }
void Encode(JsonWriter& out, const StringEnum& value) { out.String(value.value); }
void Encode(JsonWriter& out, const EmptyObject&) { ObjectWriter object(out); }
void Encode(JsonWriter& out, std::monostate) { out.Null(); }

int Fit(const Json& json, const bool*) { return json.is_boolean() ? 1 : -1; }
int Fit(const Json& json, const int32_t*) { return json.is_number() ? 1 : -1; }
int Fit(const Json& json, const uint32_t*) { return json.is_number() ? 1 : -1; }
int Fit(const Json& json, const double*) { return json.is_number() ? 1 : -1; }
int Fit(const Json& json, const std::string*) { return json.is_string() ? 1 : -1; }
int Fit(const Json& json, const StringEnum*) { return json.is_string() ? 1 : -1; }
int Fit(const Json& json, const EmptyObject*) { return json.is_object() ? kComplete : -1; }

bool ObjectReader::Optional(std::string_view name, LspAny& out) {
  const Json* member = Find(name);
  out = member == nullptr ? Json() : *member;
  return ok_;
}

bool ObjectReader::Constant(std::string_view name, std::string_view value) {
  const Json* member = Find(name);
  if (member == nullptr) return ok_ && Missing(name);
  const auto* text = member->get_ptr<const std::string*>();
  if (text == nullptr || *text != value) {
    return ok_ = path_.Member(name).Fail(StrCat("expected \"", value, "\""));
  }
  return ok_;
}

const Json* ObjectReader::Find(std::string_view name) const {
  if (!ok_) return nullptr;
  const auto it = json_.find(name);
  return it == json_.end() ? nullptr : &*it;
}

bool ObjectReader::Missing(std::string_view name) {
  return ok_ = path_.Member(name).Fail("missing");
}

bool FailSorts(const JsonPath& path, std::initializer_list<std::string_view> sorts) {
  std::string text;
  for (std::string_view sort : sorts) {
    if (text.find(sort) != std::string::npos) continue;
    text += StrCat(text.empty() ? "expected " : " or ", sort);
  }
  return path.Fail(text);
}

int FitObject(const Json& json, std::initializer_list<std::string_view> required,
              std::initializer_list<ConstantMember> constants) {
  if (!json.is_object()) return -1;
  size_t found = 0;
  for (std::string_view name : required) found += json.contains(name) ? 1 : 0;
  for (const auto& [name, value] : constants) {
    const auto it = json.find(name);
    found += it != json.end() && it->is_string() && *it->get_ptr<const std::string*>() == value;
  }
  const bool complete = found == required.size() + constants.size();
  return static_cast<int>(found) + (complete ? kComplete : 0);
}

}  // namespace astrolabe::lsp
