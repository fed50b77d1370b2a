// The inotify side: which folders are watched, what an event means, how events become batches.
//
// A watch belongs to an inode, and the kernel hands out the same number when a folder that is already
// watched is added again, under whatever path. So the tables are corrected, not trusted, when that
// happens: a folder that is moved shows up at its new place before its old one is reported gone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "base/errno_status.h"
#include "base/strings.h"
#include "index/language.h"

namespace astrolabe {
namespace {

// IN_MODIFY besides IN_CLOSE_WRITE: some programs keep a file open for as long as they run.
constexpr uint32_t kMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY |
                           IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |
                           IN_EXCL_UNLINK;
constexpr uint32_t kAppeared = IN_CREATE | IN_MOVED_TO;
constexpr uint32_t kDisappeared = IN_DELETE | IN_MOVED_FROM;

constexpr std::string_view kQueueOverflowed = "the kernel's queue of file events overflowed";
constexpr std::string_view kRulesChanged = "an ignore file changed";

bool IsRegular(int directory_fd, const char* name, unsigned char type) {
  if (type != DT_UNKNOWN) return type == DT_REG;
  struct stat status;
  return fstatat(directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

bool IsFolder(int directory_fd, const char* name, unsigned char type) {
  if (type != DT_UNKNOWN) return type == DT_DIR;
  struct stat status;
  return fstatat(directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

// For poll(2): milliseconds, rounded up so that a short wait is no busy loop; -1 is for ever.
int PollTimeout(absl::Duration wait) {
  if (wait == absl::InfiniteDuration()) return -1;
  const int64_t milliseconds = absl::ToInt64Milliseconds(wait + absl::Microseconds(999));
  return static_cast<int>(std::clamp<int64_t>(milliseconds, 0, 1'000'000'000));
}

}  // namespace

Watcher::Watcher(WatchOptions options) : options_(std::move(options)) {}
Watcher::~Watcher() = default;

absl::StatusOr<std::unique_ptr<Watcher>> Watcher::Start(WatchOptions options) {
  std::unique_ptr<Watcher> watcher(new Watcher(std::move(options)));
  watcher->stop_fd_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!watcher->stop_fd_.valid()) {
    return ErrnoStatus(errno, "start watching", watcher->options_.walk.root);
  }
  if (absl::Status status = watcher->Rebuild(); !status.ok()) return status;
  // The caller walks the tree now anyway.
  watcher->rescan_.reset();
  return watcher;
}

absl::Status Watcher::Rebuild() {
  folders_.clear();
  watches_.clear();
  pending_.clear();
  inotify_fd_.Reset();
  rules_.reset();
  if (!options_.walk.no_ignore) rules_ = std::make_unique<IgnoreRules>(options_.walk.root);
  const std::string root = rules_ ? std::string(rules_->prefix()) : "";
  if (!OpenFolder(root).valid()) return ErrnoStatus(errno, "watch", options_.walk.root);
  inotify_fd_ = UniqueFd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify_fd_.valid()) {
    FallBackToPolling(errno);
    return absl::OkStatus();
  }
  AddTree(root, rules_ ? rules_->above_root() : nullptr, /*report=*/false);
  return absl::OkStatus();
}

UniqueFd Watcher::OpenFolder(std::string_view full_path) const {
  const std::string_view path = Relative(full_path);
  return OpenDirectory(AT_FDCWD, StrCat(options_.walk.root, "/", path), /*follow=*/path.empty());
}

int Watcher::AddWatch(int directory_fd, const std::string& full_path, int* watch) {
  if (options_.max_watches != 0 && folders_.size() >= options_.max_watches) return ENOSPC;
  // By descriptor, since a path may be longer than the kernel takes, and may by now name another folder.
  const std::string self = StrCat("/proc/self/fd/", directory_fd);
  *watch = inotify_add_watch(inotify_fd_.get(), self.c_str(), kMask);
  if (*watch < 0) return errno;
  Folder& folder = folders_[*watch];
  if (folder.path != full_path) {
    const auto old = watches_.find(folder.path);
    if (old != watches_.end() && old->second == *watch) watches_.erase(old);
  }
  folder.path = full_path;
  watches_[full_path] = *watch;
  return 0;
}

void Watcher::AddTree(std::string full_path, const IgnoreScope* parent, bool report) {
  std::vector<Folder> waiting;
  waiting.push_back({.path = std::move(full_path), .scope = parent});
  std::vector<IgnoreFileError> errors;  // the next walk reports them
  while (!waiting.empty() && inotify_fd_.valid()) {
    Folder folder = std::move(waiting.back());
    waiting.pop_back();
    const UniqueFd fd = OpenFolder(folder.path);
    if (!fd.valid()) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) FallBackToPolling(errno);
      continue;  // gone again, or not ours to read
    }
    int watch = -1;
    const int error = AddWatch(fd.get(), folder.path, &watch);
    if (error == EACCES) continue;
    if (error != 0) {
      FallBackToPolling(error);
      return;
    }
    // Listed only now that it is watched: what comes later is an event.
    if (listing_.Read(fd.get()) != 0) continue;
    if (rules_) {
      IgnoreFileNames names;
      for (const DirectoryEntry& entry : listing_.entries()) {
        names.See({entry.name, entry.name_length});
      }
      folder.scope = rules_->Enter(folder.scope, fd.get(), folder.path.size(), names, &errors);
    }
    folders_[watch].scope = folder.scope;
    for (const DirectoryEntry& entry : listing_.entries()) {
      std::string path = StrCat(folder.path, std::string_view(entry.name, entry.name_length));
      const bool is_folder = IsFolder(fd.get(), entry.name, entry.type);
      if (LeftOut(folder, path, is_folder)) continue;
      if (is_folder) {
        if (Relative(path).size() > options_.walk.max_path_bytes) continue;
        waiting.push_back({.path = std::move(path) + "/", .scope = folder.scope});
      } else if (report && IsRegular(fd.get(), entry.name, entry.type)) {
        Record(path, WatchEventKind::kCreated);
      }
    }
  }
}

bool Watcher::LeftOut(const Folder& folder, std::string_view full_path, bool is_directory) const {
  if (full_path.substr(folder.path.size()) == ".git") return true;
  if (is_directory && !options_.walk.leave_out.empty() &&
      Relative(full_path) == options_.walk.leave_out) {
    return true;
  }
  return IgnoreRules::LeavesOut(folder.scope, full_path, folder.path.size(), is_directory,
                                options_.walk.hidden);
}

void Watcher::ForgetTree(std::string_view full_path) {
  auto at = watches_.lower_bound(full_path);
  while (at != watches_.end() &&
         std::string_view(at->first).substr(0, full_path.size()) == full_path) {
    inotify_rm_watch(inotify_fd_.get(), at->second);
    folders_.erase(at->second);
    at = watches_.erase(at);
  }
}

bool Watcher::ReadEvents() {
  alignas(inotify_event) char buffer[size_t{64} << 10];
  bool any = false;
  while (inotify_fd_.valid() && !rescan_.has_value()) {
    const ssize_t got = read(inotify_fd_.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return any;
    any = true;
    for (ssize_t at = 0; at < got && inotify_fd_.valid();) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      // The name is padded with zero bytes.
      const size_t length = event->len == 0 ? 0 : strnlen(event->name, event->len);
      HandleEvent(event->wd, event->mask, {event->name, length});
    }
  }
  return any;
}

void Watcher::HandleEvent(int watch, uint32_t mask, std::string_view name) {
  if ((mask & IN_Q_OVERFLOW) != 0) return RequestRescan(kQueueOverflowed);
  const auto found = folders_.find(watch);
  if (found == folders_.end()) return;
  if ((mask & IN_IGNORED) != 0) {
    const auto by_path = watches_.find(found->second.path);
    if (by_path != watches_.end() && by_path->second == watch) watches_.erase(by_path);
    folders_.erase(found);
    return;
  }
  const Folder folder = found->second;
  if (name.empty()) {
    const bool is_root = Relative(folder.path).empty();
    if (is_root && (mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0) root_gone_ = true;
    return;
  }
  if (rules_) {
    IgnoreFileNames names;
    names.See(name);
    // A `.git` that comes or goes makes another repository of the folder; changes inside do not count.
    if (names.dot_ignore || names.gitignore ||
        (names.dot_git && (mask & (kAppeared | kDisappeared)) != 0)) {
      return RequestRescan(kRulesChanged);
    }
  }
  const bool is_directory = (mask & IN_ISDIR) != 0;
  const std::string full_path = StrCat(folder.path, name);
  if (LeftOut(folder, full_path, is_directory)) return;
  if (is_directory) {
    HandleFolder(full_path + "/", folder.scope, mask);
  } else {
    HandleFile(folder, name, mask);
  }
}

void Watcher::HandleFolder(const std::string& full_path, const IgnoreScope* parent, uint32_t mask) {
  if ((mask & kDisappeared) != 0) {
    ForgetTree(full_path);
    const std::string_view below = Relative(full_path);
    auto at = pending_.lower_bound(below);
    while (at != pending_.end() && std::string_view(at->first).substr(0, below.size()) == below) {
      at = pending_.erase(at);
    }
    pending_[std::string(below)] = WatchEventKind::kDeleted;
  } else if ((mask & kAppeared) != 0) {
    AddTree(full_path, parent, /*report=*/true);
  }
}

void Watcher::HandleFile(const Folder& folder, std::string_view name, uint32_t mask) {
  const std::string full_path = StrCat(folder.path, name);
  if ((mask & kDisappeared) != 0) return Record(full_path, WatchEventKind::kDeleted);
  if ((mask & kAppeared) != 0) {
    // Only regular files are listed; what this is, the event does not tell.
    const UniqueFd fd = OpenFolder(folder.path);
    const std::string text(name);
    if (!fd.valid() || !IsRegular(fd.get(), text.c_str(), DT_UNKNOWN)) return;
    return Record(full_path, WatchEventKind::kCreated);
  }
  if (RoleOfFileName(name) != SourceRole::kNone) Record(full_path, WatchEventKind::kChanged);
}

void Watcher::Record(std::string_view full_path, WatchEventKind kind) {
  const std::string_view path = Relative(full_path);
  const auto before = pending_.find(path);
  if (before == pending_.end()) {
    pending_.emplace(path, kind);
  } else if (kind == WatchEventKind::kDeleted || before->second != WatchEventKind::kCreated) {
    // A file that was there before this batch and is there again has changed.
    before->second =
        kind == WatchEventKind::kDeleted ? WatchEventKind::kDeleted : WatchEventKind::kChanged;
  }
}

void Watcher::RequestRescan(std::string_view reason) {
  if (!rescan_.has_value()) rescan_ = std::string(reason);
}

void Watcher::FallBackToPolling(int error) {
  std::string advice;
  if (error == ENOSPC) {
    advice = "raise fs.inotify.max_user_watches with sysctl";
  } else if (error == EMFILE) {
    advice = "raise fs.inotify.max_user_instances with sysctl, or the limit of open files";
  } else {
    advice = "is /proc mounted?";
  }
  polling_ = absl::ResourceExhaustedError(
      StrCat("cannot watch all of ", options_.walk.root, " (", std::strerror(error), " after ",
             folders_.size(), " folders); looking at the whole tree every ",
             absl::FormatDuration(options_.poll_interval), " instead; ", advice));
  inotify_fd_.Reset();
  folders_.clear();
  watches_.clear();
  RequestRescan(ToStd(polling_.message()));
}

WatchBatch Watcher::TakeBatch() {
  WatchBatch batch;
  for (const auto& [path, kind] : pending_) {
    const bool is_directory = path.back() == '/';
    batch.events.push_back({.path = path.substr(0, path.size() - (is_directory ? 1 : 0)),
                            .kind = kind,
                            .is_directory = is_directory});
  }
  pending_.clear();
  return batch;
}

absl::StatusOr<WatchBatch> Watcher::NextPoll(absl::Duration timeout) {
  pollfd stop{.fd = stop_fd_.get(), .events = POLLIN, .revents = 0};
  const int ready = poll(&stop, 1, PollTimeout(std::min(timeout, options_.poll_interval)));
  if (ready > 0) return absl::CancelledError("watching was stopped");
  WatchBatch batch;
  if (ready == 0 && timeout >= options_.poll_interval) {
    batch.rescan = true;
    batch.reason = std::string(ToStd(polling_.message()));
  }
  return batch;
}

absl::StatusOr<WatchBatch> Watcher::Next(absl::Duration timeout) {
  const absl::Time give_up = absl::Now() + timeout;
  absl::Time batch_ends = absl::InfiniteFuture();  // at the latest
  for (;;) {
    if (root_gone_) {
      return absl::NotFoundError(
          StrCat("the workspace folder ", options_.walk.root, " was deleted or moved away"));
    }
    if (rescan_.has_value()) {
      // Watched anew before the caller walks, so that nothing falls between.
      WatchBatch batch{.events = {}, .rescan = true, .reason = *rescan_};
      if (polling_.ok()) {
        if (absl::Status status = Rebuild(); !status.ok()) return status;
      }
      rescan_.reset();
      pending_.clear();
      return batch;
    }
    if (!polling_.ok()) return NextPoll(timeout);

    const absl::Time now = absl::Now();
    absl::Duration wait = give_up - now;
    if (!pending_.empty()) wait = std::min(options_.quiet, batch_ends - now);
    pollfd sources[] = {{.fd = stop_fd_.get(), .events = POLLIN, .revents = 0},
                        {.fd = inotify_fd_.get(), .events = POLLIN, .revents = 0}};
    const int ready = poll(sources, 2, PollTimeout(std::max(wait, absl::ZeroDuration())));
    if (ready > 0 && sources[0].revents != 0) return absl::CancelledError("watching was stopped");
    const bool batch_is_due = !pending_.empty() && absl::Now() >= batch_ends;
    if (ready > 0 && !batch_is_due) {
      const bool first = pending_.empty();
      ReadEvents();
      if (first && !pending_.empty()) batch_ends = absl::Now() + options_.max_delay;
      // Events that concern nobody must not keep the caller beyond its time.
      if (pending_.empty() && !rescan_ && !root_gone_ && absl::Now() >= give_up)
        return WatchBatch();
      continue;
    }
    // Quiet, due, out of time, or a signal: what there is, which may be nothing.
    return TakeBatch();
  }
}

void Watcher::Stop() {
  const uint64_t one = 1;
  // Fails only when the counter is full, that is, when it was stopped before.
  [[maybe_unused]] const ssize_t written = write(stop_fd_.get(), &one, sizeof one);
}

}  // namespace astrolabe
