// The real file system: POSIX calls, mmap for reading, one buffer per written file.
//
// A mapped file that somebody truncates raises SIGBUS when the missing pages are touched, as with
// any mmap. Nothing here maps files that others edit: ours are replaced by rename and never
// shortened.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/errno_status.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "base/unique_fd.h"

namespace astrolabe {
namespace {

// Large enough that a call costs nothing beside the copying, small enough to have several open.
constexpr size_t kWriteBufferBytes = size_t{1} << 20;

UniqueFd OpenRetrying(const std::string& path, int flags, mode_t mode = 0) {
  int fd;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode);
  } while (fd < 0 && errno == EINTR);
  return UniqueFd(fd);
}

FileStat ToFileStat(const struct stat& st) {
  FileStat result;
  result.size = static_cast<uint64_t>(st.st_size);
  result.mtime_ns = int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec;
  result.inode = st.st_ino;
  result.is_directory = S_ISDIR(st.st_mode);
  return result;
}

std::string ParentOf(const std::string& path) {
  size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return "/";
  size_t slash = path.find_last_of('/', end);
  if (slash == std::string::npos) return ".";
  size_t last = path.find_last_not_of('/', slash);
  return last == std::string::npos ? "/" : path.substr(0, last + 1);
}

class MappedFile final : public FileContents {
 public:
  // `data` is nullptr for an empty file, which mmap would refuse.
  MappedFile(void* data, size_t size) : data_(static_cast<char*>(data)), size_(size) {}
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() override {
    if (data_ != nullptr) ::munmap(data_, size_);
  }

  std::string_view bytes() const override { return {data_, size_}; }

  // Only pages that lie wholly inside: their neighbours may be in use.
  void Evict(size_t offset, size_t length) const override {
    static const size_t kPage = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    if (offset >= size_) return;
    const size_t end = length >= size_ - offset ? size_ : offset + length;
    const size_t first = (offset + kPage - 1) / kPage * kPage;
    const size_t last = end == size_ ? size_ : end / kPage * kPage;
    if (first < last) ::madvise(data_ + first, last - first, MADV_DONTNEED);
  }

 private:
  char* data_;
  size_t size_;
};

// Any error sticks: after a failed write or fsync the kernel may have dropped the data, and a later
// fsync that succeeds would say nothing about it.
class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  absl::Status Append(std::string_view data) override {
    if (!status_.ok()) return status_;
    if (buffer_.size() + data.size() <= kWriteBufferBytes) {
      if (buffer_.capacity() == 0 && data.size() > 4096) buffer_.reserve(kWriteBufferBytes);
      buffer_.append(data);
      return absl::OkStatus();
    }
    // Fill up first, so that what reaches the kernel is in whole buffers.
    const size_t head = kWriteBufferBytes - buffer_.size();
    buffer_.append(data.substr(0, head));
    data.remove_prefix(head);
    WriteBuffer();
    const size_t whole = data.size() / kWriteBufferBytes * kWriteBufferBytes;
    Write(data.substr(0, whole));
    buffer_.append(data.substr(whole));
    return status_;
  }

  absl::Status Flush() override {
    WriteBuffer();
    return status_;
  }

  absl::Status Sync() override {
    WriteBuffer();
    if (!status_.ok()) return status_;
    int result;
    do {
      result = ::fdatasync(fd_.get());
    } while (result != 0 && errno == EINTR);
    if (result != 0) Fail("sync");
    return status_;
  }

  absl::Status Close() override {
    WriteBuffer();
    // close() is where some file systems (NFS, quotas) report a write that failed.
    if (fd_.valid() && ::close(fd_.Release()) != 0 && errno != EINTR && status_.ok()) Fail("close");
    absl::Status result = status_;
    if (status_.ok()) {
      status_ = absl::FailedPreconditionError(StrCat(path_, ": used after Close"));
    }
    return result;
  }

 private:
  void Fail(std::string_view action) { status_ = ErrnoStatus(errno, action, path_); }

  void WriteBuffer() {
    Write(buffer_);
    buffer_.clear();
  }

  void Write(std::string_view data) {
    while (status_.ok() && !data.empty()) {
      const ssize_t written = ::write(fd_.get(), data.data(), data.size());
      if (written >= 0) {
        data.remove_prefix(static_cast<size_t>(written));
      } else if (errno != EINTR) {
        Fail("write");
      }
    }
  }

  UniqueFd fd_;
  const std::string path_;
  std::string buffer_;
  absl::Status status_;
};

// flock(2) belongs to the open file: it also excludes a second lock of this process. A forked child
// that does not exec shares it, hence the explicit unlock.
class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  PosixFileLock(const PosixFileLock&) = delete;
  PosixFileLock& operator=(const PosixFileLock&) = delete;
  ~PosixFileLock() override {
    // The file stays: removing it would let two processes lock two files of the same name.
    if (::ftruncate(fd_.get(), 0) != 0) {
      // Then the text is out of date; it is only read while somebody holds the lock.
    }
    ::flock(fd_.get(), LOCK_UN);
  }

 private:
  UniqueFd fd_;
};

