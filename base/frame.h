// Messages between two processes, over a stream socket: a 32-bit type, a 32-bit length and the payload, and with the
// first byte whatever descriptors go along.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/unique_fd.h"

namespace astrolabe {

// Of one frame at most.
inline constexpr size_t kMaxDescriptors = 4;

// A frame as it came. What its type means the two ends have agreed on, by an enumeration.
struct Frame {
  uint32_t type = 0;
  std::string payload;
  std::vector<UniqueFd> descriptors;

  template <typename Type>
  bool Is(Type expected) const {
    return type == static_cast<uint32_t>(expected);
  }
};

// A frame's bytes, without its descriptors.
std::string EncodeFrame(uint32_t type, std::string_view payload);

// Writes one frame. Unavailable if the other end is gone.
absl::Status SendFrame(int socket, uint32_t type, std::string_view payload,
                       const std::vector<int>& descriptors = {});
template <typename Type>
absl::Status SendFrame(int socket, Type type, std::string_view payload,
                       const std::vector<int>& descriptors = {}) {
  return SendFrame(socket, static_cast<uint32_t>(type), payload, descriptors);
}

// Takes the first frame off `bytes`, which came over a pipe, once all of it is there; it has no descriptors. DataLoss
// if it is no frame.
absl::StatusOr<std::optional<Frame>> TakeFrame(std::string* bytes);

// Waits for one. Unavailable if the other end is gone, DataLoss if it is no frame.
absl::StatusOr<Frame> ReceiveFrame(int socket);

}  // namespace astrolabe
