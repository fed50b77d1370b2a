// Whether files are still what a parse has read, each looked at once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "index/semantic/facts.h"

namespace astrolabe {

// One run's view of the disk. One thread. Paths as FileFacts::path.
class FileStates {
 public:
  explicit FileStates(std::string root) : root_(std::move(root)) {}

  // Whether the file has the content that `state` tells of. Read only if its size is the same and its
  // time is not.
  bool IsCurrent(std::string_view path, const FileState& state);

  // Size, time and digest now; nullopt if it can't be read.
  std::optional<FileState> Read(std::string_view path);

  bool Exists(std::string_view path) { return Look(path).exists; }

  std::string Absolute(std::string_view path) const;

 private:
  struct Known {
    bool exists = false;
    bool has_digest = false;
    FileState state;
  };
  Known& Look(std::string_view path);
  void Digest(std::string_view path, Known* known);

  const std::string root_;
  absl::flat_hash_map<std::string, Known> known_;
};

}  // namespace astrolabe
