// From JSON to the protocol's types and back: what callers use, and the parts that the generated code is
// made of.
//
//   absl::StatusOr<HoverParams> params = FromJson<HoverParams>(json, "params");
//   std::string text = EncodeJson(*params);
//
// A value that has not the type it should have is an error that says where it is:
// `params.position.line: expected an integer from 0 to 4294967295`. Members that we do not know are
// ignored. Where the protocol wants a member but allows null, a missing one is null; an optional one
// may be null too: clients do both.
//
// For every type T of the protocol there are three functions, for structs in types_json.h:
//   bool Decode(const Json&, const JsonPath&, T& out);  // false: the error is with the path
//   void Encode(JsonWriter&, const T&);
//   int Fit(const Json&, const T*);  // of a T inside a variant: how well JSON fits it; -1: of another sort
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/strings.h"
#include "lsp/protocol/json.h"
#include "lsp/protocol/values.h"

namespace astrolabe::lsp {

// Where in a tree decoding is: a chain of members and elements on the stack, turned into text only for an
// error. Lives no longer than what it was made of.
class JsonPath {
 public:
  // The root; `error` receives the first failure.
  JsonPath(std::string_view name, std::string& error) : name_(name), error_(error) {}

  JsonPath Member(std::string_view name) const { return JsonPath(this, name, 0); }
  JsonPath Element(size_t index) const { return JsonPath(this, {}, index); }
  // Always false, so that a decoder can return it.
  bool Fail(std::string_view what) const;

 private:
  JsonPath(const JsonPath* parent, std::string_view name, size_t index)
      : parent_(parent), name_(name), index_(index), error_(parent->error_) {}
  void Append(std::string& out) const;

  const JsonPath* parent_ = nullptr;
  std::string_view name_;  // empty: an element
  size_t index_ = 0;
  std::string& error_;
};

// Leaves.
bool Decode(const Json& json, const JsonPath& path, bool& out);
bool Decode(const Json& json, const JsonPath& path, int32_t& out);
bool Decode(const Json& json, const JsonPath& path, uint32_t& out);
bool Decode(const Json& json, const JsonPath& path, double& out);
bool Decode(const Json& json, const JsonPath& path, std::string& out);
bool Decode(const Json& json, const JsonPath& path, LspAny& out);
bool Decode(const Json& json, const JsonPath& path, StringEnum& out);
bool Decode(const Json& json, const JsonPath& path, EmptyObject& out);
bool Decode(const Json& json, const JsonPath& path, std::monostate& out);  // whatever it is
void Encode(JsonWriter& out, bool value);
void Encode(JsonWriter& out, int32_t value);
void Encode(JsonWriter& out, uint32_t value);
void Encode(JsonWriter& out, double value);
void Encode(JsonWriter& out, std::string_view value);
void Encode(JsonWriter& out, const std::string& value);
void Encode(JsonWriter& out, const LspAny& value);
void Encode(JsonWriter& out, const StringEnum& value);
void Encode(JsonWriter& out, const EmptyObject& value);
void Encode(JsonWriter& out, std::monostate value);  // null
int Fit(const Json& json, const bool*);
int Fit(const Json& json, const int32_t*);
int Fit(const Json& json, const uint32_t*);
int Fit(const Json& json, const double*);
int Fit(const Json& json, const std::string*);
int Fit(const Json& json, const StringEnum*);
int Fit(const Json& json, const EmptyObject*);

// An enumeration of integers; values that are not listed pass.
template <typename E>
  requires std::is_enum_v<E>
bool Decode(const Json& json, const JsonPath& path, E& out) {
  int32_t value = 0;
  if (!Decode(json, path, value)) return false;
  out = static_cast<E>(value);
  return true;
}
template <typename E>
  requires std::is_enum_v<E>
void Encode(JsonWriter& out, E value) {
  Encode(out, static_cast<int32_t>(value));
}
template <typename E>
  requires std::is_enum_v<E>
int Fit(const Json& json, const E*) {
  return Fit(json, static_cast<const int32_t*>(nullptr));
}

// Containers, declared first since they contain each other.
template <typename T>
bool Decode(const Json& json, const JsonPath& path, std::optional<T>& out);
template <typename T>
bool Decode(const Json& json, const JsonPath& path, Boxed<T>& out);
template <typename T>
bool Decode(const Json& json, const JsonPath& path, std::vector<T>& out);
template <typename T, size_t n>
bool Decode(const Json& json, const JsonPath& path, std::array<T, n>& out);
template <typename T>
bool Decode(const Json& json, const JsonPath& path, std::map<std::string, T>& out);
template <typename... T>
bool Decode(const Json& json, const JsonPath& path, std::variant<T...>& out);
template <typename T>
void Encode(JsonWriter& out, const std::optional<T>& value);
template <typename T>
void Encode(JsonWriter& out, const Boxed<T>& value);
template <typename T>
void Encode(JsonWriter& out, const std::vector<T>& value);
template <typename T, size_t n>
void Encode(JsonWriter& out, const std::array<T, n>& value);
template <typename T>
void Encode(JsonWriter& out, const std::map<std::string, T>& value);
template <typename... T>
void Encode(JsonWriter& out, const std::variant<T...>& value);
template <typename T>
int Fit(const Json& json, const std::vector<T>*);
template <typename T, size_t n>
int Fit(const Json& json, const std::array<T, n>*);
template <typename... T>
int Fit(const Json& json, const std::variant<T...>*);

// T from JSON; `root` is what messages call it. InvalidArgument with the path of what is wrong.
template <typename T>
absl::StatusOr<T> FromJson(const Json& json, std::string_view root) {
  std::string error;
  T value;
  if (!Decode(json, JsonPath(root, error), value)) return absl::InvalidArgumentError(error);
  return value;
}

template <typename T>
std::string EncodeJson(const T& value) {
  JsonWriter out;
  Encode(out, value);
  return std::move(out).Take();
}

// As a tree, for members of type LspAny: `registration.register_options = ToJson(options)`.
template <typename T>
Json ToJson(const T& value) {
  auto json = ParseJson(EncodeJson(value));
  return json.ok() ? *std::move(json) : Json();
}

// Reads the members of an object into those of a struct. After a failure all further calls fail.
class ObjectReader {
 public:
  ObjectReader(const Json& json, const JsonPath& path)
      : json_(json), path_(path), ok_(json.is_object() || path.Fail("expected an object")) {}

