// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/parse_protocol.h"

#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "analysis/batch/wire.h"
#include "base/errno_status.h"

namespace astrolabe {
namespace {

constexpr uint32_t kMaxPayload = uint32_t{1} << 30;  // bytes

struct FrameHead {
  uint32_t type = 0;
  uint32_t length = 0;
};

uint64_t BitsOf(double value) { return std::bit_cast<uint64_t>(value); }
double DoubleOf(uint64_t bits) { return std::bit_cast<double>(bits); }

template <typename T>
absl::StatusOr<T> Checked(const WireReader& reader, T message) {
  if (!reader.ok()) return absl::DataLossError("a message of a parsing process is damaged");
  return message;
}

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
      return absl::UnavailableError("a parsing process is gone");
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
    if (got <= 0) return absl::UnavailableError("a parsing process is gone");
    data += got;
    size -= static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view ResultStatusName(ResultStatus status) {
  switch (status) {
    case ResultStatus::kOk:
      return "ok";
    case ResultStatus::kErrors:
      return "errors";
    case ResultStatus::kClosure:
      return "other files read";
    case ResultStatus::kMacroMisfit:
      return "a header would see other macros";
    case ResultStatus::kSpurious:
      return "name of a header not included";
    case ResultStatus::kChangedMacro:
      return "macro defined otherwise";
    case ResultStatus::kUnreadable:
      return "unreadable";
  }
  return "unknown";
}

bool MakesNode(JobKind kind) {
  return kind == JobKind::kZygote || kind == JobKind::kPreamble || kind == JobKind::kBase ||
         kind == JobKind::kWarm || kind == JobKind::kOpen || kind == JobKind::kPrefix ||
         kind == JobKind::kEnd;
}

std::string EncodeHello(const Hello& hello) {
  WireWriter out;
  out.String(hello.workspace_root);
  out.Number(hello.memory_limit);
  return std::move(out.bytes());
}

absl::StatusOr<Hello> DecodeHello(std::string_view bytes) {
  WireReader in(bytes);
  Hello hello;
  hello.workspace_root = in.String();
  hello.memory_limit = in.Number();
  return Checked(in, std::move(hello));
}

std::string EncodeJob(const Job& job) {
  WireWriter out;
  out.Number(job.number);
  out.Number(static_cast<uint64_t>(job.kind));
  out.String(job.file);
  out.String(job.directory);
  out.Strings(job.cc1);
  out.String(job.macros);
  out.Strings(job.headers);
  out.Number(job.command_digest);
  out.String(job.reason);
  out.Numbers(job.expected_closure);
  out.Strings(job.changed_macros);
  out.String(job.text);
  out.Number(job.preamble_size);
  out.Strings(job.unsaved);
  out.String(job.tidy);
  out.String(job.question);
  return std::move(out.bytes());
}

absl::StatusOr<Job> DecodeJob(std::string_view bytes) {
  WireReader in(bytes);
  Job job;
  job.number = static_cast<uint32_t>(in.Number());
  job.kind = static_cast<JobKind>(in.Number());
  job.file = in.String();
  job.directory = in.String();
  job.cc1 = in.Strings();
  job.macros = in.String();
  job.headers = in.Strings();
  job.command_digest = in.Number();
  job.reason = in.String();
  job.expected_closure = in.Numbers();
  job.changed_macros = in.Strings();
  job.text = in.String();
  job.preamble_size = in.Number();
  job.unsaved = in.Strings();
  job.tidy = in.String();
  job.question = in.String();
  return Checked(in, std::move(job));
}

std::string EncodeReady(const Ready& ready) {
  WireWriter out;
  out.Numbers(ready.bad_headers);
  out.Strings(ready.errors);
  out.Number(BitsOf(ready.seconds));
  out.Number(BitsOf(ready.cpu_seconds));
  out.Number(ready.resident_bytes);
  out.String(ready.payload);
  return std::move(out.bytes());
}

absl::StatusOr<Ready> DecodeReady(std::string_view bytes) {
  WireReader in(bytes);
  Ready ready;
  ready.bad_headers = in.Numbers();
  ready.errors = in.Strings();
  ready.seconds = DoubleOf(in.Number());
  ready.cpu_seconds = DoubleOf(in.Number());
  ready.resident_bytes = in.Number();
  ready.payload = in.String();
  return Checked(in, std::move(ready));
}

std::string EncodeEnded(const Ended& ended) {
  WireWriter out;
  out.Number(ended.job);
  out.Number(static_cast<uint64_t>(int64_t{ended.exit_code}));
  out.Number(static_cast<uint64_t>(int64_t{ended.signal}));
  out.Number(BitsOf(ended.cpu_seconds));
  return std::move(out.bytes());
}

absl::StatusOr<Ended> DecodeEnded(std::string_view bytes) {
  WireReader in(bytes);
  Ended ended;
  ended.job = static_cast<uint32_t>(in.Number());
  ended.exit_code = static_cast<int>(in.Number());
  ended.signal = static_cast<int>(in.Number());
  ended.cpu_seconds = DoubleOf(in.Number());
  return Checked(in, ended);
}

std::string EncodeResult(const JobResult& result) {
  WireWriter out;
  out.Number(static_cast<uint64_t>(result.status));
  out.String(result.reason);
  out.Number(result.error_count);
  out.Strings(result.errors);
  out.Number(result.dropped_candidates);
  out.Number(BitsOf(result.parse_seconds));
  out.Number(BitsOf(result.collect_seconds));
  out.String(result.shard);
  return std::move(out.bytes());
}

absl::StatusOr<JobResult> DecodeResult(std::string_view bytes) {
  WireReader in(bytes);
  JobResult result;
  uint64_t status = in.Number();
  if (status > static_cast<uint64_t>(ResultStatus::kUnreadable)) {
    return absl::DataLossError("a result of a parsing process is damaged");
  }
  result.status = static_cast<ResultStatus>(status);
  result.reason = in.String();
  result.error_count = static_cast<uint32_t>(in.Number());
  result.errors = in.Strings();
  result.dropped_candidates = static_cast<uint32_t>(in.Number());
  result.parse_seconds = DoubleOf(in.Number());
  result.collect_seconds = DoubleOf(in.Number());
  result.shard = in.String();
  return Checked(in, std::move(result));
}

std::string EncodeFrame(MessageType type, std::string_view payload) {
  FrameHead head{static_cast<uint32_t>(type), static_cast<uint32_t>(payload.size())};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof(head));
  return bytes.append(payload);
}

absl::Status SendFrame(int socket, MessageType type, std::string_view payload,
                       const std::vector<int>& descriptors) {
  FrameHead head{static_cast<uint32_t>(type), static_cast<uint32_t>(payload.size())};
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
  if (got <= 0) return absl::UnavailableError("a parsing process is gone");
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
  frame.type = static_cast<MessageType>(head.type);
  frame.payload.resize(head.length);
  status = ReceiveAll(socket, frame.payload.data(), head.length);
  if (!status.ok()) return status;
  return frame;
}

}  // namespace astrolabe
