// Which files a walk leaves out: `.gitignore`, `.ignore` and `.git/info/exclude`, as git reads
// them.
//
// The semantics are gitignore(5)'s: within one file the last matching line decides, a file nearer
// to the entry goes before one further up, `.git/info/exclude` comes last, and a pattern cannot
// bring back what lies in an excluded directory (the walk never enters one). `.ignore` is
// ripgrep's: same syntax, and any match there goes before every `.gitignore`. A directory with its
// own `.git` (a submodule, a worktree) starts afresh: no `.gitignore` from outside applies inside,
// `.ignore` files still do.
//
// Where this differs from git: the index of git is not read, so a tracked file that matches a
// pattern is left out (ripgrep does the same); and the user's global excludes file is not read, so
// that the same tree gives the same index to everybody. Outside a repository no `.gitignore` counts,
// as with ripgrep: Debian's package of Linux has one that excludes everything, for whoever imports
// it into git.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "index/glob.h"

namespace astrolabe {

enum class IgnoreVerdict : uint8_t { kNone, kExclude, kInclude };

// One compiled ignore file. Immutable, so shareable between threads.
//
// Patterns that are a plain name, a plain path or `*.suffix` (nearly all that people write) are
// found by hash, so that a hundred of them cost as much as one; the rest are tried in turn.
class IgnoreFile {
 public:
  // Never fails: a line that can match nothing is dropped, as git does. Undecodable bytes are
  // bytes.
  static IgnoreFile Parse(std::string_view text);

  // `path` is relative to the folder of the ignore file; its base name starts at `name`.
  IgnoreVerdict Match(std::string_view path, size_t name, bool is_directory) const;

  bool empty() const { return negated_.empty(); }

 private:
  // Line numbers, among the kept patterns, of the last pattern with some text; -1 if there is none.
  struct Lines {
    int32_t any = -1;             // patterns without a trailing slash
    int32_t directory_only = -1;  // patterns with one
  };
  using Table = absl::flat_hash_map<std::string, Lines>;
  struct GlobPattern {
    int32_t line = 0;
    bool directory_only = false;
    bool basename = false;
    // What the text must start with, already cut off from `glob` (git does so too, which decides
    // what a `**` right after it means). Path patterns only.
    std::string prefix;
    Glob glob;
  };

  void AddLine(std::string_view line);
  static void Note(Table& table, const std::string& text, int32_t line, bool directory_only);

  std::vector<bool> negated_;  // by line
  Table basenames_;
  Table suffixes_;  // of base names, each starting with a dot
  Table paths_;
  std::vector<GlobPattern> globs_;
  size_t longest_suffix_ = 0;
};

// The rules that apply in one directory: its own, then its parent's scope. Immutable.
struct IgnoreScope {
  const IgnoreScope* parent = nullptr;
  // Bytes of a full path (see IgnoreRules) that name this directory, with the slash; 0 for the
  // topmost.
  size_t base_length = 0;
  bool is_git_top = false;
  bool in_repository = false;  // it, or a folder above it, has a `.git`
  IgnoreFile dot_ignore;
  IgnoreFile gitignore;
  IgnoreFile git_exclude;
};

// Which of the special names a directory listing held.
struct IgnoreFileNames {
  bool dot_ignore = false;
  bool gitignore = false;
  bool dot_git = false;

  // Notes `name` if it is special.
  void See(std::string_view name);
  bool any() const { return dot_ignore || gitignore || dot_git; }
};

// An ignore file that is there and could not be read; its rules are missing.
struct IgnoreFileError {
  std::string_view name;  // ".gitignore", ".ignore" or ".git/info/exclude"; static
  int error = 0;          // errno
};

// Owns the scopes of one tree. Thread-safe. Scopes live as long as this.
//
// Paths here are *full paths*: relative to the top of the git repository that the root lies in (or
// to the root, when it lies in none), that is, `prefix()` and then the path relative to the root.
class IgnoreRules {
 public:
  // Reads the rules of the folders above `root` up to the top of its repository. An unusable `root`
  // gives no rules; the walk reports it.
  explicit IgnoreRules(const std::string& root);

  IgnoreRules(const IgnoreRules&) = delete;
  IgnoreRules& operator=(const IgnoreRules&) = delete;

  std::string_view prefix() const { return prefix_; }
  // What applies at the root before its own files are read (Enter); nullptr if nothing.
  const IgnoreScope* above_root() const { return above_root_; }

  // The scope of the directory open as `directory_fd`, whose full path has `base_length` bytes with
  // its slash. It is `parent` itself when the directory adds nothing. What could not be read is
  // appended to `errors`.
  const IgnoreScope* Enter(const IgnoreScope* parent, int directory_fd, size_t base_length,
                           const IgnoreFileNames& names, std::vector<IgnoreFileError>* errors);

  // What the rules say about the entry at `full_path` (no trailing slash), whose base name starts
  // at `name`. `scope` is its directory's, may be nullptr.
  static IgnoreVerdict Match(const IgnoreScope* scope, std::string_view full_path, size_t name,
                             bool is_directory);

  // Whether the entry is left out by the rules or for being hidden (unless `hidden` is set, or a rule
  // brings it back by name, as in ripgrep).
  static bool LeavesOut(const IgnoreScope* scope, std::string_view full_path, size_t name,
                        bool is_directory, bool hidden);

 private:
  std::string prefix_;
  bool in_repository_ = false;  // the root is
  const IgnoreScope* above_root_ = nullptr;
  absl::Mutex mutex_;
  std::deque<IgnoreScope> scopes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe
