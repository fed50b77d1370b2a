// The modules that open files import, built in the background.
//
// A file that imports something is parsed once the interfaces are there. What they are made from may change on disk at
// any time (a save, a build): then all is looked at again, which costs little where nothing has become of it, and files
// for which it means something are parsed anew.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "analysis/modules/project_modules.h"

namespace astrolabe {

struct LiveModulesOptions {
  ModuleStoreOptions store;
  // The units that a file may import from. Called on the thread of LiveModules.
  std::function<std::vector<ModuleUnit>(const std::string& path, DirectivesCache& directives)>
      units;
  // A file's command means another thing now than when it was last asked for. On the thread of LiveModules.
  std::function<void(const std::string& path)> changed;
};

// Any thread.
class LiveModules {
 public:
  explicit LiveModules(LiveModulesOptions options);
  ~LiveModules();
  LiveModules(const LiveModules&) = delete;
  LiveModules& operator=(const LiveModules&) = delete;

  struct Answer {
    ModuleArguments arguments;  // as far as they are known
    bool is_coming = false;     // `changed` will tell when to ask again
  };
  // What an open file is compiled with. Returns at once.
  Answer For(const ModuleUnit& unit) ABSL_LOCKS_EXCLUDED(mutex_);
  void Forget(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);
  // On disk, or in the database.
  void FilesChanged() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Wanted {
    ModuleUnit unit;
    uint64_t revision = 0;  // grows whenever the answer may be another one
    uint64_t answered = 0;  // the revision that `arguments` are of
    bool is_asked = false;  // somebody waits for it
    ModuleArguments arguments;
  };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ModuleArguments Build(const ModuleUnit& unit) ABSL_LOCKS_EXCLUDED(mutex_);

  const LiveModulesOptions options_;
  ModuleStore store_;
  DirectivesCache directives_;  // of the thread
  absl::Mutex mutex_;
  std::map<std::string, Wanted> wanted_ ABSL_GUARDED_BY(mutex_);  // by path
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace astrolabe
