// What can be said about files in terms of FileSystem alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/file_system.h"

#include <unistd.h>

#include <atomic>

#include "base/strings.h"

namespace astrolabe {
namespace {

absl::Status WriteDurably(FileSystem& fs, const std::string& path, std::string_view data) {
  absl::StatusOr<std::unique_ptr<WritableFile>> file = fs.Create(path);
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->Append(data);
  if (status.ok()) status = (*file)->Sync();
  if (status.ok()) status = (*file)->Close();
  return status;
}

}  // namespace

absl::Status AtomicReplace(FileSystem& fs, const std::string& path, std::string_view data) {
  // Unique among threads and processes, so that two replacements at once can't mix their bytes.
  static std::atomic<uint64_t> replacements{0};
  const std::string temporary =
      StrCat(path, ".tmp-", ::getpid(), "-", replacements.fetch_add(1, std::memory_order_relaxed));
  absl::Status status = WriteDurably(fs, temporary, data);
  if (status.ok()) status = fs.Rename(temporary, path);
  if (!status.ok()) {
    // The first error is the one to report; what can't be removed is garbage, not a danger.
    fs.Remove(temporary).IgnoreError();
    return status;
  }
  const size_t slash = path.find_last_of('/');
  return fs.SyncDirectory(slash == std::string::npos ? "."
                          : slash == 0               ? "/"
                                                     : path.substr(0, slash));
}

}  // namespace astrolabe
