// Messages from a file descriptor.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "lsp/transport/message_framer.h"

namespace astrolabe::lsp {

// One thread at a time, but for Stop. The descriptor stays the caller's and may be a pipe, a socket or a file.
class MessageReader {
 public:
  explicit MessageReader(int fd, size_t limit = kDefaultMessageLimit);

  // Whatever is read is also written to `fd`, byte for byte, which stays the caller's. An error there ends the
  // copying, not the reading.
  void MirrorTo(int fd) { mirror_ = fd; }

  // Waits for the next message and returns its content. Errors of the framer (DataLoss,
  // ResourceExhausted) leave the stream usable: go on reading until ended() is true. OutOfRange: the input
  // has ended between two messages, or Stop was called.
  absl::StatusOr<std::string> Read();
  // Whether nothing more will come.
  bool ended() const { return ended_; }
  // Ends the input from our side, also for a Read that waits. Any thread.
  void Stop();

 private:
  // Whether there is something to read, or the end; false once stopped.
  bool AwaitInput() const;
  void Mirror(const char* bytes, size_t size);

  const int fd_;
  int mirror_ = -1;
  UniqueFd stop_;  // an eventfd: readable once stopped
  MessageFramer framer_;
  bool ended_ = false;
};

}  // namespace astrolabe::lsp
