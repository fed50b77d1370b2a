// What a walk lists, in which order, and what it says of files it stats.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/walk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "tests/walk/temp_tree.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

TEST(Walk, StatsSourcesAndNamesTheRest) {
  TempTree tree;
  tree.Write("a.cc", "12345");
  tree.Write("README", "text");
  const WalkResult result = MustWalk({.root = tree.root()});
  ASSERT_EQ(Paths(result), (Strings{"README", "a.cc"}));
  EXPECT_FALSE(result.entries[0].is_source);
  EXPECT_EQ(result.entries[0].stat, FileStat());
  EXPECT_TRUE(result.entries[1].is_source);
  struct stat status;
  ASSERT_EQ(stat((tree / "a.cc").c_str(), &status), 0);
  EXPECT_EQ(result.entries[1].stat.size, 5u);
  EXPECT_EQ(result.entries[1].stat.inode, status.st_ino);
  EXPECT_EQ(result.entries[1].stat.mtime_ns,
            status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec);
}

TEST(Walk, EmptyFolder) {
  TempTree tree;
  const WalkResult result = MustWalk({.root = tree.root()});
  EXPECT_TRUE(result.entries.empty());
  EXPECT_EQ(result.directories, 1u);
}

// '/' sorts between '.' and '0', so the order of paths is not that of a plain depth-first listing.
TEST(Walk, SortsByPathBytes) {
  TempTree tree;
  for (const char* path : {"a/x", "a/b/y", "a-b/x", "a.c", "a0", "a!", "ab", "a\x7f/z", "a\xff",
                           "A", "a b/q", "a/b-/y", "a/b.c"}) {
    tree.Write(path);
  }
  const Strings paths = WalkPaths({.root = tree.root()});
  EXPECT_EQ(paths.size(), 13u);
  EXPECT_TRUE(std::is_sorted(paths.begin(), paths.end()));
}

TEST(Walk, SameResultWithAnyNumberOfThreads) {
  TempTree tree;
  for (int i = 0; i < 600; ++i) {
    tree.Write("d" + std::to_string(i % 7) + "/e" + std::to_string(i % 31) + "/f" +
               std::to_string(i) + ".c");
  }
  Strings of_one_thread;
  for (const int threads : {1, 2, 4}) {
    tbb::task_arena arena(threads);
    const Strings paths = arena.execute([&] { return WalkPaths({.root = tree.root()}); });
    EXPECT_EQ(paths.size(), 600u);
    if (threads == 1) of_one_thread = paths;
    EXPECT_EQ(paths, of_one_thread);
  }
}

TEST(Walk, NamesAreBytes) {
  TempTree tree;
  const std::string name = "caf\xe9\x80\n\x01.c";
  tree.Write(name);
  tree.Write("\xff\xfe/x.h");
  EXPECT_EQ(WalkPaths({.root = tree.root()}), (Strings{name, "\xff\xfe/x.h"}));
}

TEST(Walk, SymbolicLinksAreNotFollowedByDefault) {
  TempTree tree;
  tree.Write("real/a.c", "x");
  tree.Link("folder", "real");
  tree.Link("file.c", "real/a.c");
  tree.Link("broken.c", "nowhere");
  const WalkResult result = MustWalk({.root = tree.root()});
  EXPECT_EQ(Paths(result), (Strings{"real/a.c"}));
  EXPECT_TRUE(result.skipped.empty());
}

TEST(Walk, SymbolicLinksAreFollowedOnRequest) {
  TempTree tree;
  tree.Write("real/a.c", "x");
  tree.Link("folder", "real");
  tree.Link("file.c", "real/a.c");
  tree.Link("broken.c", "nowhere");
  const WalkResult result = MustWalk({.root = tree.root(), .follow_symlinks = true});
  EXPECT_EQ(Paths(result), (Strings{"file.c", "folder/a.c", "real/a.c"}));
  EXPECT_EQ(result.entries[0].stat, result.entries[2].stat);
  EXPECT_EQ(Skips(result), (Strings{"broken.c: unreadable: No such file or directory"}));
}

