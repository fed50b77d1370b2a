// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/configured_project.h"

#include <utility>

#include "absl/time/clock.h"
#include "analysis/config/flag_edits.h"
#include "analysis/project/paths.h"
#include "base/log.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constexpr char kNone[] = "None";
// A database that can't be read is tried again, since it may come, but not for every question.
constexpr absl::Duration kRetryInterval = absl::Seconds(2);

std::string DatabaseOf(const Config& config) {
  switch (config.compile_flags.search) {
    case DatabaseSearch::kFolder:
      return config.compile_flags.database_folder;
    case DatabaseSearch::kNone:
      return kNone;
    case DatabaseSearch::kAncestors:
      break;
  }
  return "";
}

}  // namespace

bool HaveSameDatabase(const Config& a, const Config& b) { return DatabaseOf(a) == DatabaseOf(b); }

absl::StatusOr<std::shared_ptr<ProjectModel>> ConfiguredProject::Load(
    const std::string& database) const {
  ProjectOptions options = options_;
  options.without_database = database == kNone;
  if (!database.empty() && !options.without_database) {
    options.compile_commands_dir = database;
    // Where a configuration file names one, no other is as good.
    const std::optional<std::string> found = ProjectModel::FindDatabase(options);
    const std::string place = AbsolutePath(options.root, database);
    if (!found || (*found != place && ParentPath(*found) != place)) {
      return absl::NotFoundError(StrCat("no compile_commands.json or compile_flags.txt in ", place,
                                        "; name the folder where your build system writes it"));
    }
  }
  absl::StatusOr<std::unique_ptr<ProjectModel>> loaded = ProjectModel::Load(std::move(options));
  if (!loaded.ok()) return loaded.status();
  return std::shared_ptr<ProjectModel>(*std::move(loaded));
}

absl::StatusOr<std::shared_ptr<ProjectModel>> ConfiguredProject::ModelFor(const std::string& path) {
  std::string database;
  if (config_ != nullptr && options_.compile_commands_dir.empty()) {
    database = DatabaseOf(*config_->For(path));
  }
  absl::MutexLock lock(&mutex_);
  Model& known = models_[database];
  if (known.model != nullptr) {
    if (known.model->ChangedOnDisk()) {
      if (absl::Status status = known.model->Reload(); !status.ok()) {
        LogWarning(ToStd(status.message()));
      }
    }
    return known.model;
  }
  if (absl::Now() - known.tried < kRetryInterval) {
    if (database.empty()) return known.error;
  } else {
    known.tried = absl::Now();
    absl::StatusOr<std::shared_ptr<ProjectModel>> loaded = Load(database);
    if (loaded.ok()) return known.model = *std::move(loaded);
    known.error = loaded.status();
    if (database.empty()) return known.error;
    LogWarning(ToStd(known.error.message()), " (configured for ", path, ")");
  }
  Model& none = models_[kNone];
  if (none.model == nullptr) {
    absl::StatusOr<std::shared_ptr<ProjectModel>> loaded = Load(kNone);
    if (!loaded.ok()) return loaded.status();
    none.model = *std::move(loaded);
  }
  return none.model;
}

absl::StatusOr<CompileCommand> ConfiguredProject::CommandFor(const std::string& file) {
  absl::StatusOr<std::shared_ptr<ProjectModel>> model = ModelFor(file);
  if (!model.ok()) return model.status();
  CompileCommand command = (*model)->CommandFor(file);
  Edit(command);
  return command;
}

void ConfiguredProject::Edit(CompileCommand& command) const {
  if (config_ != nullptr) ApplyFlagEdits(*config_->For(command.file), command);
}

}  // namespace astrolabe
