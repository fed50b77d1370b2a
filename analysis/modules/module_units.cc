// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/modules/module_units.h"

#include "base/whole_file.h"

namespace astrolabe {

const ModuleDirectives& DirectivesCache::Of(const std::string& path) {
  absl::StatusOr<FileStat> now = RealFileSystem().Stat(path);
  Known& known = known_[path];
  if (!now.ok()) {
    known = {};
  } else if (known.stat != *now) {
    known = {*now, ReadModuleDirectives(ReadWholeFile(path))};
  }
  return known.directives;
}

std::vector<ModuleUnit> ImportableUnits(const CompilationDatabase& database,
                                        const Translate& translate, DirectivesCache& directives) {
  std::vector<ModuleUnit> units;
  for (size_t i = 0; i < database.size(); ++i) {
    const ModuleDirectives& read = directives.Of(database.FileAt(i));
    if (!read.is_importable) continue;
    absl::StatusOr<FrontEndCommand> command = translate(database.at(i));
    if (command.ok() && AllowModules(command->cc1)) units.push_back({*std::move(command), read});
  }
  return units;
}

std::vector<std::pair<size_t, ModuleUnit>> UnitsWithModules(
    const std::vector<FrontEndCommand>& commands) {
  std::vector<std::pair<size_t, ModuleUnit>> units;
  for (size_t i = 0; i < commands.size(); ++i) {
    if (!AllowModules(commands[i].cc1)) continue;
    ModuleDirectives directives = ReadModuleDirectives(ReadWholeFile(commands[i].file));
    if (directives.UsesModules()) units.push_back({i, {commands[i], std::move(directives)}});
  }
  return units;
}

}  // namespace astrolabe
