// How files are compiled, as their configuration has it: other databases than the project's own, and edited flags.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "analysis/config/config_provider.h"
#include "analysis/project/command_inference.h"

namespace astrolabe {

bool HaveSameDatabase(const Config& a, const Config& b);

// Any thread.
class ConfiguredProject {
 public:
  // A database that `options` name counts more than any that is configured. `config` must outlive; null: nothing is
  // configured.
  ConfiguredProject(ProjectOptions options, ConfigProvider* config)
      : options_(std::move(options)), config_(config) {}

  // The model that a file is compiled by, or, of a folder with '/' at its end, what is in it. Up to date, and always the
  // same one for the same database. An error is a database that cannot be read; of one that is configured and not there
  // the log says so, and commands are guessed.
  absl::StatusOr<std::shared_ptr<ProjectModel>> ModelFor(const std::string& path)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The root's.
  absl::StatusOr<std::shared_ptr<ProjectModel>> Own() { return ModelFor(options_.root + "/"); }

  absl::StatusOr<CompileCommand> CommandFor(const std::string& file);
  // Edits a command that is from elsewhere, as its file's configuration wants it.
  void Edit(CompileCommand& command) const;

 private:
  struct Model {
    std::shared_ptr<ProjectModel> model;  // null: there was an error
    absl::Status error;
    absl::Time tried = absl::InfinitePast();
  };

  absl::StatusOr<std::shared_ptr<ProjectModel>> Load(const std::string& database) const;

  const ProjectOptions options_;
  ConfigProvider* const config_;
  absl::Mutex mutex_;
  // By the folder that is named; "" for the one that is found, "None" for none.
  std::map<std::string, Model> models_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe
