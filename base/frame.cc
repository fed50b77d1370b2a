// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/frame.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace astrolabe {
namespace {

constexpr uint32_t kMaxPayload = uint32_t{1} << 30;  // bytes

struct FrameHead {
  uint32_t type = 0;
  uint32_t length = 0;
};

absl::Status SendAll(int socket, const char* data, size_t size, msghdr* first) {
  while (size > 0) {
    ssize_t sent;
    if (first != nullptr) {
      iovec part{const_cast<char*>(data), size};
      first->msg_iov = &part;
      first->msg_iovlen = 1;
      sent = sendmsg(socket, first, MSG_NOSIGNAL);
    } else {
      sent = send(socket, data, size, MSG_NOSIGNAL);
    }
    if (sent < 0) {
      if (errno == EINTR) continue;
      return absl::UnavailableError("the other process is gone");
    }
    first = nullptr;  // the descriptors went with the first byte
    data += sent;
    size -= static_cast<size_t>(sent);
  }
  return absl::OkStatus();
}

absl::Status ReceiveAll(int socket, char* data, size_t size) {
  while (size > 0) {
    ssize_t got = recv(socket, data, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::UnavailableError("the other process is gone");
    data += got;
    size -= static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodeFrame(uint32_t type, std::string_view payload) {
  FrameHead head{type, static_cast<uint32_t>(payload.size())};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof(head));
  return bytes.append(payload);
}

absl::Status SendFrame(int socket, uint32_t type, std::string_view payload,
                       const std::vector<int>& descriptors) {
  FrameHead head{type, static_cast<uint32_t>(payload.size())};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxDescriptors * sizeof(int))] = {};
  msghdr message = {};
  if (!descriptors.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* ancillary = CMSG_FIRSTHDR(&message);
    ancillary->cmsg_level = SOL_SOCKET;
    ancillary->cmsg_type = SCM_RIGHTS;
    ancillary->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(ancillary), descriptors.data(), descriptors.size() * sizeof(int));
  }
  absl::Status status =
      SendAll(socket, reinterpret_cast<const char*>(&head), sizeof(head), &message);
  if (status.ok()) status = SendAll(socket, payload.data(), payload.size(), nullptr);
  return status;
}

absl::StatusOr<std::optional<Frame>> TakeFrame(std::string* bytes) {
  FrameHead head;
  if (bytes->size() < sizeof(head)) return std::nullopt;
  std::memcpy(&head, bytes->data(), sizeof(head));
  if (head.length > kMaxPayload) return absl::DataLossError("a message is too long");
  if (bytes->size() - sizeof(head) < head.length) return std::nullopt;
  Frame frame;
  frame.type = head.type;
  frame.payload = bytes->substr(sizeof(head), head.length);
  bytes->erase(0, sizeof(head) + head.length);
  return frame;
}

absl::StatusOr<Frame> ReceiveFrame(int socket) {
  FrameHead head;
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxDescriptors * sizeof(int))];
  iovec part{&head, sizeof(head)};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ssize_t got;
  do {
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return absl::UnavailableError("the other process is gone");
  Frame frame;
  for (cmsghdr* ancillary = CMSG_FIRSTHDR(&message); ancillary != nullptr;
       ancillary = CMSG_NXTHDR(&message, ancillary)) {
    if (ancillary->cmsg_level != SOL_SOCKET || ancillary->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (ancillary->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    std::vector<int> raw(count);
    std::memcpy(raw.data(), CMSG_DATA(ancillary), count * sizeof(int));
    for (int descriptor : raw) frame.descriptors.emplace_back(descriptor);
  }
  size_t have = static_cast<size_t>(got);
  absl::Status status =
      ReceiveAll(socket, reinterpret_cast<char*>(&head) + have, sizeof(head) - have);
  if (!status.ok()) return status;
  if (head.length > kMaxPayload) return absl::DataLossError("a message is too long");
  frame.type = head.type;
  frame.payload.resize(head.length);
  status = ReceiveAll(socket, frame.payload.data(), head.length);
  if (!status.ok()) return status;
  return frame;
}

}  // namespace astrolabe