  bool ok() const { return ok_; }

  template <typename T>
  bool Required(std::string_view name, T& out) {
    const Json* member = Find(name);
    if (member == nullptr) return ok_ && Missing(name);
    return ok_ = Decode(*member, path_.Member(name), out);
  }
  template <typename T>
  bool Required(std::string_view name, std::optional<T>& out) {
    return Optional(name, out);
  }
  template <typename T>
  bool Optional(std::string_view name, std::optional<T>& out) {
    const Json* member = Find(name);
    if (member == nullptr || member->is_null()) {
      out.reset();
      return ok_;
    }
    return ok_ = Decode(*member, path_.Member(name), out.emplace());
  }
  // Absent, null or a value.
  template <typename T>
  bool Optional(std::string_view name, std::optional<std::optional<T>>& out) {
    const Json* member = Find(name);
    if (member == nullptr) {
      out.reset();
      return ok_;
    }
    return ok_ = Decode(*member, path_.Member(name), out.emplace());
  }
  bool Optional(std::string_view name, LspAny& out);
  // A member that must have this value.
  bool Constant(std::string_view name, std::string_view value);

 private:
  const Json* Find(std::string_view name) const;
  bool Missing(std::string_view name);

  const Json& json_;
  const JsonPath& path_;
  bool ok_;
};

// Writes an object: from construction to destruction it is open in `out`.
class ObjectWriter {
 public:
  explicit ObjectWriter(JsonWriter& out) : out_(out) { out_.BeginObject(); }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;
  ~ObjectWriter() { out_.EndObject(); }

  template <typename T>
  void Required(std::string_view name, const T& value) {
    out_.Key(name);
    Encode(out_, value);
  }
  // Nothing if it is empty.
  template <typename T>
  void Optional(std::string_view name, const std::optional<T>& value) {
    if (value) Required(name, *value);
  }
  void Optional(std::string_view name, const LspAny& value) {
    if (!value.is_null()) Required(name, value);
  }

 private:
  JsonWriter& out_;
};

// A member and the only value it may have.
struct ConstantMember {
  std::string_view name;
  std::string_view value;
};
// -1 if `json` is no object; otherwise the more of these members it has, the higher, and highest if all.
int FitObject(const Json& json, std::initializer_list<std::string_view> required,
              std::initializer_list<ConstantMember> constants = {});

// The sorts of JSON that types are made from, for messages.
template <typename T>
constexpr std::string_view SortOf() {
  if constexpr (std::is_same_v<T, bool>) return "a boolean";
  if constexpr (std::is_same_v<T, double>) return "a number";
  if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) return "an integer";
  if constexpr (std::is_same_v<T, std::string> || std::derived_from<T, StringEnum>)
    return "a string";
  if constexpr (requires(T& list) { list[0]; }) return "an array";
  return "an object";
}
// Fails with "expected a boolean or an object".
bool FailSorts(const JsonPath& path, std::initializer_list<std::string_view> sorts);

