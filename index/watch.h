// Follows a workspace as it changes: inotify over the folders that Walk would enter, by the same rules.
//
// inotify watches single directories, not trees, so every new folder has to be watched and, since files
// may have been made in it before, listed. When that cannot be kept up (the kernel's queue
// overflowed, an ignore file changed) a batch says `rescan`: walk again and compare. When watches run out,
// the watcher gives them back and says `rescan` at intervals.
//
// Not noticed until the next walk: changes behind symbolic links, changes of `.git/info/exclude` and of
// ignore files above the root, writes through another machine's mount.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "index/directory.h"
#include "index/ignore_rules.h"
#include "index/walk.h"

namespace astrolabe {

struct WatchOptions {
  WalkOptions walk;  // root and rules; links are not followed, whatever it says
  // A batch ends when nothing has happened for `quiet`, at the latest `max_delay` after its first event.
  absl::Duration quiet = absl::Milliseconds(50);
  absl::Duration max_delay = absl::Seconds(1);
  // How often to say `rescan` when the tree cannot be watched.
  absl::Duration poll_interval = absl::Seconds(5);
  // Folders to watch at most, since all programs of a user share one budget; 0 means as many as the kernel
  // lets.
  size_t max_watches = 0;
};

enum class WatchEventKind : uint8_t {
  kCreated,  // a regular file that is new here, or was moved over another
  kChanged,  // the contents or attributes of a source; other files are followed by name only, as in Walk
  kDeleted,
};

struct WatchEvent {
  std::string path;  // relative to the root, bytes
  WatchEventKind kind = WatchEventKind::kChanged;
  // Only with kDeleted: a folder and all below it went (or was moved away). What is in it now, if it came
  // back, follows as events of their own.
  bool is_directory = false;
};

// What happened in one burst. To be applied in order: at most one event a file, sorted by path, a folder's
// deletion before what lies in it now.
struct WatchBatch {
  std::vector<WatchEvent> events;
  bool rescan = false;  // walk the tree anew; `events` is empty
  std::string reason;   // of the rescan, for the log
};

// One thread at a time, but for Stop.
class Watcher {
 public:
  // Returns when every folder is watched: a Walk started afterwards and the batches together miss nothing.
  // Running out of watches is no error (see polling()). Errors are Walk's for an unusable root.
  static absl::StatusOr<std::unique_ptr<Watcher>> Start(WatchOptions options);
  ~Watcher();

  // Waits for the next batch; an empty one after `timeout`, or when a signal came. Cancelled once Stop was
  // called, NotFound when the root itself is gone; both are final.
  absl::StatusOr<WatchBatch> Next(absl::Duration timeout = absl::InfiniteDuration());

  // Ends Next, now and from then on. Any thread, also a signal handler.
  void Stop();

  // OK while the tree is watched. Otherwise why it is not, and what to do: Next then only says `rescan`.
  const absl::Status& polling() const { return polling_; }
  // Folders watched.
  size_t watch_count() const { return folders_.size(); }

 private:
  struct Folder {
    std::string path;  // full path as IgnoreRules means it, ending in a slash unless empty
    const IgnoreScope* scope = nullptr;
  };

  explicit Watcher(WatchOptions options);
  // Drops all watches and starts over from the root.
  absl::Status Rebuild();
  // Watches the folder at `full_path` (ending in a slash) and all below; with `report`, files in it are
  // recorded as created. `parent` is the scope of the folder around it.
  void AddTree(std::string full_path, const IgnoreScope* parent, bool report);
  // By path from the root's name: a descriptor of the root would keep its deletion from being reported.
  UniqueFd OpenFolder(std::string_view full_path) const;
  // 0 or the errno of the failed watch.
  int AddWatch(int directory_fd, const std::string& full_path, int* watch);
  void ForgetTree(std::string_view full_path);
  // Takes in all that the kernel has; false if nothing was there.
  bool ReadEvents();
  void HandleEvent(int watch, uint32_t mask, std::string_view name);
  void HandleFolder(const std::string& full_path, const IgnoreScope* parent, uint32_t mask);
  void HandleFile(const Folder& folder, std::string_view name, uint32_t mask);
  void Record(std::string_view full_path, WatchEventKind kind);
  bool LeftOut(const Folder& folder, std::string_view full_path, bool is_directory) const;
  void RequestRescan(std::string_view reason);
  void FallBackToPolling(int error);
  WatchBatch TakeBatch();
  absl::StatusOr<WatchBatch> NextPoll(absl::Duration timeout);
  std::string_view Relative(std::string_view full_path) const {
    return full_path.substr(rules_ ? rules_->prefix().size() : 0);
  }

  const WatchOptions options_;
  UniqueFd inotify_fd_;
  UniqueFd stop_fd_;                          // an eventfd; stays readable once Stop was called
  std::unique_ptr<IgnoreRules> rules_;        // null with no_ignore
  absl::flat_hash_map<int, Folder> folders_;  // by watch descriptor
  std::map<std::string, int, std::less<>> watches_;  // by Folder::path
  DirectoryListing listing_;
  // By path relative to the root; a folder's deletion has the slash after its name.
  std::map<std::string, WatchEventKind, std::less<>> pending_;
  std::optional<std::string> rescan_;  // the reason
  bool root_gone_ = false;
  absl::Status polling_;
};

}  // namespace astrolabe