std::string ReadHolder(int fd) {
  char text[1024];
  const ssize_t size = ::pread(fd, text, sizeof text, 0);
  std::string holder(text, size > 0 ? static_cast<size_t>(size) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  std::replace(holder.begin(), holder.end(), '\n', ' ');
  return holder.empty() ? "another process" : holder;
}

std::string HolderText(std::string_view owner) {
  char host[256] = "";
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  return StrCat(owner, " (process ", ::getpid(), " on ", host[0] != '\0' ? host : "this machine",
                ")\n");
}

class PosixFileSystem final : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<FileContents>> Map(const std::string& path) override {
    // O_NONBLOCK: opening a FIFO without a writer would wait forever.
    UniqueFd fd = OpenRetrying(path, O_RDONLY | O_NONBLOCK);
    if (!fd.valid()) return ErrnoStatus(errno, "open", path);
    struct stat st;
    if (::fstat(fd.get(), &st) != 0) return ErrnoStatus(errno, "stat", path);
    if (S_ISDIR(st.st_mode)) return ErrnoStatus(EISDIR, "map", path);
    if (!S_ISREG(st.st_mode)) {
      return absl::InvalidArgumentError(StrCat("cannot map ", path, ": not a regular file"));
    }
    const size_t size = static_cast<size_t>(st.st_size);
    if (size == 0) return std::make_unique<MappedFile>(nullptr, 0);
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (data == MAP_FAILED) return ErrnoStatus(errno, "map", path);
    return std::make_unique<MappedFile>(data, size);
  }

  absl::StatusOr<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    UniqueFd fd = OpenRetrying(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (!fd.valid()) return ErrnoStatus(errno, "create", path);
    return std::make_unique<PosixWritableFile>(std::move(fd), path);
  }

  absl::StatusOr<FileStat> Stat(const std::string& path) override {
    struct stat st;
    if (::stat(path.c_str(), &st) != 0) return ErrnoStatus(errno, "stat", path);
    return ToFileStat(st);
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    // Opened here and not by opendir, for EINTR's sake and to be sure of O_CLOEXEC.
    UniqueFd fd = OpenRetrying(directory, O_RDONLY | O_DIRECTORY);
    if (!fd.valid()) return ErrnoStatus(errno, "list", directory);
    DIR* dir = ::fdopendir(fd.get());
    if (dir == nullptr) return ErrnoStatus(errno, "list", directory);
    fd.Release();
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(dir)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    const int error = errno;
    ::closedir(dir);
    if (error != 0) return ErrnoStatus(error, "list", directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::Status CreateDirectories(const std::string& directory) override {
    if (::mkdir(directory.c_str(), 0777) != 0) {
      const int error = errno;
      if (error == ENOENT) {
        const std::string parent = ParentOf(directory);
        if (parent == directory) return ErrnoStatus(error, "create directory", directory);
        if (absl::Status status = CreateDirectories(parent); !status.ok()) return status;
        if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST) {
          return ErrnoStatus(errno, "create directory", directory);
        }
      } else {
        // Not only EEXIST: an existing directory inside a read-only place gives EROFS or EACCES.
        struct stat st;
        if (::stat(directory.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return absl::OkStatus();
        return ErrnoStatus(error, "create directory", directory);
      }
    }
    return SyncDirectory(ParentOf(directory));
  }

  absl::Status Remove(const std::string& path) override {
    if (std::remove(path.c_str()) != 0) return ErrnoStatus(errno, "remove", path);
    return absl::OkStatus();
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) != 0) {
      return ErrnoStatus(errno, "rename", StrCat(from, " to ", to));
    }
    return absl::OkStatus();
  }

  absl::Status SyncDirectory(const std::string& directory) override {
    UniqueFd fd = OpenRetrying(directory, O_RDONLY | O_DIRECTORY);
    if (!fd.valid()) return ErrnoStatus(errno, "sync directory", directory);
    int result;
    do {
      result = ::fsync(fd.get());
    } while (result != 0 && errno == EINTR);
    // EINVAL: a file system (some FUSE and network ones) that has no such operation.
    if (result != 0 && errno != EINVAL) return ErrnoStatus(errno, "sync directory", directory);
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                 std::string_view owner) override {
    while (true) {
      UniqueFd fd = OpenRetrying(path, O_RDWR | O_CREAT, 0666);
      if (!fd.valid()) return ErrnoStatus(errno, "lock", path);
      int result;
      do {
        result = ::flock(fd.get(), LOCK_EX | LOCK_NB);
      } while (result != 0 && errno == EINTR);
      if (result != 0) {
        if (errno != EWOULDBLOCK) return ErrnoStatus(errno, "lock", path);
        return absl::UnavailableError(
            StrCat(path, " is locked by ", ReadHolder(fd.get()), "; wait for it to finish"));
      }
      // Somebody may have removed or replaced the file between open and flock: then this lock is on
      // a file that nobody else will find.
      struct stat ours;
      struct stat named;
      if (::fstat(fd.get(), &ours) != 0) return ErrnoStatus(errno, "lock", path);
      if (::stat(path.c_str(), &named) != 0 || ours.st_ino != named.st_ino ||
          ours.st_dev != named.st_dev) {
        continue;
      }
      // The text only helps people. The lock holds without it, so a full disk is no reason to fail.
      const std::string text = HolderText(owner);
      if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), text.data(), text.size(), 0) < 0) {
        // Contenders then see "another process".
      }
      return std::make_unique<PosixFileLock>(std::move(fd));
    }
  }
};

}  // namespace

FileSystem& RealFileSystem() {
  // Never destroyed: detached threads may still write while static objects go.
  static FileSystem* const kInstance = new PosixFileSystem;
  return *kInstance;
}

}  // namespace astrolabe
