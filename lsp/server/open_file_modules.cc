// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/open_file_modules.h"

#include <utility>
#include <vector>

#include "analysis/config/flag_edits.h"
#include "analysis/modules/module_units.h"

namespace astrolabe::lsp {

OpenFileModules::OpenFileModules(const Session& session,
                                 std::function<void(const std::string& path)> changed)
    : session_(session), changed_(std::move(changed)) {}

LiveModules& OpenFileModules::live(FrontEndCommands& front_end) {
  if (live_ != nullptr) return *live_;
  LiveModulesOptions options;
  options.store.program = session_.program();
  // Without a workspace there is no project either, and so nothing to build.
  if (const auto workspace = session_.WorkspaceOf("")) {
    options.store.directory = ModuleDirectory(workspace->index_dir());
  }
  options.units = [this, &front_end](const std::string& path, DirectivesCache& directives) {
    return UnitsFor(front_end, path, directives);
  };
  options.changed = changed_;
  live_ = std::make_unique<LiveModules>(std::move(options));
  return *live_;
}

std::vector<ModuleUnit> OpenFileModules::UnitsFor(FrontEndCommands& front_end,
                                                  const std::string& path,
                                                  DirectivesCache& directives) const {
  const std::shared_ptr<Workspace> workspace = session_.WorkspaceOf(path);
  const auto project = workspace == nullptr ? nullptr : workspace->ProjectFor(path);
  const auto database = project == nullptr ? nullptr : project->database();
  if (database == nullptr) return {};
  const auto translate = [&](CompileCommand command) {
    ApplyFlagEdits(*session_.ConfigOf(command.file), command);
    return front_end.For(command);
  };
  return ImportableUnits(*database, translate, directives);
}

void OpenFileModules::Complete(FrontEndCommands& front_end, LiveCommand& command) {
  if (!AllowModules(command.front_end.cc1)) return;
  absl::MutexLock lock(&mutex_);
  const auto directives = directives_.find(command.front_end.file);
  if (directives == directives_.end() || directives->second.imports.empty()) {
    if (live_ != nullptr) live_->Forget(command.front_end.file);
    return;
  }
  LiveModules::Answer answer = live(front_end).For({command.front_end, directives->second});
  command.front_end = WithModules(std::move(command.front_end), answer.arguments);
  command.awaits_modules = answer.is_coming;
  command.module_problems = std::move(answer.arguments.problems);
}

bool OpenFileModules::TakeText(const std::string& path, const std::string& text) {
  ModuleDirectives directives = ReadModuleDirectives(text);
  absl::MutexLock lock(&mutex_);
  const auto [known, is_new] = directives_.try_emplace(path);
  const bool is_other = !is_new && known->second != directives;
  known->second = std::move(directives);
  return is_other;
}

void OpenFileModules::Forget(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  directives_.erase(path);
  if (live_ != nullptr) live_->Forget(path);
}

void OpenFileModules::FilesChanged() {
  absl::MutexLock lock(&mutex_);
  if (live_ != nullptr) live_->FilesChanged();
}

}  // namespace astrolabe::lsp
