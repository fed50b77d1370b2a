// The parallel walk: a tree of directory nodes built by tasks, then flattened in order.
//
// No recursion anywhere (a chain of folders may be thousands deep): tasks spawn tasks and never
// wait, nodes are owned by one list, and flattening keeps its own stack. A task goes on into one of
// the folders it found by itself, relative to the descriptor it has open, so that a deep chain
// costs one openat a level; the other folders are opened by their path from the root when their
// turn comes, so that descriptors in use do not grow with what is pending.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "base/unique_fd.h"
#include "index/directory.h"
#include "index/ignore_rules.h"
#include "index/language.h"

namespace astrolabe {
namespace {

struct Node;

enum class ItemKind : uint8_t { kFile, kDirectory, kSkipped };

// What a directory keeps of one of its entries. The name is in the node's `names`.
struct Item {
  uint32_t name_offset = 0;
  uint16_t name_length = 0;
  ItemKind kind = ItemKind::kFile;
  bool is_source = false;
  SkipReason reason = SkipReason::kUnreadable;
  int error = 0;
  FileStat stat;  // of sources
  Node* child = nullptr;
};

// One directory. Written by the one task that visits it, read after all tasks ended.
struct Node {
  const Node* parent = nullptr;
  std::string names;
  std::vector<Item> items;
  // Set where the directory itself was skipped; the rules error names a file in it.
  std::optional<SkipReason> skipped;
  int error = 0;
  std::vector<IgnoreFileError> rule_errors;
  // Identity, known only when links are followed: what a loop is recognised by.
  uint64_t device = 0;
  uint64_t inode = 0;

  std::string_view NameOf(const Item& item) const {
    return std::string_view(names).substr(item.name_offset, item.name_length);
  }
};

// Bytewise order of the paths below, folders taken with the slash that follows their name in them.
bool ComesBefore(std::string_view a, bool a_is_directory, std::string_view b, bool b_is_directory) {
  const size_t common = std::min(a.size(), b.size());
  const int order = std::memcmp(a.data(), b.data(), common);
  if (order != 0) return order < 0;
  const auto next = [common](std::string_view name, bool is_directory) -> int {
    if (common < name.size()) return static_cast<unsigned char>(name[common]);
    return is_directory ? '/' : 0;
  };
  return next(a, a_is_directory) < next(b, b_is_directory);
}

bool IsResourceError(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM; }

FileStat StatOf(const struct stat& status) {
  return {.size = static_cast<uint64_t>(status.st_size),
          .mtime_ns = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          .inode = status.st_ino};
}

bool Vanished(int error) { return error == ENOENT || error == ENOTDIR; }

std::string_view WithoutSlash(std::string_view folder) {
  if (!folder.empty()) folder.remove_suffix(1);
  return folder;
}

// A directory to be visited.
struct Visit {
  Node* node = nullptr;
  std::string path;  // full path as IgnoreRules means it, ending in a slash unless empty
  const IgnoreScope* scope = nullptr;
  bool follow = false;  // reached through a symbolic link
};

class Walker {
 public:
  Walker(const WalkOptions& options, const std::atomic<bool>* cancelled)
      : options_(options), cancelled_(cancelled) {}

  absl::StatusOr<WalkResult> Run();

 private:
  // Visits a directory and then, one after the other, folders found in it; spawns the rest.
  void Spawn(Visit visit);
  void VisitChain(Visit visit, UniqueFd fd);
  // Fills visit.node; the folders found are appended to `found`.
  void VisitOne(Visit& visit, const UniqueFd& fd, std::vector<Visit>& found);
  void AddEntry(Visit& visit, int fd, const DirectoryEntry& entry, size_t base_length,
                std::vector<Visit>& found);
  bool IsLoop(const Node* node) const;
  void Fail(int error);
  bool Cancelled() const { return cancelled_ != nullptr && cancelled_->load(); }
  Node* NewNode(const Node* parent) ABSL_LOCKS_EXCLUDED(mutex_);
  WalkResult Flatten(const Node& root);

  const WalkOptions& options_;
  const std::atomic<bool>* const cancelled_;
  std::optional<IgnoreRules> rules_;  // none with no_ignore
  UniqueFd root_fd_;
  size_t prefix_length_ = 0;  // of full paths, not part of the result's

