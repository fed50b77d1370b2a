// A folder of files that goes away with the test, and the index over it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "index/index_store.h"
#include "index/indexer.h"

namespace astrolabe {

class TempWorkspace {
 public:
  TempWorkspace() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "astrolabe-test-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    std::filesystem::create_directories(root());
  }
  ~TempWorkspace() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string root() const { return (folder_ / "root").string(); }
  std::string index_dir() const { return (folder_ / "index").string(); }

  void Write(const std::string& path, std::string_view text) const {
    std::filesystem::path file = std::filesystem::path(root()) / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  void Remove(const std::string& path) const {
    std::filesystem::remove_all(std::filesystem::path(root()) / path);
  }

  IndexerOptions Options() const {
    IndexerOptions options;
    options.root = root();
    options.index_dir = index_dir();
    options.tool_version = "test";
    options.owner = "a test";
    options.threads = 2;
    return options;
  }
  absl::StatusOr<IndexReport> TryIndex() const {
    return UpdateIndex(RealFileSystem(), Options(), nullptr, nullptr);
  }
  IndexReport Index() const {
    absl::StatusOr<IndexReport> report = TryIndex();
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : IndexReport{};
  }
  std::shared_ptr<const Snapshot> Open() const {
    auto snapshot = OpenSnapshot(RealFileSystem(), index_dir());
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return snapshot.ok() ? *snapshot : std::make_shared<const Snapshot>();
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace astrolabe
