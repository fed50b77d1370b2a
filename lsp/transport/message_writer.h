// Messages to a file descriptor, from any thread, never waiting for the client.
//
// A client may write its requests before it reads any reply. Were a reply written where it is made, the
// thread that reads requests would sooner or later wait for the client to read, and the client for it. So
// messages are queued and a thread of the writer's own writes them, in the order of the calls.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"

namespace astrolabe::lsp {

class MessageWriter {
 public:
  // Bytes that may wait for a client that does not read; with more it is taken to be dead.
  static constexpr size_t kDefaultQueueLimit = size_t{1} << 30;

  // The descriptor stays the caller's, must outlive the writer and may be a pipe, a socket or a file.
  // The writer's thread starts with the first message.
  explicit MessageWriter(int fd, size_t queue_limit = kDefaultQueueLimit);
  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;
  // Gives the client a second to read what is queued, then drops the rest.
  ~MessageWriter();

  // Queues one message with this content. Any thread. Once the client is gone (it closed its end, the
  // queue is full, writing failed) every call returns why, as Unavailable; no signal is raised.
  absl::Status Write(std::string_view content);

  // Waits until all that was queued is written. DeadlineExceeded, or Unavailable as above.
  absl::Status Flush(absl::Duration timeout);

 private:
  void Run();
  // Writes all of it or returns why not; Cancelled when the writer is being destroyed.
  absl::Status WriteAll(std::string_view bytes);
  bool Idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !status_.ok() || (queue_.empty() && !writing_);
  }
  bool Wanted() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stop_ || !queue_.empty(); }

  const int fd_;
  const size_t queue_limit_;
  UniqueFd wake_;  // an eventfd: readable once the writer is being destroyed

  absl::Mutex mutex_;
  std::deque<std::string> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
