// The language models of a server: for each a process, what it has proposed, and the file of counts, for all features that
// ask it. One fills in, the other chats; they may be the same file, but what chats for seconds keeps nobody waiting who
// types.
//
// Nothing is started before the first request. Without a model, or where none is wanted, there is nothing to ask.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>

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
  struct Engine {
    Engine(ModelProcessOptions options, std::string root, const std::string& name)
        : model(std::move(options)),
          suggester(model, LearntIn(ReadAiUsage(AiUsageFolder()))),
          usage(AiUsageFolder(), std::move(root), name) {}

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

  // The one that chats. FailedPrecondition or NotFound, with what the user has to do, if there is none; Unavailable if
  // none is wanted.
  absl::StatusOr<Engine*> ForChat(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether any is wanted for the file. Looks for none.
  bool IsWantedFor(const std::string& path) const;

  // Says to the client what is wrong with the model; not the same twice in a row.
  void Tell(const absl::Status& failure) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  std::unique_ptr<Engine> Start(std::string file, uint32_t context, const std::string& name) const;

  Session& session_;
  absl::Mutex mutex_;
  bool was_tried_ ABSL_GUARDED_BY(mutex_) = false;
  std::string told_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Engine> engine_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Engine> chat_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
