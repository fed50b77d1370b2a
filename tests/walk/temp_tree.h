// A folder tree of a test's own, and a walk over it.
//
// Removed by rm, since some tests nest folders deeper than any path that std::filesystem could name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "index/walk.h"

namespace astrolabe {

class TempTree {
 public:
  TempTree() {
    std::string name = (Place() / "astrolabe-walk-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::perror("mkdtemp");
    folder_ = name;
    // Tests that drop their privileges still have to get in.
    chmod(folder_.c_str(), 0755);
    std::filesystem::create_directory(root());
  }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;
  ~TempTree() { Shell("chmod -R u+rwx '" + folder_ + "' 2>/dev/null; rm -rf '" + folder_ + "'"); }

  std::string root() const { return folder_ + "/root"; }
  std::string operator/(std::string_view path) const { return root() + "/" + std::string(path); }

  void Write(std::string_view path, std::string_view text = "") const {
    const std::filesystem::path file = *this / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  void MakeFolder(std::string_view path) const {
    std::filesystem::create_directories(*this / path);
  }
  void Link(std::string_view path, const std::string& target) const {
    std::filesystem::create_directories(std::filesystem::path(*this / path).parent_path());
    std::filesystem::create_symlink(target, *this / path);
  }
  void Remove(std::string_view path) const { std::filesystem::remove_all(*this / path); }
  void Move(std::string_view from, std::string_view to) const {
    std::filesystem::rename(*this / from, *this / to);
  }

  static int Shell(const std::string& command) { return std::system(command.c_str()); }

 private:
  // In memory where there is room for many files: on a busy disk the 100,000 files of a test take half a
  // minute.
  static std::filesystem::path Place() {
    struct statvfs space;
    if (statvfs("/dev/shm", &space) == 0 && space.f_favail > 300'000 &&
        access("/dev/shm", W_OK) == 0) {
      return "/dev/shm";
    }
    return std::filesystem::temp_directory_path();
  }

  std::string folder_;
};

inline std::vector<std::string> Paths(const WalkResult& result) {
  std::vector<std::string> paths;
  for (const WalkEntry& entry : result.entries) paths.emplace_back(entry.path);
  return paths;
}

// "path: reason", in the walk's order.
inline std::vector<std::string> Skips(const WalkResult& result) {
  std::vector<std::string> skips;
  for (const WalkSkip& skip : result.skipped) skips.push_back(skip.path + ": " + skip.reason);
  return skips;
}

inline WalkResult MustWalk(const WalkOptions& options) {
  absl::StatusOr<WalkResult> result = Walk(options);
  if (!result.ok()) {
    ADD_FAILURE() << result.status();
    return {};
  }
  return *std::move(result);
}

inline std::vector<std::string> WalkPaths(const WalkOptions& options) {
  return Paths(MustWalk(options));
}

}  // namespace astrolabe
