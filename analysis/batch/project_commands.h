// What there is to parse in a workspace, and how.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/batch/batch_indexer.h"
#include "analysis/config/config_provider.h"
#include "analysis/config/configured_project.h"
#include "analysis/project/command_inference.h"
#include "analysis/project/front_end_command.h"
#include "analysis/project/query_driver.h"
#include "base/file_system.h"

namespace astrolabe {

// The project model with all that it needs to answer for one run.
struct Project {
  std::shared_ptr<std::vector<std::string>> config_problems;  // of the files that were read so far
  std::unique_ptr<ConfigProvider> config;
  std::unique_ptr<ConfiguredProject> configured;
  std::shared_ptr<ProjectModel> model;    // the root's
  std::unique_ptr<QueryDrivers> drivers;  // null: none may be asked
  std::unique_ptr<FrontEndCommands> front_end;
};

// Headers without a command take that of a unit which is known to include them.
absl::StatusOr<Project> LoadProject(FileSystem& fs, const SemanticOptions& options);

// Every command of the database, each (file, meaning) once; with compile_flags.txt, one for each source
// file of tier 0's index. Those that the configuration keeps out of the index are left out. Fills in the
// report's database, entries and notes. Empty without a database.
absl::StatusOr<std::vector<FrontEndCommand>> LoadProjectCommands(FileSystem& fs,
                                                                 const SemanticOptions& options,
                                                                 SemanticReport* report);

}  // namespace astrolabe