  tbb::task_group tasks_;
  tbb::enumerable_thread_specific<DirectoryListing> listings_;
  std::atomic<int> fatal_error_ = 0;  // errno of the first resource error
  std::atomic<uint64_t> directories_ = 0;
  std::atomic<uint64_t> files_ = 0;

  absl::Mutex mutex_;
  std::deque<Node> nodes_ ABSL_GUARDED_BY(mutex_);
};

absl::Status RootError(const std::string& root, int error) {
  const std::string message =
      StrCat("cannot list the workspace folder ", root, ": ", std::strerror(error),
             "; name a folder that you can read with --root");
  if (Vanished(error)) return absl::NotFoundError(message);
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(message);
  if (IsResourceError(error)) return absl::ResourceExhaustedError(message);
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<WalkResult> Walker::Run() {
  root_fd_ = OpenDirectory(AT_FDCWD, options_.root, /*follow=*/true);
  if (!root_fd_.valid()) return RootError(options_.root, errno);
  Visit start;
  if (!options_.no_ignore) {
    rules_.emplace(options_.root);
    start.path = std::string(rules_->prefix());
    start.scope = rules_->above_root();
  }
  prefix_length_ = start.path.size();
  Node* const root = NewNode(nullptr);
  start.node = root;
  start.follow = true;
  Spawn(std::move(start));
  tasks_.wait();

  if (Cancelled()) {
    return absl::CancelledError(StrCat("the walk of ", options_.root, " was cancelled"));
  }
  if (const int error = fatal_error_.load(); error != 0) {
    return absl::ResourceExhaustedError(
        StrCat("walking ", options_.root, ": ", std::strerror(error),
               "; raise the limit (ulimit -n for open files) and try again"));
  }
  if (root->skipped.has_value()) return RootError(options_.root, root->error);
  return Flatten(*root);
}

Node* Walker::NewNode(const Node* parent) {
  absl::MutexLock lock(&mutex_);
  nodes_.emplace_back();
  nodes_.back().parent = parent;
  return &nodes_.back();
}

void Walker::Fail(int error) {
  int none = 0;
  fatal_error_.compare_exchange_strong(none, error);
}

// task_group wants a copyable functor that it may call as const.
void Walker::Spawn(Visit visit) {
  auto shared = std::make_shared<Visit>(std::move(visit));
  tasks_.run([this, shared] { VisitChain(std::move(*shared), UniqueFd()); });
}

void Walker::VisitChain(Visit visit, UniqueFd fd) {
  std::vector<Visit> found;
  for (;;) {
    if (Cancelled() || fatal_error_.load(std::memory_order_relaxed) != 0) return;
    const std::string_view path = std::string_view(visit.path).substr(prefix_length_);
    if (options_.on_directory) options_.on_directory(WithoutSlash(path));
    if (!fd.valid()) {
      fd = OpenDirectory(root_fd_.get(), path, visit.follow);
    }
    if (fd.valid()) {
      VisitOne(visit, fd, found);
    } else if (IsResourceError(errno)) {
      Fail(errno);
    } else if (!Vanished(errno) || visit.node->parent == nullptr) {
      visit.node->error = errno;
      visit.node->skipped = errno == ELOOP ? SkipReason::kSymlinkLoop : SkipReason::kUnreadable;
    }
    if (found.empty()) return;
    Visit next = std::move(found.back());
    found.pop_back();
    for (Visit& other : found) {
      Spawn(std::move(other));
    }
    found.clear();
    const std::string_view name =
        std::string_view(next.path).substr(visit.path.size());  // still with its slash
    // An invalid descriptor is tried once more by path, which also sets errno for the report.
    fd = OpenDirectory(fd.get(), name, next.follow);
    visit = std::move(next);
  }
}

bool Walker::IsLoop(const Node* node) const {
  for (const Node* above = node->parent; above != nullptr; above = above->parent) {
    if (above->inode == node->inode && above->device == node->device) return true;
  }
  return false;
}

void Walker::VisitOne(Visit& visit, const UniqueFd& fd, std::vector<Visit>& found) {
  Node& node = *visit.node;
  if (options_.follow_symlinks) {
    struct stat status;
    if (fstat(fd.get(), &status) == 0) {
      node.device = status.st_dev;
      node.inode = status.st_ino;
    }
    if (visit.follow && IsLoop(&node)) {
      node.skipped = SkipReason::kSymlinkLoop;
      return;
    }
  }
  DirectoryListing& listing = listings_.local();
  if (const int error = listing.Read(fd.get()); error != 0) {
    if (IsResourceError(error)) {
      Fail(error);
    } else if (!Vanished(error) || node.parent == nullptr) {
      node.skipped = SkipReason::kUnreadable;
      node.error = error;
    }
    return;
  }
  directories_.fetch_add(1, std::memory_order_relaxed);

  const size_t base_length = visit.path.size();
  if (rules_.has_value()) {
    IgnoreFileNames names;
    for (const DirectoryEntry& entry : listing.entries()) {
      names.See({entry.name, entry.name_length});
    }
    visit.scope = rules_->Enter(visit.scope, fd.get(), base_length, names, &node.rule_errors);
  }

  for (const DirectoryEntry& entry : listing.entries()) {
    visit.path.resize(base_length);
    visit.path.append(entry.name, entry.name_length);
    AddEntry(visit, fd.get(), entry, base_length, found);
  }
  visit.path.resize(base_length);

  const size_t files =
      static_cast<size_t>(std::count_if(node.items.begin(), node.items.end(), [](const Item& item) {
        return item.kind == ItemKind::kFile;
      }));
  files_.fetch_add(files, std::memory_order_relaxed);
  std::sort(node.items.begin(), node.items.end(), [&node](const Item& a, const Item& b) {
    return ComesBefore(node.NameOf(a), a.child != nullptr, node.NameOf(b), b.child != nullptr);
  });
  node.items.shrink_to_fit();
  node.names.shrink_to_fit();
}

// `visit.path` is the entry's.
void Walker::AddEntry(Visit& visit, int fd, const DirectoryEntry& entry, size_t base_length,
                      std::vector<Visit>& found) {
  const std::string_view name(entry.name, entry.name_length);
  if (name == ".git") return;
  struct stat status;
  bool have_status = false;
  int error = 0;
  mode_t type = DTTOIF(entry.type);
  if (entry.type == DT_UNKNOWN) {
    if (fstatat(fd, entry.name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      error = errno;
    } else {
      type = status.st_mode & S_IFMT;
      have_status = true;
    }
  }
  const bool is_link = type == S_IFLNK;
  if (is_link) {
    if (!options_.follow_symlinks) return;
    have_status = fstatat(fd, entry.name, &status, 0) == 0;
    error = have_status ? 0 : errno;
    type = have_status ? status.st_mode & S_IFMT : S_IFREG;
  }

  const bool is_directory = type == S_IFDIR;
  if (IgnoreRules::LeavesOut(visit.scope, visit.path, base_length, is_directory, options_.hidden)) {
    return;
  }
  if (is_directory && !options_.leave_out.empty() &&
      std::string_view(visit.path).substr(prefix_length_) == options_.leave_out) {
    return;
  }

  Node& node = *visit.node;
  Item item;
  const auto skip = [&item](SkipReason reason, int why) {
    item.kind = ItemKind::kSkipped;
    item.reason = reason;
    item.error = why;
  };
  if (error == 0 && type == S_IFREG && RoleOfFileName(name) != SourceRole::kNone) {
    item.is_source = true;
    if (!have_status && fstatat(fd, entry.name, &status, AT_SYMLINK_NOFOLLOW) != 0) error = errno;
  }
  if (error != 0) {
    if (IsResourceError(error)) return Fail(error);
    if (Vanished(error) && !is_link) return;
    skip(error == ELOOP ? SkipReason::kSymlinkLoop : SkipReason::kUnreadable, error);
  } else if (visit.path.size() - prefix_length_ > options_.max_path_bytes) {
    skip(SkipReason::kPathTooLong, 0);
  } else if (is_directory) {
    item.kind = ItemKind::kDirectory;
    item.child = NewNode(&node);
    found.push_back(
        {.node = item.child, .path = visit.path + "/", .scope = visit.scope, .follow = is_link});
  } else if (type != S_IFREG) {
    skip(SkipReason::kSpecialFile, 0);
  } else if (item.is_source) {
    if (!S_ISREG(status.st_mode)) return;  // replaced meanwhile
    item.stat = StatOf(status);
    if (item.stat.size > options_.max_file_bytes) skip(SkipReason::kOversized, 0);
  }
  item.name_offset = static_cast<uint32_t>(node.names.size());
  item.name_length = static_cast<uint16_t>(name.size());
  node.names.append(name);
  node.items.push_back(item);
}

WalkResult Walker::Flatten(const Node& root) {
  WalkResult result;
  result.directories = directories_.load();
  result.entries.reserve(files_.load());
  const auto report = [&](std::string_view folder, std::string_view name, SkipReason reason,
                          int error) {
    ++result.skipped_counts[static_cast<size_t>(reason)];
    if (result.skipped.size() >= options_.max_skipped) return;
    result.skipped.push_back(
        {.path = folder.empty() && name.empty() ? "." : StrCat(folder, name),
         .kind = reason,
         .reason = error == 0 ? std::string(SkipReasonName(reason))
                              : StrCat(SkipReasonName(reason), ": ", std::strerror(error))});
  };

  struct Frame {
    const Node* node;
    size_t next_item;
    size_t folder_length;
  };
  std::vector<Frame> stack;
  std::string folder;  // of the top frame, with its slash
  const auto enter = [&](const Node& node) {
    if (node.skipped.has_value()) report(WithoutSlash(folder), "", *node.skipped, node.error);
    for (const IgnoreFileError& error : node.rule_errors) {
      report(folder, error.name, SkipReason::kUnreadableRules, error.error);
    }
    stack.push_back({.node = &node, .next_item = 0, .folder_length = folder.size()});
  };
  enter(root);
  while (!stack.empty()) {
    Frame& frame = stack.back();
    folder.resize(frame.folder_length);
    if (frame.next_item == frame.node->items.size()) {
      stack.pop_back();
      continue;
    }
    const Item& item = frame.node->items[frame.next_item++];
    const std::string_view name = frame.node->NameOf(item);
    switch (item.kind) {
      case ItemKind::kFile:
        result.entries.push_back({.path = result.StorePath(folder, name),
                                  .stat = item.stat,
                                  .is_source = item.is_source});
        break;
      case ItemKind::kDirectory:
        folder.append(name).push_back('/');
        enter(*item.child);
        break;
      case ItemKind::kSkipped:
        report(folder, name, item.reason, item.error);
        break;
    }
  }
  return result;
}

}  // namespace

std::string_view SkipReasonName(SkipReason reason) {
  switch (reason) {
    case SkipReason::kOversized:
      return "oversized";
    case SkipReason::kUnreadable:
      return "unreadable";
    case SkipReason::kUnreadableRules:
      return "unreadable ignore file";
    case SkipReason::kSymlinkLoop:
      return "symlink loop";
    case SkipReason::kPathTooLong:
      return "path too long";
    case SkipReason::kSpecialFile:
      return "special file";
  }
  return "unknown";
}

size_t WalkResult::MemoryBytes() const {
  return block_bytes_ + entries.capacity() * sizeof(WalkEntry);
}

std::string_view WalkResult::StorePath(std::string_view prefix, std::string_view name) {
  constexpr size_t kBlockBytes = size_t{256} << 10;
  const size_t length = prefix.size() + name.size();
  if (length > block_size_ - block_used_) {
    block_size_ = std::max(kBlockBytes, length);
    blocks_.emplace_back(new char[block_size_]);
    block_bytes_ += block_size_;
    block_used_ = 0;
  }
  char* const path = blocks_.back().get() + block_used_;
  std::memcpy(path, prefix.data(), prefix.size());
  std::memcpy(path + prefix.size(), name.data(), name.size());
  block_used_ += length;
  return {path, length};
}

absl::StatusOr<WalkResult> Walk(const WalkOptions& options, const std::atomic<bool>* cancelled) {
  return Walker(options, cancelled).Run();
}

}  // namespace astrolabe
