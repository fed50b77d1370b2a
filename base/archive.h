// Structs to bytes and back, member by member: Encode(value) and Decode<T>(bytes).
//
// A struct says what it is made of in one place, `Members(archive)`, for both directions. What is decoded
// may be damaged: lengths are checked, nothing is trusted (wire.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/wire.h"

namespace astrolabe {

class ArchiveWriter {
 public:
  template <typename... Members>
  void operator()(Members&... members) {
    (Put(members), ...);
  }
  std::string Take() { return std::move(writer_.bytes()); }

 private:
  void Put(std::string& text) { writer_.String(text); }
  void Put(double& value) { writer_.Real(value); }
  template <typename T>
  void Put(std::vector<T>& items) {
    writer_.Number(items.size());
    for (T& item : items) Put(item);
  }
  template <typename T>
  void Put(std::optional<T>& item) {
    writer_.Number(item.has_value() ? 1 : 0);
    if (item.has_value()) Put(*item);
  }
  template <typename A, typename B>
  void Put(std::pair<A, B>& pair) {
    Put(pair.first);
    Put(pair.second);
  }
  template <typename T>
  void Put(T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      writer_.Number(static_cast<uint64_t>(value));
    } else {
      value.Members(*this);
    }
  }

  WireWriter writer_;
};

class ArchiveReader {
 public:
  explicit ArchiveReader(std::string_view bytes) : reader_(bytes) {}

  template <typename... Members>
  void operator()(Members&... members) {
    (Get(members), ...);
  }
  bool ok() const { return reader_.ok() && depth_ok_; }

 private:
  static constexpr int kMaxDepth = 200;  // of structs inside structs

  void Get(std::string& text) { text = reader_.String(); }
  void Get(double& value) { value = reader_.Real(); }
  template <typename T>
  void Get(std::vector<T>& items) {
    items.clear();  // of what a struct begins with
    for (uint64_t left = reader_.Number(); left > 0 && ok(); --left) Get(items.emplace_back());
  }
  template <typename T>
  void Get(std::optional<T>& item) {
    if (reader_.Number() != 0) Get(item.emplace());
  }
  template <typename A, typename B>
  void Get(std::pair<A, B>& pair) {
    Get(pair.first);
    Get(pair.second);
  }
  template <typename T>
  void Get(T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      value = static_cast<T>(reader_.Number());
    } else {
      depth_ok_ = depth_ok_ && ++depth_ < kMaxDepth;
      if (depth_ok_) value.Members(*this);
      --depth_;
    }
  }

  WireReader reader_;
  int depth_ = 0;
  bool depth_ok_ = true;
};

template <typename T>
std::string Encode(T value) {
  ArchiveWriter writer;
  writer(value);
  return writer.Take();
}

// DataLoss if the bytes are none of T.
template <typename T>
absl::StatusOr<T> Decode(std::string_view bytes) {
  T value;
  ArchiveReader reader(bytes);
  reader(value);
  if (!reader.ok()) return absl::DataLossError("a damaged message of another process");
  return value;
}

}  // namespace astrolabe
