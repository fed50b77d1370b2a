// What every FileSystem promises, checked on the real one and on the one in memory; then what only
// the real one can show: locks between processes, mappings that outlive their names, the kernel's
// errors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/file_system.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <thread>

#include "base/memory_file_system.h"
#include "gtest/gtest.h"
#include "tests/base/temp_directory.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

void Write(FileSystem& fs, const std::string& path, std::string_view text) {
  auto file = fs.Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Append(text).ok());
  ASSERT_TRUE((*file)->Close().ok());
}

std::string Read(FileSystem& fs, const std::string& path) {
  auto contents = fs.Map(path);
  return contents.ok() ? std::string((*contents)->bytes()) : contents.status().ToString();
}

Strings Names(FileSystem& fs, const std::string& directory) {
  return fs.List(directory).value_or(Strings{"(cannot list)"});
}

// Both implementations, each with an empty directory to work in.
class AnyFileSystem : public testing::TestWithParam<bool> {
 protected:
  AnyFileSystem() : memory_(NewMemoryFileSystem()) {
    if (!GetParam()) EXPECT_TRUE(memory_->CreateDirectories(directory_.path()).ok());
  }
  FileSystem& fs() { return GetParam() ? RealFileSystem() : *memory_; }
  std::string Path(const std::string& name) { return directory_ / name; }

  TempDirectory directory_;

 private:
  std::unique_ptr<FileSystem> memory_;
};
INSTANTIATE_TEST_SUITE_P(All, AnyFileSystem, testing::Bool(), [](const auto& instance) {
  return instance.param ? std::string("Real") : std::string("Memory");
});

