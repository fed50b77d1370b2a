// How an ignore file is read, and which of several has the say.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/ignore_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/walk/temp_tree.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

// Whether a file with `text` leaves out `path`; a slash at its end makes it a folder.
bool Ignores(std::string_view text, std::string_view path) {
  const bool is_directory = path.back() == '/';
  if (is_directory) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  const size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return IgnoreFile::Parse(text).Match(path, name, is_directory) == IgnoreVerdict::kExclude;
}

TEST(IgnoreFile, LinesAreReadAsGitDoes) {
  EXPECT_TRUE(
      Ignores("\xEF\xBB\xBF"
              "a\n",
              "a"))
      << "byte order mark";
  EXPECT_TRUE(Ignores("a\r\nb\r\n", "a")) << "CRLF";
  EXPECT_TRUE(Ignores("a\r\nb\r", "b")) << "CR at the end of the file";
  EXPECT_TRUE(Ignores("a", "a")) << "no newline at the end";
  EXPECT_FALSE(Ignores("# a\n", "# a")) << "comment";
  EXPECT_TRUE(Ignores("\\#a\n", "#a"));
  EXPECT_TRUE(Ignores("\\!a\n", "!a"));
  EXPECT_TRUE(Ignores("a   \n", "a")) << "trailing spaces do not count";
  EXPECT_TRUE(Ignores("a\\ \n", "a ")) << "unless escaped";
  EXPECT_TRUE(Ignores("a\\  \n", "a "));
  EXPECT_TRUE(Ignores("a\t\n", "a\t")) << "a tab does";
  EXPECT_TRUE(Ignores(" a\n", " a")) << "and so do leading spaces";
  EXPECT_TRUE(Ignores("\n\n\na\n", "a"));
  EXPECT_TRUE(Ignores(std::string_view("a\0b\n", 4), "a")) << "git ends a line at a zero byte";
  EXPECT_TRUE(Ignores("\xff*\n", "\xff\xfe")) << "bytes, not characters";
  EXPECT_FALSE(Ignores("/\n!\n!/\n//\n", "a"));
}

TEST(IgnoreFile, TheLastMatchDecides) {
  EXPECT_FALSE(Ignores("*.c\n!a.c\n", "a.c"));
  EXPECT_TRUE(Ignores("!a.c\n*.c\n", "a.c"));
  EXPECT_TRUE(Ignores("a.c\n!*.c\na.?\n", "a.c"));
  EXPECT_FALSE(Ignores("d\n!d/\n", "d/"));
  EXPECT_TRUE(Ignores("d\n!d/\n", "d"));
  EXPECT_FALSE(Ignores("x/y\n!x/*\n", "x/y"));
}

TEST(IgnoreFile, ASlashAnchors) {
  EXPECT_TRUE(Ignores("a\n", "x/a"));
  EXPECT_FALSE(Ignores("/a\n", "x/a"));
  EXPECT_TRUE(Ignores("/a\n", "a"));
  EXPECT_FALSE(Ignores("x/a\n", "y/x/a"));
  EXPECT_TRUE(Ignores("**/x/a\n", "y/x/a"));
  EXPECT_FALSE(Ignores("/*.c\n", "x/a.c"));
  EXPECT_FALSE(Ignores("a/\n", "a"));
  EXPECT_TRUE(Ignores("a/\n", "x/a/"));
}

TEST(IgnoreRules, NearerFilesGoFirst) {
  TempTree tree;
  tree.MakeFolder(".git");
  tree.Write(".gitignore", "*.log\nbuild\n/top.c\n");
  tree.Write("sub/.gitignore", "!keep.log\n");
  for (const char* path :
       {"a.log", "top.c", "build/x.c", "sub/keep.log", "sub/b.log", "sub/top.c", "sub/build/y.c"}) {
    tree.Write(path);
  }
  EXPECT_EQ(WalkPaths({.root = tree.root()}), (Strings{"sub/keep.log", "sub/top.c"}));
  EXPECT_EQ(WalkPaths({.root = tree.root(), .no_ignore = true}).size(), 7u);
}

// As in ripgrep: a release's tree is not a repository, and may carry rules that were meant for one.
TEST(IgnoreRules, GitignoreCountsOnlyInARepository) {
  TempTree tree;
  tree.Write(".gitignore", "*.c\n");
  tree.Write(".ignore", "*.h\n");
  tree.Write("a.c");
  tree.Write("a.h");
  tree.Write("repo/.git/HEAD");
  tree.Write("repo/.gitignore", "b.c\n");
  tree.Write("repo/a.c");
  tree.Write("repo/b.c");
  EXPECT_EQ(WalkPaths({.root = tree.root()}), (Strings{"a.c", "repo/a.c"}));
}

