// Columns of small numbers and text, and the zstd frame that a group of them becomes.
//
// Facts are stored column by column (all line differences, then all lengths, …), because neighbours in a
// column look alike, and each column packs on its own terms.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "alloc/arena.h"
#include "index/varint.h"

namespace astrolabe {

// No frame of ours unpacks to more than this: a decoder refuses it before it allocates anything.
inline constexpr uint64_t kMaxFrameBytes = uint64_t{64} << 20;

// One column being written.
class ColumnWriter {
 public:
  void Add(uint64_t value) {
    if (value < 0x80) {
      bytes_.push_back(static_cast<char>(value));
    } else {
      AppendVarint(bytes_, value);
    }
  }
  void AddSigned(uint32_t difference) { Add(ZigZag(difference)); }
  void AddFixed64(uint64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void AddText(std::string_view text) { bytes_.append(text); }

  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// One column being read. What lies past its end, or makes no sense, reads as zero, and ok() tells; so a
// reader checks once, after a loop whose length it knows to be bounded.
class ColumnReader {
 public:
  ColumnReader() = default;
  explicit ColumnReader(std::string_view bytes)
      : at_(reinterpret_cast<const uint8_t*>(bytes.data())), end_(at_ + bytes.size()) {}

  uint32_t Next() {
    uint32_t value = 0;
    const uint8_t* after = DecodeVarint32(at_, end_, &value);
    if (after == nullptr) return Fail();
    at_ = after;
    return value;
  }
  uint32_t NextSigned() { return UnZigZag(Next()); }
  uint64_t NextWide() {
    uint64_t value = 0;
    const uint8_t* after = DecodeVarint64(at_, end_, &value);
    if (after == nullptr) return Fail();
    at_ = after;
    return value;
  }
  uint64_t NextFixed64() {
    uint64_t value = 0;
    std::string_view bytes = NextText(sizeof(value));
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }
  std::string_view NextText(size_t length) {
    if (length > remaining()) {
      Fail();
      return {};
    }
    std::string_view text(reinterpret_cast<const char*>(at_), length);
    at_ += length;
    return text;
  }

  size_t remaining() const { return static_cast<size_t>(end_ - at_); }
  bool ok() const { return ok_; }
  // Everything was read, and all of it made sense.
  bool Finished() const { return ok_ && at_ == end_; }

 private:
  uint32_t Fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  bool ok_ = true;
};

// What a frame needs to be unpacked: both go into the header of whatever holds it.
struct FrameSizes {
  uint32_t packed = 0;  // bytes
  uint32_t raw = 0;
};

// Appends the frame of `columns` to `out`. Same columns, same bytes.
FrameSizes PackColumns(std::span<const ColumnWriter> columns, std::string& out);

// Unpacks a frame into `arena` and points `columns` at its columns, of which it must have exactly as
// many. DataLoss naming `what` otherwise.
absl::Status UnpackColumns(std::string_view packed, uint32_t raw_size, std::string_view what,
                           Arena& arena, std::span<ColumnReader> columns);

}  // namespace astrolabe
