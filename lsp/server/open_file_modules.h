// The C++20 modules that open documents import, at the compiler.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "analysis/live/live_command.h"
#include "analysis/live/live_modules.h"
#include "analysis/project/front_end_command.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Any thread.
class OpenFileModules {
 public:
  // `changed` is called, on a thread of its own, when a file's command means another thing than the last time.
  OpenFileModules(const Session& session, std::function<void(const std::string& path)> changed);

  // Completes the command of an open document. `front_end` translates other files' commands, and must outlive.
  void Complete(FrontEndCommands& front_end, LiveCommand& command) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether the document imports something else in this text than in the one before, if there was one.
  bool TakeText(const std::string& path, const std::string& text) ABSL_LOCKS_EXCLUDED(mutex_);
  void Forget(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);
  void FilesChanged() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  LiveModules& live(FrontEndCommands& front_end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<ModuleUnit> UnitsFor(FrontEndCommands& front_end, const std::string& path,
                                   DirectivesCache& directives) const;

  const Session& session_;
  const std::function<void(const std::string& path)> changed_;
  absl::Mutex mutex_;
  std::map<std::string, ModuleDirectives> directives_
      ABSL_GUARDED_BY(mutex_);                                 // of the newest texts
  std::unique_ptr<LiveModules> live_ ABSL_GUARDED_BY(mutex_);  // once a document imports something
};

}  // namespace astrolabe::lsp
