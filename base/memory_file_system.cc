// A tree of nodes under one mutex. Each directory has its names twice: as seen and as durable.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/memory_file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/errno_status.h"
#include "base/strings.h"

namespace astrolabe {
namespace memory_internal {

struct Node;
using NodePtr = std::shared_ptr<Node>;
using Names = std::map<std::string, NodePtr, std::less<>>;

// A file or a directory. Guarded by the mutex of its Disk.
struct Node {
  FileStat stat;
  // Of a file. Files only grow, so the durable part is a prefix.
  std::string bytes;
  size_t durable_bytes = 0;
  // The last copy given out by Map, while it is the current state.
  std::shared_ptr<const std::string> mapped;
  std::optional<std::string> lock_holder;
  // Of a directory.
  Names seen;
  Names durable;
};

struct Disk {
  absl::Mutex mutex;
  NodePtr root ABSL_GUARDED_BY(mutex) = std::make_shared<Node>();
  uint64_t next_inode ABSL_GUARDED_BY(mutex) = 2;
  int64_t last_mtime_ns ABSL_GUARDED_BY(mutex) = 0;

  Disk() {
    absl::MutexLock lock(&mutex);
    root->stat = {.size = 0, .mtime_ns = Now(), .inode = 1, .is_directory = true};
  }

  // Strictly increasing, so that no two states of a file have the same time.
  int64_t Now() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    return last_mtime_ns = std::max(last_mtime_ns + 1, absl::GetCurrentTimeNanos());
  }

  NodePtr NewNode(bool is_directory) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    auto node = std::make_shared<Node>();
    node->stat = {
        .size = 0, .mtime_ns = Now(), .inode = next_inode++, .is_directory = is_directory};
    return node;
  }
};

}  // namespace memory_internal

namespace {

using memory_internal::Disk;
using memory_internal::Names;
using memory_internal::Node;
using memory_internal::NodePtr;

// The names on the way from the root.
std::vector<std::string> Split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
  }
  return parts;
}

NodePtr Walk(const Disk& disk, const std::vector<std::string>& parts)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(disk.mutex) {
  NodePtr node = disk.root;
  for (const std::string& part : parts) {
    const auto found = node->seen.find(part);
    if (found == node->seen.end()) return nullptr;
    node = found->second;
  }
  return node;
}

