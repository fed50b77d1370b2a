// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/module_commands.h"

#include <map>
#include <set>
#include <utility>

#include "analysis/modules/module_units.h"
#include "base/trace.h"
#include "base/whole_file.h"

namespace astrolabe {
namespace {

ModuleStore StoreOf(const SemanticOptions& options) {
  return ModuleStore({.program = options.program, .directory = ModuleDirectory(options.index_dir)});
}

}  // namespace

void AddModules(const SemanticOptions& options, std::vector<FrontEndCommand>* commands,
                SemanticReport* report, const std::atomic<bool>* cancelled) {
  std::vector<std::pair<size_t, ModuleUnit>> found = UnitsWithModules(*commands);
  if (found.empty()) return;
  TraceSpan span("modules");
  std::vector<ModuleUnit> units;
  for (const auto& [index, unit] : found) units.push_back(unit);
  ModuleStore store = StoreOf(options);
  std::vector<ModuleArguments> modules =
      ProjectModules(store, units).ArgumentsFor(units, options.threads, cancelled);
  std::map<uint64_t, SharedArguments> shared;  // by digest
  std::set<std::string> problems;
  for (size_t i = 0; i < found.size(); ++i) {
    FrontEndCommand& command = (*commands)[found[i].first];
    command = WithModules(std::move(command), modules[i]);
    command.cc1 = shared.try_emplace(command.digest, command.cc1).first->second;
    problems.insert(modules[i].problems.begin(), modules[i].problems.end());
    for (const std::string& header : units[i].directives.header_units) {
      problems.insert("header units are not supported: import " + header + " is an error");
    }
  }
  report->notes.insert(report->notes.end(), problems.begin(), problems.end());
  report->modules_built = store.builds();
  store.RemoveOld();
}

ModuleArguments ModulesOf(Project& project, const SemanticOptions& options,
                          const FrontEndCommand& command) {
  ModuleUnit unit{command, ReadModuleDirectives(ReadWholeFile(command.file))};
  auto database = project.model->database();
  if (database == nullptr || unit.directives.imports.empty() || !AllowModules(command.cc1))
    return {};
  DirectivesCache directives;
  const auto translate = [&](CompileCommand compile) {
    project.configured->Edit(compile);
    return project.front_end->For(compile);
  };
  ModuleStore store = StoreOf(options);
  return ProjectModules(store, ImportableUnits(*database, translate, directives))
      .ArgumentsFor({&unit, 1}, options.threads, nullptr)
      .front();
}

}  // namespace astrolabe
