// A disk that breaks on demand.
//
// Wraps another FileSystem and fails the operations that a Fault describes. A test either breaks
// one thing (`fs.Inject({.error = ENOSPC, .operation = FileOperation::kAppend, .path =
// "segment"})`) or breaks everything in turn: run once to learn operations(), then once per N with
// `.skip = N`, and see that each leaves the old state or the new one. Together with
// MemoryFileSystem::Crash this is how index/ shows that it loses nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/file_system.h"

namespace astrolabe {

enum class FileOperation {
  kAny,
  kMap,
  kCreate,
  kAppend,
  kFlush,
  kSync,
  kClose,
  kStat,
  kList,
  kCreateDirectories,
  kRemove,
  kRename,
  kSyncDirectory,
  kLock,
};

// What fails and how. Of the matching operations the first `skip` pass, the next `times` fail, and
// what comes later passes again.
struct Fault {
  static constexpr uint64_t kForever = std::numeric_limits<uint64_t>::max();

  int error = EIO;  // errno; mapped to a Status as for the real file system
  FileOperation operation = FileOperation::kAny;
  std::string path;  // matches every path that contains it; a rename by either of its paths
  uint64_t skip = 0;
  uint64_t times = 1;
  // A failing Append first writes this many bytes of its data, at most all: a short write.
  uint64_t bytes_before_append_fails = 0;
};

// Thread-safe. The wrapped file system must outlive this one and all files opened through it, and
// this one must outlive its files.
class FaultFileSystem final : public FileSystem {
 public:
  explicit FaultFileSystem(FileSystem& base) : base_(base) {}

  // Faults add up; for each operation the first that wants to fail it does.
  void Inject(Fault fault) ABSL_LOCKS_EXCLUDED(mutex_);
  // From now on the disk takes `bytes` more in Append calls, over all files; what goes beyond is
  // written as far as it fits and fails with ENOSPC. Removing files frees nothing.
  void LimitSpace(uint64_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  // Everything works again. Counts are kept.
  void Heal() ABSL_LOCKS_EXCLUDED(mutex_);

  // Operations asked for since construction, failed ones included.
  uint64_t operations() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Of these, the ones that were made to fail.
  uint64_t failures() const ABSL_LOCKS_EXCLUDED(mutex_);

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

 private:
  friend class FaultWritableFile;

  struct ArmedFault {
    Fault fault;
    uint64_t seen = 0;  // matching operations so far
  };
  struct Verdict {
    absl::Status status;
    uint64_t append_bytes = 0;  // how much a failing Append still writes
  };

  // Counts one operation and decides whether it fails. `other_path` is a rename's target.
  absl::Status Check(FileOperation operation, std::string_view action, const std::string& path,
                     std::string_view other_path = {}) ABSL_LOCKS_EXCLUDED(mutex_);
  Verdict CheckAppend(const std::string& path, uint64_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  const Fault* Match(FileOperation operation, const std::string& path, std::string_view other_path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  FileSystem& base_;
  mutable absl::Mutex mutex_;
  std::vector<ArmedFault> faults_ ABSL_GUARDED_BY(mutex_);
  uint64_t space_ ABSL_GUARDED_BY(mutex_) = std::numeric_limits<uint64_t>::max();
  uint64_t operations_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace astrolabe
