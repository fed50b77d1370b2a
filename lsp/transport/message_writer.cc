// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/transport/message_writer.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <string_view>
#include <utility>

#include "base/errno_status.h"
#include "base/metrics.h"
#include "base/strings.h"
#include "base/trace.h"

namespace astrolabe::lsp {
namespace {

constinit Counter messages_written{"lsp.messages_written", "messages"};
constinit Counter bytes_written{"lsp.bytes_written", "bytes"};

}  // namespace

MessageWriter::MessageWriter(int fd, size_t queue_limit)
    : fd_(fd), queue_limit_(queue_limit), wake_(eventfd(0, EFD_CLOEXEC)) {}

MessageWriter::~MessageWriter() {
  Flush(absl::Seconds(1)).IgnoreError();
  std::thread thread;
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    thread = std::move(thread_);
  }
  eventfd_write(wake_.get(), 1);
  if (thread.joinable()) thread.join();
}

absl::Status MessageWriter::Write(std::string_view content) {
  absl::MutexLock lock(&mutex_);
  if (!status_.ok()) return status_;
  std::string message = StrCat("Content-Length: ", content.size(), "\r\n\r\n");
  if (queued_bytes_ + message.size() + content.size() > queue_limit_) {
    status_ = absl::UnavailableError(StrCat("the client does not read: ", queued_bytes_,
                                            " bytes are waiting for it; no more is sent"));
    queue_.clear();
    return status_;
  }
  message += content;
  queued_bytes_ += message.size();
  queue_.push_back(std::move(message));
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

absl::Status MessageWriter::Flush(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(this, &MessageWriter::Idle), timeout)) {
    return absl::DeadlineExceededError("the client has not read all that was sent");
  }
  return status_;
}

void MessageWriter::Run() {
  NameThisThread("lsp-writer");
  // Writing to a pipe that nobody reads is to be an error and not the end of the process. Blocked in this
  // thread alone, which the process and its children need not know of.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);

  for (;;) {
    std::string message;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      mutex_.Await(absl::Condition(this, &MessageWriter::Wanted));
      if (stop_ || !status_.ok()) return;
      message = std::move(queue_.front());
      queue_.pop_front();
      writing_ = true;
    }
    absl::Status status;
    {
      TraceSpan span("lsp.write");
      span.Arg("bytes", static_cast<int64_t>(message.size()));
      status = WriteAll(message);
    }
    messages_written.Add();
    bytes_written.Add(message.size());
    absl::MutexLock lock(&mutex_);
    queued_bytes_ -= message.size();
    if (!status.ok()) {
      if (status_.ok()) status_ = std::move(status);
      queue_.clear();
      queued_bytes_ = 0;
      writing_ = false;
      return;
    }
  }
}

// A pipe that poll calls writable takes PIPE_BUF bytes without blocking, so that the wait is always in
// poll, where the destructor can end it. The descriptor is not made non-blocking: that would be so for
// whoever else has it, such as the shell that started us.
absl::Status MessageWriter::WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    std::array<pollfd, 2> wait{pollfd{.fd = fd_, .events = POLLOUT, .revents = 0},
                               pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
    if (poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) {
      return ErrnoStatus(errno, "wait for", "the client");
    }
    if (wait[1].revents != 0) return absl::CancelledError("the writer is being closed");
    if (wait[0].revents == 0) continue;
    const ssize_t written = write(fd_, bytes.data(), std::min<size_t>(bytes.size(), PIPE_BUF));
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return absl::UnavailableError("the client has closed its end");
    } else if (errno != EINTR && errno != EAGAIN) {
      return absl::UnavailableError(
          ErrnoStatus(errno, "write", "messages to the client").message());
    }
  }
  return absl::OkStatus();
}

}  // namespace astrolabe::lsp
