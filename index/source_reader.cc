// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/source_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/strings.h"

namespace astrolabe {
namespace {

// Linux refuses longer paths in one system call (PATH_MAX counts the final zero).
constexpr size_t kMaxPathInOneCall = 4000;
// Git and ripgrep look this far for a zero byte.
constexpr size_t kBinaryProbe = 8192;
constexpr size_t kFirstRead = size_t{64} << 10;
constexpr size_t kFirstBuffer = size_t{256} << 10;
// A buffer that one large file needed is given back when this many times smaller would do.
constexpr size_t kShrinkFactor = 16;

absl::Status ErrnoStatus(std::string_view what, std::string_view path) {
  return absl::ErrnoToStatus(errno, StrCat(what, " ", path));
}

int OpenAt(int directory, std::string_view path, int flags) {
  std::string terminated(path);
  for (;;) {
    int fd = openat(directory, terminated.c_str(), flags | O_CLOEXEC);
    if (fd >= 0 || errno != EINTR) return fd;
  }
}

}  // namespace

absl::StatusOr<SourceRoot> SourceRoot::Open(const std::string& directory) {
  int fd = OpenAt(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return ErrnoStatus("cannot open workspace folder", directory);
  return SourceRoot(fd);
}

SourceRoot::SourceRoot(SourceRoot&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

SourceRoot& SourceRoot::operator=(SourceRoot&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

SourceRoot::~SourceRoot() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<int> SourceRoot::OpenFile(std::string_view path) const {
  int directory = fd_;
  std::string_view rest = path;
  while (rest.size() > kMaxPathInOneCall) {
    size_t slash = rest.rfind('/', kMaxPathInOneCall);
    if (slash == std::string_view::npos || slash == 0) break;
    int next = OpenAt(directory, rest.substr(0, slash), O_PATH | O_DIRECTORY);
    int error = errno;
    if (directory != fd_) close(directory);
    errno = error;
    if (next < 0) return ErrnoStatus("cannot open", path);
    directory = next;
    rest.remove_prefix(slash + 1);
  }
  int fd = OpenAt(directory, rest, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  int error = errno;
  if (directory != fd_) close(directory);
  errno = error;
  if (fd < 0) return ErrnoStatus("cannot open", path);
  return fd;
}

void SourceReader::Reserve(size_t bytes) {
  size_t wanted = std::max(bytes, kFirstBuffer);
  if (capacity_ >= wanted && capacity_ / kShrinkFactor <= wanted) return;
  buffer_.reset();  // before the new one, so that both never exist
  buffer_ = std::make_unique_for_overwrite<char[]>(wanted);
  capacity_ = wanted;
}

absl::StatusOr<SourceText> SourceReader::Read(const SourceRoot& root, std::string_view path) {
  absl::StatusOr<int> fd = root.OpenFile(path);
  if (!fd.ok()) return fd.status();
  absl::StatusOr<SourceText> text = ReadDescriptor(*fd, path);
  close(*fd);
  return text;
}

absl::StatusOr<SourceText> SourceReader::ReadDescriptor(int fd, std::string_view path) {
  struct stat st;
  if (fstat(fd, &st) != 0) return ErrnoStatus("cannot stat", path);
  if (!S_ISREG(st.st_mode)) {
    return absl::InvalidArgumentError(StrCat("not a regular file: ", path));
  }
  SourceText result;
  result.stat.size = static_cast<uint64_t>(st.st_size);
  result.stat.mtime_ns = int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec;
  result.stat.inode = st.st_ino;
  if (result.stat.size > max_bytes_) {
    return absl::OutOfRangeError(
        StrCat(path, " has ", result.stat.size, " bytes, more than the limit of ", max_bytes_));
  }
  // One byte more than its size: the read that finds the end needs no second call.
  size_t limit = static_cast<size_t>(result.stat.size) + 1;
  Reserve(limit);
  size_t filled = 0;
  while (filled < limit) {
    // The first piece says whether the rest is worth reading.
    size_t wanted = filled == 0 ? std::min(limit, kFirstRead) : limit - filled;
    ssize_t n = read(fd, buffer_.get() + filled, wanted);
    if (n < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus("cannot read", path);
    }
    if (n == 0) break;
    filled += static_cast<size_t>(n);
    if (filled <= kBinaryProbe || filled == static_cast<size_t>(n)) {
      size_t probe = std::min(filled, kBinaryProbe);
      if (std::memchr(buffer_.get(), 0, probe) != nullptr) {
        result.is_binary = true;
        break;
      }
    }
  }
  // A file that grew since fstat is cut at the size it had: the next run sees its new size.
  filled = std::min(filled, static_cast<size_t>(result.stat.size));
  result.text = {buffer_.get(), filled};
  return result;
}

}  // namespace astrolabe