TEST(IgnoreRules, NothingComesBackOutOfAnExcludedFolder) {
  TempTree tree;
  tree.MakeFolder(".git");
  tree.Write(".gitignore", "build/\n!build/keep.c\nout/*\n!out/keep.c\n");
  tree.Write("build/keep.c");
  tree.Write("out/keep.c");
  tree.Write("out/drop.c");
  EXPECT_EQ(WalkPaths({.root = tree.root()}), (Strings{"out/keep.c"}));
}

TEST(IgnoreRules, DotIgnoreGoesBeforeGitignore) {
  TempTree tree;
  tree.MakeFolder(".git");
  tree.Write(".ignore", "!wanted.c\ngone.c\n");
  tree.Write("sub/.gitignore", "wanted.c\n!gone.c\n");
  tree.Write("sub/wanted.c");
  tree.Write("sub/gone.c");
  EXPECT_EQ(WalkPaths({.root = tree.root()}), (Strings{"sub/wanted.c"}));
}

TEST(IgnoreRules, RulesAboveTheRootCountUpToTheTopOfTheRepository) {
  TempTree tree;
  tree.Write(".gitignore", "*.c\n");  // outside
  tree.Write("repo/.git/info/exclude", "excluded.h\n*.x\n");
  tree.Write("repo/.gitignore", "/sub/dir/anchored.h\n*.o\n");
  tree.Write("repo/sub/.gitignore", "!b.x\n");
  for (const char* name : {"a.c", "anchored.h", "excluded.h", "a.o", "a.x", "b.x"}) {
    tree.Write("repo/sub/dir/" + std::string(name));
  }
  EXPECT_EQ(WalkPaths({.root = tree / "repo/sub/dir"}), (Strings{"a.c", "b.x"}));
}

TEST(IgnoreRules, ANestedRepositoryStartsAfresh) {
  TempTree tree;
  tree.Write(".git/HEAD");
  tree.Write(".gitignore", "*.c\n");
  tree.Write(".ignore", "*.h\n");
  tree.Write("a.c");
  // A submodule: `.git` is a file that says where the repository is.
  tree.Write("module/.git", "gitdir: ../.git/modules/module\n");
  tree.Write(".git/modules/module/info/exclude", "x.c\n");
  // A worktree, whose repository names a shared one.
  tree.Write("worktree/.git", "gitdir: ../.git/worktrees/worktree\r\n");
  tree.Write(".git/worktrees/worktree/commondir", "../..\n");
  tree.Write(".git/info/exclude", "y.c\n");
  for (const char* folder : {"module", "worktree"}) {
    for (const char* name : {"/x.c", "/y.c", "/z.h"}) tree.Write(std::string(folder) + name);
  }
  EXPECT_EQ(WalkPaths({.root = tree.root()}), (Strings{"module/y.c", "worktree/x.c"}));
}

TEST(IgnoreRules, AnOddIgnoreFileIsNoRule) {
  TempTree tree;
  tree.MakeFolder(".git");
  tree.MakeFolder("folder/.gitignore");
  tree.Write("folder/a.c");
  tree.Write("rules", "*.c\n");
  tree.Link("link/.gitignore", "../rules");  // git follows none
  tree.Write("link/b.c");
  EXPECT_EQ(WalkPaths({.root = tree.root()}), (Strings{"folder/a.c", "link/b.c", "rules"}));
}

TEST(IgnoreRules, HiddenEntries) {
  TempTree tree;
  tree.Write(".gitignore", "!.clang-tidy\n.cache/index\n");
  tree.Write(".clang-tidy");
  tree.Write(".git/config");
  tree.Write(".secret/a.c");
  tree.Write("sub/.git/b.c");
  tree.Write(".cache/own/c.c");
  EXPECT_EQ(WalkPaths({.root = tree.root()}), (Strings{".clang-tidy"}));
  EXPECT_EQ(WalkPaths({.root = tree.root(), .hidden = true, .leave_out = ".cache/own"}),
            (Strings{".clang-tidy", ".gitignore", ".secret/a.c"}));
}

}  // namespace
}  // namespace astrolabe
