// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/transport/message_reader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/errno_status.h"
#include "base/log.h"

namespace astrolabe::lsp {

MessageReader::MessageReader(int fd, size_t limit)
    : fd_(fd), stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), framer_(limit) {}

absl::StatusOr<std::string> MessageReader::Read() {
  std::array<char, 65536> bytes;  // what a pipe holds
  while (!ended_) {
    auto message = framer_.Next();
    if (!message.ok()) return message.status();
    if (*message) return **std::move(message);
    if (!AwaitInput()) {
      ended_ = true;
      break;
    }
    const ssize_t got = read(fd_, bytes.data(), bytes.size());
    if (got > 0) {
      Mirror(bytes.data(), static_cast<size_t>(got));
      framer_.Feed({bytes.data(), static_cast<size_t>(got)});
    } else if (got == 0) {
      ended_ = true;
      if (absl::Status status = framer_.AtEnd(); !status.ok()) return status;
    } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
      ended_ = true;
      return ErrnoStatus(errno, "read", "the client's messages");
    }
  }
  return absl::OutOfRangeError("the input has ended");
}

bool MessageReader::AwaitInput() const {
  if (fd_ < 0) return true;  // reading it says what is wrong
  std::array<pollfd, 2> wait = {pollfd{.fd = fd_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = stop_.get(), .events = POLLIN, .revents = 0}};
  while (poll(wait.data(), wait.size(), -1) < 0 && errno == EINTR) {
  }
  return wait[1].revents == 0;
}

void MessageReader::Stop() {
  const uint64_t one = 1;
  (void)!write(stop_.get(), &one, sizeof one);
}

void MessageReader::Mirror(const char* bytes, size_t size) {
  while (mirror_ >= 0 && size > 0) {
    const ssize_t done = write(mirror_, bytes, size);
    if (done >= 0) {
      bytes += done;
      size -= static_cast<size_t>(done);
    } else if (errno != EINTR) {
      LogWarning(ErrnoStatus(errno, "write", "the copy of the input").message());
      mirror_ = -1;
    }
  }
}

}  // namespace astrolabe::lsp
