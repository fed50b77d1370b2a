// Which units of a project have to do with modules.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/modules/module_directives.h"
#include "analysis/project/compilation_database.h"
#include "analysis/project/compile_command.h"

namespace astrolabe {

// A unit, and what its text says of modules.
struct ModuleUnit {
  FrontEndCommand command;
  ModuleDirectives directives;
};

// What files on disk say of modules, each read again when its size or time has changed. One thread.
class DirectivesCache {
 public:
  const ModuleDirectives& Of(const std::string& path);

 private:
  struct Known {
    FileStat stat;
    ModuleDirectives directives;
  };
  std::map<std::string, Known> known_;
};

using Translate = std::function<absl::StatusOr<FrontEndCommand>(CompileCommand)>;

// The units of a database that others can import. Only their commands are translated; those that Clang makes nothing of
// are left out.
std::vector<ModuleUnit> ImportableUnits(const CompilationDatabase& database,
                                        const Translate& translate, DirectivesCache& directives);

// Those among `commands` that are of a module or import one, with their places in it.
std::vector<std::pair<size_t, ModuleUnit>> UnitsWithModules(
    const std::vector<FrontEndCommand>& commands);

}  // namespace astrolabe