NodePtr Find(const Disk& disk, std::string_view path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(disk.mutex) {
  return Walk(disk, Split(path));
}

// Where a path's last name is or would be.
struct Place {
  NodePtr directory;  // nullptr if there is none, or if the path is the root's
  std::string name;

  NodePtr Target() const {
    if (directory == nullptr) return nullptr;
    const auto found = directory->seen.find(name);
    return found == directory->seen.end() ? nullptr : found->second;
  }
};

Place FindPlace(const Disk& disk, std::string_view path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(disk.mutex) {
  std::vector<std::string> parts = Split(path);
  if (parts.empty()) return {};
  std::string name = std::move(parts.back());
  parts.pop_back();
  NodePtr directory = Walk(disk, parts);
  if (directory != nullptr && !directory->stat.is_directory) directory = nullptr;
  return {std::move(directory), std::move(name)};
}

// The node of a file at `place`, created if there is none.
absl::StatusOr<NodePtr> FindOrCreateFile(Disk& disk, const std::string& path,
                                         std::string_view action)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(disk.mutex) {
  const Place place = FindPlace(disk, path);
  if (place.directory == nullptr) {
    return ErrnoStatus(Split(path).empty() ? EISDIR : ENOENT, action, path);
  }
  NodePtr node = place.Target();
  if (node == nullptr) {
    node = disk.NewNode(/*is_directory=*/false);
    place.directory->seen[place.name] = node;
    place.directory->stat.mtime_ns = disk.Now();
  } else if (node->stat.is_directory) {
    return ErrnoStatus(EISDIR, action, path);
  }
  return node;
}

class MemoryContents final : public FileContents {
 public:
  explicit MemoryContents(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
  std::string_view bytes() const override { return *bytes_; }
  void Evict(size_t, size_t) const override {}  // There is nowhere to read it from again.

 private:
  const std::shared_ptr<const std::string> bytes_;
};

class MemoryWritableFile final : public WritableFile {
 public:
  MemoryWritableFile(std::shared_ptr<Disk> disk, NodePtr node, std::string path)
      : disk_(std::move(disk)), node_(std::move(node)), path_(std::move(path)) {}

  absl::Status Append(std::string_view data) override {
    if (node_ == nullptr) return UsedAfterClose();
    absl::MutexLock lock(&disk_->mutex);
    node_->bytes.append(data);
    node_->mapped = nullptr;
    node_->stat.size = node_->bytes.size();
    node_->stat.mtime_ns = disk_->Now();
    return absl::OkStatus();
  }

  // Nothing is held back: what is appended is seen at once.
  absl::Status Flush() override { return node_ == nullptr ? UsedAfterClose() : absl::OkStatus(); }

  absl::Status Sync() override {
    if (node_ == nullptr) return UsedAfterClose();
    absl::MutexLock lock(&disk_->mutex);
    node_->durable_bytes = node_->bytes.size();
    return absl::OkStatus();
  }

  absl::Status Close() override {
    if (node_ == nullptr) return UsedAfterClose();
    node_ = nullptr;
    return absl::OkStatus();
  }

 private:
  absl::Status UsedAfterClose() const {
    return absl::FailedPreconditionError(StrCat(path_, ": used after Close"));
  }

  const std::shared_ptr<Disk> disk_;
  NodePtr node_;  // nullptr once closed
  const std::string path_;
};

class MemoryLock final : public FileLock {
 public:
  MemoryLock(std::shared_ptr<Disk> disk, NodePtr node)
      : disk_(std::move(disk)), node_(std::move(node)) {}
  MemoryLock(const MemoryLock&) = delete;
  MemoryLock& operator=(const MemoryLock&) = delete;
  ~MemoryLock() override {
    absl::MutexLock lock(&disk_->mutex);
    node_->lock_holder.reset();
  }

 private:
  const std::shared_ptr<Disk> disk_;
  const NodePtr node_;
};

// Copies a tree as a power loss would leave it. `copies` keeps two names of one inode one inode.
NodePtr Survivor(const NodePtr& node, PowerLoss loss,
                 absl::flat_hash_map<const Node*, NodePtr>& copies) {
  NodePtr& copy = copies[node.get()];
  if (copy != nullptr) return copy;
  copy = std::make_shared<Node>();
  const NodePtr result = copy;  // `copy` dangles once the recursion below has grown the map
  result->stat = node->stat;
  result->bytes = node->bytes;
  if (loss != PowerLoss::kBytesSurvive) result->bytes.resize(node->durable_bytes);
  result->durable_bytes = result->bytes.size();
  result->stat.size = result->bytes.size();
  const Names& names = loss == PowerLoss::kNamesSurvive ? node->seen : node->durable;
  for (const auto& [name, child] : names) result->seen[name] = Survivor(child, loss, copies);
  result->durable = result->seen;
  return result;
}

}  // namespace

MemoryFileSystem::MemoryFileSystem() : disk_(std::make_shared<Disk>()) {}
MemoryFileSystem::~MemoryFileSystem() = default;

absl::StatusOr<std::unique_ptr<FileContents>> MemoryFileSystem::Map(const std::string& path) {
  absl::MutexLock lock(&disk_->mutex);
  const NodePtr node = Find(*disk_, path);
  if (node == nullptr) return ErrnoStatus(ENOENT, "open", path);
  if (node->stat.is_directory) return ErrnoStatus(EISDIR, "map", path);
  if (node->mapped == nullptr) node->mapped = std::make_shared<const std::string>(node->bytes);
  return std::make_unique<MemoryContents>(node->mapped);
}

absl::StatusOr<std::unique_ptr<WritableFile>> MemoryFileSystem::Create(const std::string& path) {
  absl::MutexLock lock(&disk_->mutex);
  absl::StatusOr<NodePtr> node = FindOrCreateFile(*disk_, path, "create");
  if (!node.ok()) return node.status();
  (*node)->bytes.clear();
  (*node)->durable_bytes = 0;
  (*node)->mapped = nullptr;
  (*node)->stat.size = 0;
  (*node)->stat.mtime_ns = disk_->Now();
  return std::make_unique<MemoryWritableFile>(disk_, *std::move(node), path);
}

absl::StatusOr<FileStat> MemoryFileSystem::Stat(const std::string& path) {
  absl::MutexLock lock(&disk_->mutex);
  const NodePtr node = Find(*disk_, path);
  if (node == nullptr) return ErrnoStatus(ENOENT, "stat", path);
  return node->stat;
}

absl::StatusOr<std::vector<std::string>> MemoryFileSystem::List(const std::string& directory) {
  absl::MutexLock lock(&disk_->mutex);
  const NodePtr node = Find(*disk_, directory);
  if (node == nullptr) return ErrnoStatus(ENOENT, "list", directory);
  if (!node->stat.is_directory) return ErrnoStatus(ENOTDIR, "list", directory);
  std::vector<std::string> names;
  for (const auto& [name, child] : node->seen) names.push_back(name);
  return names;
}

absl::Status MemoryFileSystem::CreateDirectories(const std::string& directory) {
  absl::MutexLock lock(&disk_->mutex);
  NodePtr node = disk_->root;
  for (const std::string& part : Split(directory)) {
    if (!node->stat.is_directory) return ErrnoStatus(ENOTDIR, "create directory", directory);
    NodePtr& child = node->seen[part];
    if (child == nullptr) {
      child = disk_->NewNode(/*is_directory=*/true);
      node->durable[part] = child;
      node->stat.mtime_ns = disk_->Now();
    }
    node = NodePtr(child);
  }
  if (!node->stat.is_directory) return ErrnoStatus(EEXIST, "create directory", directory);
  return absl::OkStatus();
}

absl::Status MemoryFileSystem::Remove(const std::string& path) {
  absl::MutexLock lock(&disk_->mutex);
  const Place place = FindPlace(*disk_, path);
  const NodePtr node = place.Target();
  if (node == nullptr) return ErrnoStatus(ENOENT, "remove", path);
  if (!node->seen.empty()) return ErrnoStatus(ENOTEMPTY, "remove", path);
  place.directory->seen.erase(place.name);
  place.directory->stat.mtime_ns = disk_->Now();
  return absl::OkStatus();
}

absl::Status MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  absl::MutexLock lock(&disk_->mutex);
  const std::string both = StrCat(from, " to ", to);
  const Place source = FindPlace(*disk_, from);
  const Place target = FindPlace(*disk_, to);
  const NodePtr node = source.Target();
  if (node == nullptr || target.directory == nullptr) return ErrnoStatus(ENOENT, "rename", both);
  const NodePtr replaced = target.Target();
  if (replaced == node) return absl::OkStatus();
  if (replaced != nullptr) {
    if (replaced->stat.is_directory && !node->stat.is_directory) {
      return ErrnoStatus(EISDIR, "rename", both);
    }
    if (!replaced->stat.is_directory && node->stat.is_directory) {
      return ErrnoStatus(ENOTDIR, "rename", both);
    }
    if (!replaced->seen.empty()) return ErrnoStatus(ENOTEMPTY, "rename", both);
  }
  const std::vector<std::string> inner = Split(to);
  const std::vector<std::string> outer = Split(from);
  if (node->stat.is_directory && inner.size() > outer.size() &&
      std::equal(outer.begin(), outer.end(), inner.begin())) {
    return ErrnoStatus(EINVAL, "rename", both);  // a directory into itself
  }
  source.directory->seen.erase(source.name);
  target.directory->seen[target.name] = node;
  source.directory->stat.mtime_ns = disk_->Now();
  target.directory->stat.mtime_ns = disk_->Now();
  return absl::OkStatus();
}

absl::Status MemoryFileSystem::SyncDirectory(const std::string& directory) {
  absl::MutexLock lock(&disk_->mutex);
  const NodePtr node = Find(*disk_, directory);
  if (node == nullptr) return ErrnoStatus(ENOENT, "sync directory", directory);
  if (!node->stat.is_directory) return ErrnoStatus(ENOTDIR, "sync directory", directory);
  node->durable = node->seen;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<FileLock>> MemoryFileSystem::Lock(const std::string& path,
                                                                 std::string_view owner) {
  absl::MutexLock lock(&disk_->mutex);
  absl::StatusOr<NodePtr> node = FindOrCreateFile(*disk_, path, "lock");
  if (!node.ok()) return node.status();
  if ((*node)->lock_holder.has_value()) {
    return absl::UnavailableError(
        StrCat(path, " is locked by ", *(*node)->lock_holder, "; wait for it to finish"));
  }
  (*node)->lock_holder = std::string(owner);
  return std::make_unique<MemoryLock>(disk_, *std::move(node));
}

std::unique_ptr<MemoryFileSystem> MemoryFileSystem::Crash(PowerLoss loss) const {
  auto after = std::make_unique<MemoryFileSystem>();
  absl::flat_hash_map<const Node*, NodePtr> copies;
  absl::MutexLock lock(&disk_->mutex);
  absl::MutexLock after_lock(&after->disk_->mutex);
  after->disk_->root = Survivor(disk_->root, loss, copies);
  after->disk_->next_inode = disk_->next_inode;
  after->disk_->last_mtime_ns = disk_->last_mtime_ns;
  return after;
}

std::unique_ptr<FileSystem> NewMemoryFileSystem() { return std::make_unique<MemoryFileSystem>(); }

}  // namespace astrolabe
