// What units that import C++20 modules are compiled with, in a run over the workspace.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "analysis/batch/batch_indexer.h"
#include "analysis/batch/project_commands.h"
#include "analysis/modules/project_modules.h"
#include "analysis/project/compile_command.h"

namespace astrolabe {

// Builds the interfaces that units import, and appends to their commands where these are. What is wrong with a module is
// noted in the report.
void AddModules(const SemanticOptions& options, std::vector<FrontEndCommand>* commands,
                SemanticReport* report, const std::atomic<bool>* cancelled);

// What one file of a project is compiled with.
ModuleArguments ModulesOf(Project& project, const SemanticOptions& options,
                          const FrontEndCommand& command);

}  // namespace astrolabe
