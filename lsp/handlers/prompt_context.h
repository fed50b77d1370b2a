// What a model may have to know that stands in other files: declarations of the names around a cursor, and the header of a
// source file.
//
// A model reads it ahead of everything else, so it stays as it is while the cursor moves within a few lines: what has been
// computed of it serves the next keystroke.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "analysis/ai/infill_prompt.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Any thread.
class PromptContexts {
 public:
  explicit PromptContexts(Session& session) : session_(session) {}

  // The most helpful first. `offset`: the cursor.
  std::vector<PromptContext> At(const DocumentSnapshot& document, size_t offset)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Known {
    std::string document;  // URI
    size_t anchor = 0;     // line
    std::vector<PromptContext> context;
  };

  std::vector<PromptContext> Find(const DocumentSnapshot& document, size_t anchor) const;

  Session& session_;
  absl::Mutex mutex_;
  std::deque<Known> known_ ABSL_GUARDED_BY(mutex_);  // the last used first
};

}  // namespace astrolabe::lsp