TEST(Walk, SymbolicLinkLoopsAreReported) {
  TempTree tree;
  tree.Write("a/b/x.c");
  tree.Link("a/b/up", "../..");
  tree.Link("a/b/here", ".");
  tree.Link("self.c", "self.c");
  tree.Link("other", "a/b");
  const WalkResult result = MustWalk({.root = tree.root(), .follow_symlinks = true});
  EXPECT_EQ(Paths(result), (Strings{"a/b/x.c", "other/x.c"}));
  EXPECT_EQ(Skips(result), (Strings{"a/b/here: symlink loop", "a/b/up: symlink loop",
                                    "other/here: symlink loop", "other/up: symlink loop",
                                    "self.c: symlink loop: Too many levels of symbolic links"}));
}

TEST(Walk, TheRootMayBeALink) {
  TempTree tree;
  tree.Write("real/a.c");
  tree.Link("link", "real");
  EXPECT_EQ(WalkPaths({.root = tree / "link"}), (Strings{"a.c"}));
  EXPECT_EQ(WalkPaths({.root = tree / "link/"}), (Strings{"a.c"}));
}

TEST(Walk, LargeSourcesAreSkippedAndNamed) {
  TempTree tree;
  tree.Write("big.c", "12345678901");
  tree.Write("fits.c", "1234567890");
  tree.Write("big.bin", "12345678901");
  const WalkResult result = MustWalk({.root = tree.root(), .max_file_bytes = 10});
  EXPECT_EQ(Paths(result), (Strings{"big.bin", "fits.c"}));
  EXPECT_EQ(Skips(result), (Strings{"big.c: oversized"}));
  EXPECT_EQ(result.skipped_counts[static_cast<size_t>(SkipReason::kOversized)], 1u);
}

TEST(Walk, SpecialFilesAreSkippedAndNamed) {
  TempTree tree;
  tree.Write("a.c");
  ASSERT_EQ(mkfifo((tree / "pipe.c").c_str(), 0600), 0);
  const WalkResult result = MustWalk({.root = tree.root()});
  EXPECT_EQ(Paths(result), (Strings{"a.c"}));
  EXPECT_EQ(Skips(result), (Strings{"pipe.c: special file"}));
}

TEST(Walk, SkippedPathsAreCappedAndCounted) {
  TempTree tree;
  for (int i = 100; i < 150; ++i) tree.Write("f" + std::to_string(i) + ".c", "too long");
  const WalkResult result = MustWalk({.root = tree.root(), .max_file_bytes = 1, .max_skipped = 2});
  EXPECT_EQ(Skips(result), (Strings{"f100.c: oversized", "f101.c: oversized"}));
  EXPECT_EQ(result.skipped_counts[static_cast<size_t>(SkipReason::kOversized)], 50u);
}

TEST(Walk, TellsWhichFolderComesNext) {
  TempTree tree;
  tree.Write("a/b/x.c");
  std::atomic<int> root = 0, deep = 0, all = 0;
  WalkOptions options{.root = tree.root()};
  options.on_directory = [&](std::string_view path) {
    ++all;
    root += path.empty() ? 1 : 0;
    deep += path == "a/b" ? 1 : 0;
  };
  MustWalk(options);
  EXPECT_EQ(all, 3);
  EXPECT_EQ(root, 1);
  EXPECT_EQ(deep, 1);
}

TEST(Walk, CanBeCancelled) {
  TempTree tree;
  for (int i = 0; i < 50; ++i) tree.Write("d" + std::to_string(i) + "/a.c");
  std::atomic<bool> cancelled = false;
  std::atomic<int> directories = 0;
  WalkOptions options{.root = tree.root()};
  options.on_directory = [&](std::string_view) {
    ++directories;
    cancelled = true;
  };
  const absl::StatusOr<WalkResult> result = Walk(options, &cancelled);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(directories, 1);
}

}  // namespace
}  // namespace astrolabe
