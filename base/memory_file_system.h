// A file system in memory that knows what a power loss would leave of it.
//
// Whether every fsync is in its place can't be tested on a real disk: the kernel nearly always
// writes in time. This one keeps two states, what processes see and what the disk is sure to hold,
// and Crash() shows what a machine finds after rebooting at that moment.
//
// The model is POSIX at its strictest: WritableFile::Sync makes a file's bytes durable but not its
// name; SyncDirectory makes the names in one directory durable (created, renamed and removed ones)
// but neither bytes nor the directory's own name; CreateDirectories makes what it creates durable.
// Truncating (Create over an existing file) destroys the durable bytes at once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace astrolabe {

namespace memory_internal {
struct Disk;
}

// What of the unsynced state a power loss spares. A kernel may write back any part of it in any
// order; these are the corners of that space, and code that is right survives all of them.
enum class PowerLoss {
  kNothingUnsyncedSurvives,
  kNamesSurvive,  // names as processes see them, bytes only if synced: the file of zero length
  kBytesSurvive,  // the reverse: the old names with all bytes written so far
};

// Thread-safe. Paths are absolute or relative to "/"; "." and ".." are resolved lexically; there
// are no links, so no inode has two names except after a crash between the two syncs of a rename.
class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem();
  ~MemoryFileSystem() override;

  absl::StatusOr<std::unique_ptr<FileContents>> Map(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  absl::StatusOr<FileStat> Stat(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override;
  absl::Status CreateDirectories(const std::string& directory) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status SyncDirectory(const std::string& directory) override;
  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                 std::string_view owner) override;

  // What a reboot would find if the power failed now: an independent copy, nothing locked,
  // everything in it durable. This file system is not changed.
  std::unique_ptr<MemoryFileSystem> Crash(
      PowerLoss loss = PowerLoss::kNothingUnsyncedSurvives) const;

 private:
  // Shared with open files and locks, which may outlive the file system.
  std::shared_ptr<memory_internal::Disk> disk_;
};

}  // namespace astrolabe
