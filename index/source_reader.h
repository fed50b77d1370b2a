// Reads the user's source files: one buffer per thread, filled by read(2).
//
// Not mapped, although DESIGN.md's issue suggests it: a mapped file that is truncated meanwhile
// kills the process with SIGBUS, its pages count as our memory, and mapping 55,000 files of 20 KB
// cost more in page faults and munmap than copying 1.2 GB does (bench/scan has both).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace astrolabe {

// A directory held open, below which files are named by relative paths of any length.
class SourceRoot {
 public:
  static absl::StatusOr<SourceRoot> Open(const std::string& directory);
  SourceRoot(SourceRoot&& other) noexcept;
  SourceRoot& operator=(SourceRoot&& other) noexcept;
  ~SourceRoot();

  // A file descriptor for reading `path`, which the caller closes. Paths beyond PATH_MAX are walked
  // folder by folder. Never blocks on a FIFO.
  absl::StatusOr<int> OpenFile(std::string_view path) const;

  int fd() const { return fd_; }

 private:
  explicit SourceRoot(int fd) : fd_(fd) {}

  int fd_ = -1;
};

// What one read of a file found. `text` stays valid until the reader's next call.
struct SourceText {
  std::string_view text;
  FileStat stat;           // taken from the same descriptor, before reading
  bool is_binary = false;  // a zero byte near its start: `text` is then only that start
};

// Reads files one after the other into a buffer of its own. One thread at a time.
class SourceReader {
 public:
  // Files beyond `max_bytes` are refused with OutOfRange; the buffer never grows past that.
  explicit SourceReader(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // A file that grows while it is read is cut at `max_bytes`; one that shrinks ends where it ends.
  absl::StatusOr<SourceText> Read(const SourceRoot& root, std::string_view path);

 private:
  absl::StatusOr<SourceText> ReadDescriptor(int fd, std::string_view path);
  void Reserve(size_t bytes);

  uint64_t max_bytes_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
};

}  // namespace astrolabe