// ---- Only definitions of templates from here on.

template <typename T>
bool Decode(const Json& json, const JsonPath& path, std::optional<T>& out) {
  if (json.is_null()) {
    out.reset();
    return true;
  }
  return Decode(json, path, out.emplace());
}

template <typename T>
bool Decode(const Json& json, const JsonPath& path, Boxed<T>& out) {
  return Decode(json, path, *out);
}

template <typename T>
bool Decode(const Json& json, const JsonPath& path, std::vector<T>& out) {
  if (!json.is_array()) return path.Fail("expected an array");
  out.clear();
  out.reserve(json.size());
  for (const Json& element : json) {
    T value{};  // NOLINT(bugprone-invalid-enum-default-initialization): decoded in the next line
    if (!Decode(element, path.Element(out.size()), value)) return false;
    out.push_back(std::move(value));
  }
  return true;
}

template <typename T, size_t n>
bool Decode(const Json& json, const JsonPath& path, std::array<T, n>& out) {
  if (!json.is_array() || json.size() != n) {
    return path.Fail(StrCat("expected an array of ", n));
  }
  for (size_t i = 0; i < n; ++i) {
    if (!Decode(json[i], path.Element(i), out[i])) return false;
  }
  return true;
}

template <typename T>
bool Decode(const Json& json, const JsonPath& path, std::map<std::string, T>& out) {
  if (!json.is_object()) return path.Fail("expected an object");
  out.clear();
  for (auto it = json.begin(); it != json.end(); ++it) {
    if (!Decode(*it, path.Member(it.key()), out[it.key()])) return false;
  }
  return true;
}

// The alternative that fits best is decoded, the first one among equals; its error is the variant's.
template <typename... T>
bool Decode(const Json& json, const JsonPath& path, std::variant<T...>& out) {
  int best = -1;
  size_t chosen = sizeof...(T);
  size_t index = 0;
  const auto consider = [&](int fit) {
    if (fit > best) {
      best = fit;
      chosen = index;
    }
    ++index;
  };
  (consider(Fit(json, static_cast<const T*>(nullptr))), ...);
  if (best < 0) return FailSorts(path, {SortOf<T>()...});
  bool ok = false;
  index = 0;
  const auto decode = [&]<typename U>(std::type_identity<U>) {
    if (index++ == chosen) ok = Decode(json, path, out.template emplace<U>());
  };
  (decode(std::type_identity<T>()), ...);
  return ok;
}

template <typename T>
void Encode(JsonWriter& out, const std::optional<T>& value) {
  if (value) {
    Encode(out, *value);
  } else {
    out.Null();
  }
}

template <typename T>
void Encode(JsonWriter& out, const Boxed<T>& value) {
  Encode(out, *value);
}

template <typename T>
void Encode(JsonWriter& out, const std::vector<T>& value) {
  out.BeginArray();
  for (const auto& element : value) Encode(out, element);
  out.EndArray();
}

template <typename T, size_t n>
void Encode(JsonWriter& out, const std::array<T, n>& value) {
  out.BeginArray();
  for (const auto& element : value) Encode(out, element);
  out.EndArray();
}

template <typename T>
void Encode(JsonWriter& out, const std::map<std::string, T>& value) {
  ObjectWriter object(out);
  for (const auto& [key, member] : value) object.Required(key, member);
}

template <typename... T>
void Encode(JsonWriter& out, const std::variant<T...>& value) {
  std::visit([&](const auto& alternative) { Encode(out, alternative); }, value);
}

// By its first element; an empty array fits arrays of anything.
template <typename T>
int Fit(const Json& json, const std::vector<T>*) {
  if (!json.is_array()) return -1;
  return json.empty() ? 1 : Fit(json.front(), static_cast<const T*>(nullptr));
}

template <typename T, size_t n>
int Fit(const Json& json, const std::array<T, n>*) {
  return json.is_array() && json.size() == n ? 1 : -1;
}

template <typename... T>
int Fit(const Json& json, const std::variant<T...>*) {
  int best = -1;
  const auto consider = [&](int fit) { best = fit > best ? fit : best; };
  (consider(Fit(json, static_cast<const T*>(nullptr))), ...);
  return best;
}

}  // namespace astrolabe::lsp
