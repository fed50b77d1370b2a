// Walks over trees that are too deep, too wide, unreadable, or vanish meanwhile: reported, never fatal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <tbb/task_arena.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "index/walk.h"
#include "tests/walk/temp_tree.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

// A chain of `depth` folders called `name` under the root, with `file` in the last.
std::string MakeChain(const TempTree& tree, const std::string& name, int depth,
                      const std::string& file) {
  UniqueFd fd(open(tree.root().c_str(), O_RDONLY | O_DIRECTORY));
  std::string path;
  for (int i = 0; i < depth; ++i) {
    EXPECT_EQ(mkdirat(fd.get(), name.c_str(), 0755), 0);
    fd = UniqueFd(openat(fd.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
    path += name + "/";
  }
  const UniqueFd created(openat(fd.get(), file.c_str(), O_CREAT | O_WRONLY, 0644));
  EXPECT_TRUE(created.valid());
  return path + file;
}

// Walks as a user without any right to the tree of root's, who otherwise reads everything. The raw system
// call changes this thread alone, and an arena of one runs everything in it.
absl::StatusOr<WalkResult> WalkUnprivileged(const WalkOptions& options) {
  constexpr uid_t kNobody = 65534;
  tbb::task_arena arena(1);
  return arena.execute([&] {
    const bool drop = geteuid() == 0;
    if (drop) syscall(SYS_setresuid, -1, kNobody, -1);
    absl::StatusOr<WalkResult> result = Walk(options);
    if (drop) syscall(SYS_setresuid, -1, 0, -1);
    return result;
  });
}

TEST(WalkTrouble, PathsBeyondWhatTheKernelTakes) {
  TempTree tree;
  const std::string long_name(200, 'n');
  const std::string long_path = MakeChain(tree, long_name, 30, "leaf.c");  // 6,036 bytes
  const std::string deep_path = MakeChain(tree, "d", 3000, "deep.c");      // 3,000 folders
  tree.Write("plain.c");
  for (const bool no_ignore : {false, true}) {
    const WalkResult result = MustWalk({.root = tree.root(), .no_ignore = no_ignore});
    EXPECT_EQ(Paths(result), (Strings{deep_path, long_path, "plain.c"}));
    EXPECT_EQ(result.directories, 3031u);
    EXPECT_GT(result.entries[1].stat.inode, 0u);
  }
}

// The other folders of each level are opened by path, in pieces, not relative to their parent.
TEST(WalkTrouble, BranchesFarBelowThePathLimit) {
  TempTree tree;
  const std::string name(200, 'n');
  UniqueFd fd(open(tree.root().c_str(), O_RDONLY | O_DIRECTORY));
  for (int i = 0; i < 40; ++i) {
    for (const char* side : {"left", "right"}) {
      ASSERT_EQ(mkdirat(fd.get(), side, 0755), 0);
      const UniqueFd side_fd(openat(fd.get(), side, O_RDONLY | O_DIRECTORY));
      const UniqueFd file(openat(side_fd.get(), "a.c", O_CREAT | O_WRONLY, 0644));
      ASSERT_TRUE(file.valid());
    }
    ASSERT_EQ(mkdirat(fd.get(), name.c_str(), 0755), 0);
    fd = UniqueFd(openat(fd.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
  }
  const WalkResult result = MustWalk({.root = tree.root()});
  EXPECT_EQ(result.entries.size(), 80u);
  EXPECT_TRUE(result.skipped.empty());
}

TEST(WalkTrouble, PathsBeyondTheLimitAreReported) {
  TempTree tree;
  MakeChain(tree, "folder", 10, "a.c");
  tree.Write("short.c");
  const WalkResult result = MustWalk({.root = tree.root(), .max_path_bytes = 20});
  EXPECT_EQ(Paths(result), (Strings{"short.c"}));
  EXPECT_EQ(Skips(result), (Strings{"folder/folder/folder/folder: path too long"}));
}

TEST(WalkTrouble, HundredThousandFilesInOneFolder) {
  TempTree tree;
  const UniqueFd fd(open(tree.root().c_str(), O_RDONLY | O_DIRECTORY));
  constexpr int kFiles = 100'000;
  for (int i = 0; i < kFiles; ++i) {
    const std::string name = "file" + std::to_string(i) + (i % 2 == 0 ? ".c" : ".txt");
    ASSERT_EQ(mknodat(fd.get(), name.c_str(), S_IFREG | 0644, 0), 0);
  }
  const Strings paths = WalkPaths({.root = tree.root()});
  EXPECT_EQ(paths.size(), static_cast<size_t>(kFiles));
  EXPECT_TRUE(std::is_sorted(paths.begin(), paths.end()));
  EXPECT_EQ(std::adjacent_find(paths.begin(), paths.end()), paths.end());
}

TEST(WalkTrouble, UnreadableFoldersAreReported) {
  TempTree tree;
  tree.Write("closed/a.c");
  tree.Write("closed/deeper/b.c");
  tree.Write("listable/c.c");
  tree.Write("listable/text");
  tree.Write("open/d.c");
  chmod((tree / "closed").c_str(), 0);
  chmod((tree / "listable").c_str(), 0444);  // names can be read, files cannot be stat'ed
  const absl::StatusOr<WalkResult> result = WalkUnprivileged({.root = tree.root()});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Paths(*result), (Strings{"listable/text", "open/d.c"}));
  EXPECT_EQ(Skips(*result), (Strings{"closed: unreadable: Permission denied",
                                     "listable/c.c: unreadable: Permission denied"}));
}

TEST(WalkTrouble, UnreadableIgnoreFilesAreReported) {
  TempTree tree;
  tree.MakeFolder(".git");
  tree.Write("sub/.gitignore", "*.c\n");
  tree.Write("sub/a.c");
  chmod((tree / "sub/.gitignore").c_str(), 0);
  const absl::StatusOr<WalkResult> result = WalkUnprivileged({.root = tree.root()});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Paths(*result), (Strings{"sub/a.c"}));
  EXPECT_EQ(Skips(*result), (Strings{"sub/.gitignore: unreadable ignore file: Permission denied"}));
}

TEST(WalkTrouble, UnusableRoots) {
  TempTree tree;
  tree.Write("file.c");
  tree.Write("closed/a.c");
  chmod((tree / "closed").c_str(), 0);
  EXPECT_EQ(Walk({.root = tree / "nowhere"}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Walk({.root = tree / "file.c"}).status().code(), absl::StatusCode::kNotFound);
  const absl::Status closed = WalkUnprivileged({.root = tree / "closed"}).status();
  EXPECT_EQ(closed.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_NE(closed.message().find("closed"), absl::string_view::npos) << closed;
}

// on_directory is called between the listing of the parent and the opening of the folder, so what it
// deletes is sure to vanish during the walk.
TEST(WalkTrouble, FoldersThatVanishAreLeftOut) {
  TempTree tree;
  tree.Write("a/x.c");
  tree.Write("b/y.c");
  tree.Write("b/deep/z.c");
  tree.Write("c.c");
  WalkOptions options{.root = tree.root()};
  options.on_directory = [&](std::string_view path) {
    if (path == "b") tree.Remove("b");
  };
  const WalkResult result = MustWalk(options);
  EXPECT_EQ(Paths(result), (Strings{"a/x.c", "c.c"}));
  EXPECT_TRUE(result.skipped.empty());
}

// A folder that becomes a link out of the tree meanwhile must not lead the walk there.
TEST(WalkTrouble, FoldersThatTurnIntoLinksAreNotFollowed) {
  TempTree tree;
  tree.Write("outside/secret.c");
  tree.Write("root/a/x.c");
  WalkOptions options{.root = tree / "root"};
  options.on_directory = [&](std::string_view path) {
    if (path != "a") return;
    tree.Remove("root/a");
    tree.Link("root/a", tree / "outside");
  };
  const WalkResult result = MustWalk(options);
  EXPECT_TRUE(result.entries.empty()) << result.entries[0].path;
}

TEST(WalkTrouble, RunningOutOfDescriptorsIsAnError) {
  TempTree tree;
  tree.Write("a/b/c.c");
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const UniqueFd highest(dup(0));
  rlimit low = before;
  low.rlim_cur = static_cast<rlim_t>(highest.get()) + 2;  // the root, and nothing else
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const absl::Status status = Walk({.root = tree.root(), .no_ignore = true}).status();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_TRUE(Walk({.root = tree.root()}).ok());
}

}  // namespace
}  // namespace astrolabe
