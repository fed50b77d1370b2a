// getdents64 into kept buffers. The entries point into the kernel's records: no name is copied.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace astrolabe {
namespace {

// Holds about 1,000 names, so one call lists almost every directory.
constexpr size_t kBufferBytes = size_t{32} << 10;
constexpr size_t kKeptBuffers = 8;

}  // namespace

UniqueFd OpenDirectory(int base_fd, std::string_view path, bool follow) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  UniqueFd current;
  while (path.size() >= PATH_MAX) {
    const size_t slash = path.rfind('/', PATH_MAX - 1);
    if (slash == std::string_view::npos) {
      errno = ENAMETOOLONG;
      return UniqueFd();
    }
    const std::string head(path.substr(0, slash));
    UniqueFd next(openat(current.valid() ? current.get() : base_fd, head.c_str(), O_PATH | kFlags));
    if (!next.valid()) return next;
    current = std::move(next);
    path.remove_prefix(slash + 1);
  }
  const std::string tail = path.empty() ? "." : std::string(path);
  return UniqueFd(openat(current.valid() ? current.get() : base_fd, tail.c_str(),
                         kFlags | (follow ? 0 : O_NOFOLLOW)));
}

DirectoryListing::DirectoryListing() = default;
DirectoryListing::~DirectoryListing() = default;

int DirectoryListing::Read(int fd) {
  entries_.clear();
  // One huge directory must not cost memory for the rest of the walk.
  if (buffers_.size() > kKeptBuffers) buffers_.resize(kKeptBuffers);
  for (size_t used = 0;; ++used) {
    if (used == buffers_.size()) buffers_.emplace_back(new char[kBufferBytes]);
    char* const buffer = buffers_[used].get();
    const ssize_t got = getdents64(fd, buffer, kBufferBytes);
    if (got < 0) return errno;
    if (got == 0) break;
    for (ssize_t at = 0; at < got;) {
      // The kernel keeps records aligned.
      const auto* record = reinterpret_cast<const dirent64*>(buffer + at);
      at += record->d_reclen;
      const char* name = record->d_name;
      if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'))) continue;
      entries_.push_back({.name = name, .name_length = std::strlen(name), .type = record->d_type});
    }
  }
  return 0;
}

}  // namespace astrolabe
