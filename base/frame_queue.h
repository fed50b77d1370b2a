// Frames on their way to a node that may be too busy to take them.
//
// The front must not wait for a node to read: a node that waits for the front to read at the same time (it has
// as many ends of jobs to report) would never be done. So what a socket does not take at once waits here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/frame.h"

namespace astrolabe {

// One thread.
class FrameQueue {
 public:
  // `descriptors` are closed once they are sent.
  void Push(uint32_t type, std::string_view payload, std::vector<UniqueFd> descriptors);
  template <typename Type>
  void Push(Type type, std::string_view payload, std::vector<UniqueFd> descriptors) {
    Push(static_cast<uint32_t>(type), payload, std::move(descriptors));
  }
  // Sends what the socket takes without waiting. If the other end is gone, all of it is dropped: that the
  // node is gone is noticed by reading.
  void Flush(int socket);
  bool empty() const { return frames_.empty(); }

 private:
  struct Waiting {
    std::string bytes;
    std::vector<UniqueFd> descriptors;
    size_t sent = 0;
  };
  std::deque<Waiting> frames_;
};

}  // namespace astrolabe
