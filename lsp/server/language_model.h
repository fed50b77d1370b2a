// The language models of a server: for each a process, what it has proposed, and the file of counts, for all features that
// ask it. Some fill in, one chats; it may be the same file, but what chats for seconds keeps nobody waiting who types.
//
// Nothing is started before the first request. Without a model, or where none is wanted, there is nothing to ask.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "analysis/ai/model_process.h"
#include "analysis/ai/suggester.h"
#include "lsp/server/ai_usage.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Any thread.
class LanguageModel {
 public:
  class Engine {
   public:
    // The models' processes, the quickest first; at least one. `name`: AiUsageFile's.
    Engine(std::vector<std::unique_ptr<ModelProcess>> models, std::string root,
           const std::string& name);

    // For what takes its time: the largest.
    ModelProcess& model() { return *models_.back(); }
    Suggester& suggester() { return suggester_; }
    // Whether a process is there to be asked, without one being started for it.
    bool IsRunning() const;
    void Count() { usage_.Write(suggester_, models_); }

   private:
    const std::vector<std::unique_ptr<ModelProcess>> models_;
    Suggester suggester_;
    AiUsageFile usage_;
  };

  explicit LanguageModel(Session& session) : session_(session) {}

  // To be asked about the file; null if there is no model, or none is wanted for it.
  Engine* For(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);
  // The one that was asked already; null if none was.
  Engine* Asked() ABSL_LOCKS_EXCLUDED(mutex_);

  // The one that chats. FailedPrecondition or NotFound, with what the user has to do, if there is none; Unavailable if
  // none is wanted.
  absl::StatusOr<Engine*> ForChat(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether any is wanted for the file. Looks for none.
  bool IsWantedFor(const std::string& path) const;

  // Says to the client what is wrong with the model; not the same twice in a row.
  void Tell(const absl::Status& failure) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  std::unique_ptr<Engine> Start(std::vector<std::string> files, uint32_t context,
                                const std::string& name) const;

  Session& session_;
  absl::Mutex mutex_;
  bool was_tried_ ABSL_GUARDED_BY(mutex_) = false;
  std::string told_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Engine> engine_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Engine> chat_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
