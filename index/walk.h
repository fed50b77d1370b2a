// The files of a workspace: every name under a root that the ignore rules leave, in one sorted
// list.
//
// Tier 0 starts here, and so does every later run, which compares size, mtime and inode of what it
// finds with what is indexed. Only C-family sources are stat'ed; of other files the name is enough
// (file search), and a stat is half the cost of a walk.
//
// Each directory is one task. It reads its names, applies the rules, stats its sources and sorts
// what is left; a folder sorts as its name with the slash, so that listing the directories
// depth-first gives the whole tree in bytewise order of paths with no sort over all of it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"

namespace astrolabe {

// The defaults are ripgrep's: hidden entries left out, symbolic links not followed, ignore files
// honoured. `.git` is never entered, whatever is set here.
struct WalkOptions {
  std::string root;
  bool hidden = false;  // list names that start with a dot even if no rule says `!name`
  // A link that leads to one of its own parents is reported, not followed.
  bool follow_symlinks = false;
  bool no_ignore = false;  // read no ignore file
  // A folder, relative to the root and without a slash at its end, that is treated as not there: the
  // index's own place, which would be listed (and watched) where `hidden` is set. Empty for none.
  std::string leave_out;
  uint64_t max_file_bytes = uint64_t{32} << 20;  // larger sources are reported as skipped
  size_t max_path_bytes = size_t{16} << 10;      // relative to the root; longer ones are reported
  size_t max_skipped = 1000;  // how many skipped paths are named (all are counted)
  // Called before each directory is read, with its path relative to the root ("" for the root),
  // from any of the walk's threads. May be empty.
  std::function<void(std::string_view)> on_directory;
};

enum class SkipReason : uint8_t {
  kOversized,        // a source beyond max_file_bytes
  kUnreadable,       // no permission, I/O error, broken link that was followed
  kUnreadableRules,  // an ignore file that could not be read; its folder is walked without it
  kSymlinkLoop,
  kPathTooLong,
  kSpecialFile,  // socket, FIFO or device
};
inline constexpr int kSkipReasonCount = 6;

// "oversized", "unreadable", …
std::string_view SkipReasonName(SkipReason reason);

struct WalkSkip {
  std::string path;  // relative to the root; "." is the root
  SkipReason kind = SkipReason::kUnreadable;
  std::string reason;  // for people: "unreadable: Permission denied"
};

// 56 bytes. `path` is relative to the root, has any bytes but NUL (not necessarily UTF-8), and
// lives in the WalkResult. `stat` is that of a source (C family), all zero for other files.
struct WalkEntry {
  std::string_view path;
  FileStat stat;
  bool is_source = false;
};

// Owns the paths. Movable; a const one may be read by any thread.
class WalkResult {
 public:
  std::vector<WalkEntry> entries;  // regular files, sorted bytewise by path
  std::vector<WalkSkip> skipped;   // the first max_skipped, in a fixed order
  std::array<uint64_t, kSkipReasonCount> skipped_counts = {};  // by SkipReason
  uint64_t directories = 0;                                    // read, the root included

  // Bytes held by paths and entries.
  size_t MemoryBytes() const;

  // Copies `prefix` and then `name` into the result's memory.
  std::string_view StorePath(std::string_view prefix, std::string_view name);

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_bytes_ = 0;  // in all blocks
  size_t block_used_ = 0;   // in the last
  size_t block_size_ = 0;   // of the last
};

// Walks `options.root` with the threads of the current task_arena. The result depends on the tree
// alone, not on the number of threads. What cannot be read is reported in it; a file or folder that
// vanishes meanwhile is left out silently.
//
// Errors: NotFound, PermissionDenied or InvalidArgument for a root that cannot be listed,
// Cancelled, and ResourceExhausted when descriptors or memory run out: a list with holes would make
// an indexer drop files that are there.
//
// `cancelled` may be null; it is looked at before each directory.
absl::StatusOr<WalkResult> Walk(const WalkOptions& options,
                                const std::atomic<bool>* cancelled = nullptr);

}  // namespace astrolabe
