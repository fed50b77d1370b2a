// The language model of a server: one process, what it has proposed, and the file of counts, for all features that ask it.
//
// Nothing is started before the first request. Without a model, or where none is wanted, there is nothing to ask.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "analysis/ai/model_process.h"
#include "analysis/ai/suggester.h"
#include "lsp/server/ai_usage.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Any thread.
class LanguageModel {
 public:
  struct Engine {
    Engine(ModelProcessOptions options, std::string root)
        : model(std::move(options)),
          suggester(model, LearntIn(ReadAiUsage(AiUsageFolder()))),
          usage(AiUsageFolder(), std::move(root)) {}

    void Count() { usage.Write(suggester, model); }

    ModelProcess model;
    Suggester suggester;
    AiUsageFile usage;
  };

  explicit LanguageModel(Session& session) : session_(session) {}

  // To be asked about the file; null if there is no model, or none is wanted for it.
  Engine* For(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);
  // The one that was asked already; null if none was.
  Engine* Asked() ABSL_LOCKS_EXCLUDED(mutex_);

  // Says to the client what is wrong with the model; not the same twice in a row.
  void Tell(const absl::Status& failure) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Session& session_;
  absl::Mutex mutex_;
  bool was_tried_ ABSL_GUARDED_BY(mutex_) = false;
  std::string told_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Engine> engine_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
