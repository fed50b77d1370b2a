// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/live_modules.h"

#include <algorithm>
#include <utility>

namespace astrolabe {

LiveModules::LiveModules(LiveModulesOptions options)
    : options_(std::move(options)), store_(options_.store), thread_([this] { Run(); }) {}

LiveModules::~LiveModules() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  thread_.join();
}

LiveModules::Answer LiveModules::For(const ModuleUnit& unit) {
  absl::MutexLock lock(&mutex_);
  Wanted& wanted = wanted_[unit.command.file];
  if (wanted.revision == 0 || wanted.unit.command.digest != unit.command.digest ||
      wanted.unit.directives != unit.directives) {
    wanted.unit = unit;
    ++wanted.revision;
  }
  wanted.is_asked = wanted.answered != wanted.revision;
  return {wanted.arguments, wanted.is_asked};
}

void LiveModules::Forget(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  wanted_.erase(path);
}

void LiveModules::FilesChanged() {
  absl::MutexLock lock(&mutex_);
  for (auto& [path, wanted] : wanted_) ++wanted.revision;
}

bool LiveModules::HasWork() const {
  return stopped_ || std::any_of(wanted_.begin(), wanted_.end(), [](const auto& entry) {
           return entry.second.answered != entry.second.revision;
         });
}

void LiveModules::Run() {
  for (;;) {
    ModuleUnit unit;
    uint64_t revision = 0;
    {
      absl::MutexLock lock(&mutex_, absl::Condition(this, &LiveModules::HasWork));
      if (stopped_) return;
      auto next = std::find_if(wanted_.begin(), wanted_.end(), [](const auto& entry) {
        return entry.second.answered != entry.second.revision;
      });
      unit = next->second.unit;
      revision = next->second.revision;
    }
    ModuleArguments arguments = Build(unit);
    bool is_news = false;
    {
      absl::MutexLock lock(&mutex_);
      auto wanted = wanted_.find(unit.command.file);
      if (wanted == wanted_.end() || wanted->second.revision != revision) continue;
      is_news = wanted->second.is_asked || wanted->second.arguments != arguments;
      wanted->second.answered = revision;
      wanted->second.is_asked = false;
      wanted->second.arguments = std::move(arguments);
    }
    if (is_news) options_.changed(unit.command.file);
  }
}

ModuleArguments LiveModules::Build(const ModuleUnit& unit) {
  ProjectModules project(store_, options_.units(unit.command.file, directives_));
  return project.ArgumentsFor({&unit, 1}, /*threads=*/0, &stopped_).front();
}

}  // namespace astrolabe
