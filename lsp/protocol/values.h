// The few types of our own that the protocol's generated types are made of.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "lsp/protocol/json.h"

namespace astrolabe::lsp {

// Any JSON value; as a member that may be absent, null is absent.
using LspAny = Json;
// The same, always an object (or null, if it may be absent).
using LspObject = Json;

// The object of which the protocol says nothing: `range: {}` stands for `range: true`.
struct EmptyObject {
  bool operator==(const EmptyObject&) const = default;
};

// An enumeration whose values are strings. The other side may be newer than we are, so any string is a
// value, and those that the protocol lists are constants of the derived structs:
//
//   if (content.kind == MarkupKind::kMarkdown) …
struct StringEnum {
  StringEnum() = default;
  StringEnum(std::string_view text) : value(text) {}  // NOLINT(google-explicit-constructor)

  bool operator==(const StringEnum&) const = default;
  bool operator==(std::string_view text) const { return value == text; }

  std::string value;
};

// A T on the heap that copies, compares and is never absent: the member of a struct of its own type.
// A moved-from box may only be assigned to or destroyed.
template <typename T>
class Boxed {
 public:
  Boxed() : value_(std::make_unique<T>()) {}
  Boxed(T value)  // NOLINT(google-explicit-constructor)
      : value_(std::make_unique<T>(std::move(value))) {}
  Boxed(const Boxed& other) : value_(std::make_unique<T>(*other)) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) {
    if (this != &other) *this = Boxed(other);
    return *this;
  }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  bool operator==(const Boxed& other) const { return *value_ == *other; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace astrolabe::lsp
