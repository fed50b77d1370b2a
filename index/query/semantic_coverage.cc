// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/semantic_coverage.h"

#include <utility>
#include <vector>

#include "base/whole_file.h"
#include "index/file_scanner.h"

namespace astrolabe {

std::string AbsolutePath(const std::string& root, std::string_view path) {
  if (path.starts_with('/')) return std::string(path);
  return root + "/" + std::string(path);
}

SemanticCoverage::State SemanticCoverage::Of(std::string_view path) {
  std::string key(path);
  {
    absl::MutexLock lock(&mutex_);
    if (auto it = known_.find(key); it != known_.end()) return it->second;
  }
  // Two threads may find the same thing out at the same time; that harms nobody.
  const State state = Find(path);
  absl::MutexLock lock(&mutex_);
  known_.emplace(std::move(key), state);
  return state;
}

SemanticCoverage::State SemanticCoverage::Find(std::string_view path) const {
  if (!index_) return State::kAbsent;
  const std::vector<IndexedFile> variants = index_->FindFile(path);
  if (variants.empty()) return State::kAbsent;
  const std::string absolute = AbsolutePath(root_, path);
  absl::StatusOr<FileStat> stat = fs_.Stat(absolute);
  if (!stat.ok() || stat->is_directory) return State::kChanged;
  bool same_size = false;
  for (const IndexedFile& file : variants) {
    if (file.state.size != stat->size) continue;
    if (file.state.mtime_ns == stat->mtime_ns) return State::kCurrent;
    same_size = true;
  }
  if (!same_size) return State::kChanged;
  const uint64_t digest = ContentDigest(ReadWholeFile(absolute));
  for (const IndexedFile& file : variants) {
    if (file.state.digest == digest) return State::kCurrent;
  }
  return State::kChanged;
}

}  // namespace astrolabe
