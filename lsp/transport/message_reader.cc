// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/transport/message_reader.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/errno_status.h"

namespace astrolabe::lsp {

absl::StatusOr<std::string> MessageReader::Read() {
  std::array<char, 65536> bytes;  // what a pipe holds
  while (!ended_) {
    auto message = framer_.Next();
    if (!message.ok()) return message.status();
    if (*message) return **std::move(message);
    const ssize_t got = read(fd_, bytes.data(), bytes.size());
    if (got > 0) {
      framer_.Feed({bytes.data(), static_cast<size_t>(got)});
    } else if (got == 0) {
      ended_ = true;
      if (absl::Status status = framer_.AtEnd(); !status.ok()) return status;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      ended_ = true;
      return ErrnoStatus(errno, "read", "the client's messages");
    }
  }
  return absl::OutOfRangeError("the input has ended");
}

}  // namespace astrolabe::lsp
