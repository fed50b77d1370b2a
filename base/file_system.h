// The operating system's files behind one interface, so that a test can break the disk.
//
// Everything that Astrolabe writes and must not lose (segments, manifest, caches) goes through a
// FileSystem. Three implementations: the real one, one in memory, and one that injects faults into
// another (base/fault_file_system.h). Hot read paths over the user's source files use POSIX calls
// directly (index/source_reader.h): they only read, and a failed read there is an answer, not a
// loss.
//
// Errors are absl::Status with the path in the message: NotFound (ENOENT, ENOTDIR),
// PermissionDenied (EACCES, EPERM, EROFS), ResourceExhausted (ENOSPC, EDQUOT, EMFILE, ENOMEM),
// AlreadyExists (EEXIST), FailedPrecondition (ENOTEMPTY), DataLoss (EIO), InvalidArgument
// (ENAMETOOLONG, ELOOP, EISDIR, not a regular file), Unavailable (the rest of what retrying may
// cure). base/errno_status.h is the table.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace astrolabe {

// What identifies one state of a file. `size` in bytes, `mtime_ns` in nanoseconds since the epoch.
struct FileStat {
  uint64_t size = 0;
  int64_t mtime_ns = 0;
  uint64_t inode = 0;
  bool is_directory = false;

  friend bool operator==(const FileStat&, const FileStat&) = default;
};

// A file's bytes, read-only, mapped where the implementation can. Immutable and shareable between
// threads; unlinking or replacing the file does not change them. Truncating it in place may: where
// it is mapped, touching the lost pages then raises SIGBUS, so nothing of ours is ever truncated.
class FileContents {
 public:
  virtual ~FileContents() = default;
  virtual std::string_view bytes() const = 0;
  // Tells the kernel that [offset, offset+length) is not needed in memory now (it can be read
  // again).
  virtual void Evict(size_t offset, size_t length) const = 0;
};

// An append-only file being written. One thread at a time. Data is durable only after Sync; a file
// destroyed without Close keeps an undefined prefix. An error sticks: every later call returns it.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual absl::Status Append(std::string_view data) = 0;
  // Hands what was appended to the system: it then survives this process, though no loss of power.
  virtual absl::Status Flush() = 0;
  virtual absl::Status Sync() = 0;
  virtual absl::Status Close() = 0;
};

// An advisory lock held until destroyed. The lock is the kernel's: it goes with the process.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual absl::StatusOr<std::unique_ptr<FileContents>> Map(const std::string& path) = 0;
  // Creates, or truncates what is there. Parent directories must exist.
  virtual absl::StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) = 0;
  virtual absl::StatusOr<FileStat> Stat(const std::string& path) = 0;
  // Names (not paths) in `directory`, sorted bytewise, without "." and "..".
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& directory) = 0;
  // With all missing parents; no error if it is there. Those it creates are durable on return.
  virtual absl::Status CreateDirectories(const std::string& directory) = 0;
  // A file or an empty directory. Durable only after SyncDirectory of the parent.
  virtual absl::Status Remove(const std::string& path) = 0;
  // Atomic; replaces `to`. Durable only after SyncDirectory of the parent.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::Status SyncDirectory(const std::string& directory) = 0;
  // Takes the exclusive lock file at `path` without waiting and writes `owner` into it. When
  // another process (or another lock of this one) holds it: Unavailable, with the holder's text in
  // the message.
  virtual absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                         std::string_view owner) = 0;
};

// The process-wide real file system. Never null, never destroyed.
FileSystem& RealFileSystem();

// A private, empty file system in memory; the root directory "/" exists.
std::unique_ptr<FileSystem> NewMemoryFileSystem();

// Writes `data` to `path` so that at every moment, power loss included, the file holds either its
// old bytes or all of the new ones: temporary file beside it, fsync, rename, fsync of the
// directory. On error the old file is untouched and the temporary one (`path`.tmp-PID-N) removed;
// with one exception: if only the last step failed, the new bytes are in place, but a power loss
// may undo that.
absl::Status AtomicReplace(FileSystem& fs, const std::string& path, std::string_view data);

}  // namespace astrolabe
