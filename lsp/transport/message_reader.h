// Messages from a file descriptor.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "lsp/transport/message_framer.h"

namespace astrolabe::lsp {

// One thread at a time. The descriptor stays the caller's and may be a pipe, a socket or a file.
class MessageReader {
 public:
  explicit MessageReader(int fd, size_t limit = kDefaultMessageLimit) : fd_(fd), framer_(limit) {}

  // Waits for the next message and returns its content. Errors of the framer (DataLoss,
  // ResourceExhausted) leave the stream usable: go on reading until ended() is true. OutOfRange: the input
  // has ended between two messages.
  absl::StatusOr<std::string> Read();
  // Whether nothing more will come.
  bool ended() const { return ended_; }

 private:
  const int fd_;
  MessageFramer framer_;
  bool ended_ = false;
};

}  // namespace astrolabe::lsp
