// Which files tier 1 may answer for: those whose content is still what the compiler saw.
//
// The file on disk decides, not tier 0's record of it, so that an answer is right even between an edit
// and the next `astrolabe index`. A file that was touched but not changed is told by its digest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/file_system.h"
#include "index/semantic/semantic_index.h"

namespace astrolabe {

// `path` as FileFacts has it, as a path that can be opened.
std::string AbsolutePath(const std::string& root, std::string_view path);

// One query's view: each file is looked at once. Thread-safe.
class SemanticCoverage {
 public:
  enum class State : uint8_t {
    kAbsent,   // not in tier 1
    kChanged,  // in it, but the file is now another one, or gone
    kCurrent,
  };

  // `index` may be null: then everything is absent. Both must outlive this.
  SemanticCoverage(const SemanticIndex* index, FileSystem& fs, std::string root)
      : index_(index), fs_(fs), root_(std::move(root)) {}

  State Of(std::string_view path) ABSL_LOCKS_EXCLUDED(mutex_);
  bool Covers(std::string_view path) { return Of(path) == State::kCurrent; }

 private:
  State Find(std::string_view path) const;

  const SemanticIndex* const index_;
  FileSystem& fs_;
  const std::string root_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, State> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe
