// Shows the user that a file which was just opened is still being parsed, if that takes long enough to be noticed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "lsp/server/progress.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Any thread.
class OpeningProgress {
 public:
  explicit OpeningProgress(Session& session) : session_(session) {}
  OpeningProgress(const OpeningProgress&) = delete;
  OpeningProgress& operator=(const OpeningProgress&) = delete;

  // What LiveOptions::on_state tells.
  void Take(const std::string& path, std::string_view state) ABSL_LOCKS_EXCLUDED(mutex_);
  // The file was closed.
  void Forget(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct File {
    bool is_parsed = false;                      // once
    std::unique_ptr<WorkDoneProgress> progress;  // shown
  };

  void Show(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);

  Session& session_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, File> files_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
