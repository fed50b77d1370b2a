// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/frame_queue.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace astrolabe {
namespace {

// What sendmsg says of as many of `bytes` as it takes, the descriptors with the first of them.
ssize_t SendSome(int socket, std::string_view bytes, const std::vector<UniqueFd>& descriptors) {
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxDescriptors * sizeof(int))] = {};
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    std::vector<int> raw;
    for (const UniqueFd& descriptor : descriptors) raw.push_back(descriptor.get());
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(raw.size() * sizeof(int));
    cmsghdr* ancillary = CMSG_FIRSTHDR(&message);
    ancillary->cmsg_level = SOL_SOCKET;
    ancillary->cmsg_type = SCM_RIGHTS;
    ancillary->cmsg_len = CMSG_LEN(raw.size() * sizeof(int));
    std::memcpy(CMSG_DATA(ancillary), raw.data(), raw.size() * sizeof(int));
  }
  ssize_t sent;
  do {
    sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

}  // namespace

void FrameQueue::Push(uint32_t type, std::string_view payload, std::vector<UniqueFd> descriptors) {
  frames_.push_back({EncodeFrame(type, payload), std::move(descriptors), 0});
}

void FrameQueue::Flush(int socket) {
  static const std::vector<UniqueFd>& none = *new std::vector<UniqueFd>();
  while (!frames_.empty()) {
    Waiting& frame = frames_.front();
    std::string_view rest = std::string_view(frame.bytes).substr(frame.sent);
    ssize_t sent = SendSome(socket, rest, frame.sent == 0 ? frame.descriptors : none);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (sent < 0) return frames_.clear();
    frame.sent += static_cast<size_t>(sent);
    if (frame.sent == frame.bytes.size()) frames_.pop_front();
  }
}

}  // namespace astrolabe