TEST_P(AnyFileSystem, ReadsBackWhatWasAppended) {
  auto file = fs().Create(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  // Around the buffer's size of 1 MiB and across it, so that every way through Append is taken.
  std::string expected;
  for (size_t size : {0u, 1u, 4096u, 1u << 20, (1u << 20) - 1, 3u << 20, 7u, (5u << 20) + 3}) {
    std::string piece(size, '\0');
    for (size_t i = 0; i < size; ++i) piece[i] = static_cast<char>(i * 31 + size);
    ASSERT_TRUE((*file)->Append(piece).ok());
    expected += piece;
  }
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE((*file)->Append("end").ok());
  ASSERT_TRUE((*file)->Close().ok());
  expected += "end";
  EXPECT_TRUE(Read(fs(), Path("a")) == expected);
  EXPECT_EQ(fs().Stat(Path("a"))->size, expected.size());
}

TEST_P(AnyFileSystem, WhatIsFlushedIsSeenBeforeTheFileIsClosed) {
  auto file = fs().Create(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Append("one ").ok());
  ASSERT_TRUE((*file)->Flush().ok());
  EXPECT_EQ(Read(fs(), Path("a")), "one ");
  ASSERT_TRUE((*file)->Append("two").ok());
  ASSERT_TRUE((*file)->Flush().ok());
  EXPECT_EQ(Read(fs(), Path("a")), "one two");
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_FALSE((*file)->Flush().ok());
}

TEST_P(AnyFileSystem, EmptyFileMapsToNothing) {
  Write(fs(), Path("empty"), "");
  auto contents = fs().Map(Path("empty"));
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ((*contents)->bytes(), "");
  (*contents)->Evict(0, 100);
}

TEST_P(AnyFileSystem, EvictedBytesReadTheSame) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
  Write(fs(), Path("a"), text);
  auto contents = fs().Map(Path("a"));
  ASSERT_TRUE(contents.ok());
  ASSERT_TRUE((*contents)->bytes() == text);
  (*contents)->Evict(0, text.size());
  (*contents)->Evict(5000, 20'000);
  (*contents)->Evict(text.size() - 10, ~size_t{0});
  (*contents)->Evict(text.size() + 10'000, 1);
  EXPECT_TRUE((*contents)->bytes() == text);
}

TEST_P(AnyFileSystem, CreateReplacesWhatWasThere) {
  Write(fs(), Path("a"), "long old text");
  const FileStat before = *fs().Stat(Path("a"));
  Write(fs(), Path("a"), "new");
  EXPECT_EQ(Read(fs(), Path("a")), "new");
  EXPECT_NE(*fs().Stat(Path("a")), before);
}

TEST_P(AnyFileSystem, MappingOutlivesRemoveAndReplacement) {
  Write(fs(), Path("a"), "first");
  auto first = fs().Map(Path("a"));
  ASSERT_TRUE(first.ok());
  Write(fs(), Path("b"), "second");
  ASSERT_TRUE(fs().Rename(Path("b"), Path("a")).ok());
  auto second = fs().Map(Path("a"));
  ASSERT_TRUE(fs().Remove(Path("a")).ok());
  EXPECT_EQ((*first)->bytes(), "first");
  EXPECT_EQ((*second)->bytes(), "second");
  EXPECT_EQ(Names(fs(), directory_.path()), Strings{});
}

TEST_P(AnyFileSystem, ListsSortedBytewise) {
  for (const char* name : {"b", "a", "B", "\xff\xfe", "a.b"}) Write(fs(), Path(name), "");
  ASSERT_TRUE(fs().CreateDirectories(Path("dir/inner")).ok());
  EXPECT_EQ(Names(fs(), directory_.path()), (Strings{"B", "a", "a.b", "b", "dir", "\xff\xfe"}));
}

TEST_P(AnyFileSystem, CreatesDirectoriesAtAnyDepthAndAgain) {
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = fs().CreateDirectories(Path("x/y/z/"));
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_TRUE(fs().Stat(Path("x/y/z"))->is_directory);
  Write(fs(), Path("file"), "");
  EXPECT_EQ(fs().CreateDirectories(Path("file")).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(fs().CreateDirectories(Path("file/x")).code(), absl::StatusCode::kNotFound);
}

TEST_P(AnyFileSystem, ErrorsHaveTheDocumentedCodesAndNameThePath) {
  using Code = absl::StatusCode;
  ASSERT_TRUE(fs().CreateDirectories(Path("dir/inner")).ok());
  Write(fs(), Path("file"), "");
  const std::vector<std::pair<absl::Status, Code>> cases = {
      {fs().Map(Path("none")).status(), Code::kNotFound},
      {fs().Map(Path("dir")).status(), Code::kInvalidArgument},
      {fs().Create(Path("none/a")).status(), Code::kNotFound},
      {fs().Create(Path("file/a")).status(), Code::kNotFound},
      {fs().Create(Path("dir")).status(), Code::kInvalidArgument},
      {fs().Stat(Path("none")).status(), Code::kNotFound},
      {fs().List(Path("none")).status(), Code::kNotFound},
      {fs().List(Path("file")).status(), Code::kNotFound},
      {fs().Remove(Path("none")), Code::kNotFound},
      {fs().Remove(Path("dir")), Code::kFailedPrecondition},
      {fs().Rename(Path("none"), Path("b")), Code::kNotFound},
      {fs().Rename(Path("file"), Path("dir")), Code::kInvalidArgument},
      {fs().Rename(Path("dir"), Path("dir/inner/x")), Code::kInvalidArgument},
      {fs().SyncDirectory(Path("none")), Code::kNotFound},
      {fs().Lock(Path("none/lock"), "me").status(), Code::kNotFound},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(cases[i].first.code(), cases[i].second) << "case " << i << ": " << cases[i].first;
    EXPECT_NE(cases[i].first.message().find(directory_.path()), absl::string_view::npos)
        << cases[i].first;
  }
}

TEST_P(AnyFileSystem, FileIsUnusableAfterClose) {
  auto file = fs().Create(Path("a"));
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_EQ((*file)->Append("x").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ((*file)->Sync().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(AnyFileSystem, LockExcludesASecondOneAndNamesItsHolder) {
  auto first = fs().Lock(Path("lock"), "the first indexer");
  ASSERT_TRUE(first.ok()) << first.status();
  auto second = fs().Lock(Path("lock"), "the second indexer");
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(second.status().message().find("the first indexer"), absl::string_view::npos)
      << second.status();
  first->reset();
  EXPECT_TRUE(fs().Lock(Path("lock"), "the second indexer").ok());
}

TEST_P(AnyFileSystem, AtomicReplaceLeavesOneFile) {
  for (std::string_view text : {"one", "", "three"}) {
    const absl::Status status = AtomicReplace(fs(), Path("manifest"), text);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(Read(fs(), Path("manifest")), text);
    EXPECT_EQ(Names(fs(), directory_.path()), Strings{"manifest"});
  }
}

// Threads that replace one file at once: readers see one of the texts whole, and no rest stays.
TEST_P(AnyFileSystem, AtomicReplaceFromManyThreads) {
  ASSERT_TRUE(AtomicReplace(fs(), Path("m"), std::string(1000, 'a')).ok());
  std::vector<std::thread> writers;
  for (char c = 'a'; c < 'e'; ++c) {
    writers.emplace_back([&, c] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(AtomicReplace(fs(), Path("m"), std::string(1000, c)).ok());
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    const std::string text = Read(fs(), Path("m"));
    ASSERT_FALSE(text.empty());
    ASSERT_EQ(text, std::string(1000, text[0]));
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(Names(fs(), directory_.path()), Strings{"m"});
}

TEST(RealFiles, RelativePathsWork) {
  TempDirectory directory;
  const int here = ::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::chdir(directory.path().c_str()), 0);
  FileSystem& fs = RealFileSystem();
  EXPECT_TRUE(fs.CreateDirectories("x/y").ok());
  EXPECT_TRUE(AtomicReplace(fs, "m", "text").ok());
  EXPECT_EQ(Read(fs, "m"), "text");
  EXPECT_EQ(::fchdir(here), 0);
  ::close(here);
}

TEST(RealFiles, FifoAndDeviceAreRefusedWithoutWaiting) {
  TempDirectory directory;
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(RealFileSystem().Map(directory / "fifo").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RealFileSystem().Map("/dev/null").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RealFiles, LongNameAndLinkLoopAreInvalid) {
  TempDirectory directory;
  FileSystem& fs = RealFileSystem();
  EXPECT_EQ(fs.Stat(directory / std::string(5000, 'x')).status().code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(::symlink("loop", (directory / "loop").c_str()), 0);
  EXPECT_EQ(fs.Map(directory / "loop").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RealFiles, HugeSparseFileMapsWithoutMemory) {
  TempDirectory directory;
  const off_t size = off_t{64} << 30;
  std::ofstream(directory / "huge") << "begin";
  ASSERT_EQ(::truncate((directory / "huge").c_str(), size), 0);
  auto contents = RealFileSystem().Map(directory / "huge");
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ((*contents)->bytes().size(), static_cast<size_t>(size));
  EXPECT_EQ((*contents)->bytes().substr(0, 5), "begin");
  EXPECT_EQ((*contents)->bytes().back(), '\0');
}

// /dev/full takes no byte: a full disk that needs no disk.
TEST(RealFiles, FullDiskIsReportedOnceTheBufferIsWrittenAndSticks) {
  auto file = RealFileSystem().Create("/dev/full");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->Append("buffered").ok());
  EXPECT_EQ((*file)->Sync().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ((*file)->Append("x").code(), absl::StatusCode::kResourceExhausted);
  const absl::Status closed = (*file)->Close();
  EXPECT_EQ(closed.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(closed.message().find("/dev/full"), absl::string_view::npos) << closed;
}

// A real short write: the kernel takes what fits under the limit and refuses the rest.
TEST(RealFiles, ShortWriteIsAnError) {
  TempDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {3'000'000, 3'000'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(10);
    auto file = RealFileSystem().Create(directory / "a");
    if (!file.ok()) ::_exit(11);
    const absl::Status status = (*file)->Append(std::string(5'000'000, 'x'));
    ::_exit(status.code() == absl::StatusCode::kResourceExhausted ? 0 : 12);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(RealFileSystem().Stat(directory / "a")->size, 3'000'000u);
}

// Runs `body` in a forked child and returns its exit code, -1 if a signal ended it.
int InChild(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(RealFiles, AtomicReplaceFailsWholeWhereNothingCanBeWritten) {
  TempDirectory directory;
  FileSystem& fs = RealFileSystem();
  ASSERT_TRUE(AtomicReplace(fs, directory / "m", "old").ok());
  ASSERT_EQ(::chmod(directory.path().c_str(), 0555), 0);
  const int code = InChild([&] {
    // Root may write anywhere, so become somebody else.
    if (::geteuid() == 0 && ::setuid(65'534) != 0) return -1;
    return static_cast<int>(AtomicReplace(fs, directory / "m", "new").code());
  });
  EXPECT_EQ(static_cast<absl::StatusCode>(code), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(::chmod(directory.path().c_str(), 0700), 0);
  EXPECT_EQ(Read(fs, directory / "m"), "old");
  EXPECT_EQ(Names(fs, directory.path()), Strings{"m"});
}

TEST(RealFiles, LockHoldsBetweenProcessesAndDiesWithItsHolder) {
  TempDirectory directory;
  const std::string path = directory / "lock";
  FileSystem& fs = RealFileSystem();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t holder = ::fork();
  if (holder == 0) {
    auto lock = fs.Lock(path, "the holder");
    if (::write(ready[1], lock.ok() ? "y" : "n", 1) == 1) ::pause();
    ::_exit(0);
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');

  const absl::Status refused = fs.Lock(path, "us").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  const std::string process = "the holder (process " + std::to_string(holder) + " on ";
  EXPECT_NE(refused.message().find(process), absl::string_view::npos) << refused;

  ASSERT_EQ(::kill(holder, SIGKILL), 0);  // no destructor runs
  ASSERT_EQ(::waitpid(holder, nullptr, 0), holder);
  auto ours = fs.Lock(path, "us");
  EXPECT_TRUE(ours.ok()) << ours.status();
  EXPECT_EQ(InChild([&] { return fs.Lock(path, "another").ok() ? 1 : 0; }), 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(RealFiles, ReleasedLockIsFreeThoughAForkedChildStillHasTheFile) {
  TempDirectory directory;
  auto lock = RealFileSystem().Lock(directory / "lock", "parent");
  ASSERT_TRUE(lock.ok());
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  lock->reset();
  EXPECT_TRUE(RealFileSystem().Lock(directory / "lock", "again").ok());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST(RealFiles, LockFileThatWasRemovedDoesNotCount) {
  TempDirectory directory;
  FileSystem& fs = RealFileSystem();
  auto stale = fs.Lock(directory / "lock", "stale");
  ASSERT_TRUE(fs.Remove(directory / "lock").ok());
  auto fresh = fs.Lock(directory / "lock", "fresh");
  EXPECT_TRUE(fresh.ok()) << fresh.status();
  stale->reset();
  EXPECT_EQ(fs.Lock(directory / "lock", "third").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace astrolabe
