// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/project_commands.h"

#include <set>
#include <string>
#include <utility>

#include "analysis/batch/collector.h"
#include "analysis/config/flag_edits.h"
#include "analysis/project/source_language.h"
#include "analysis/project/spelled_includes.h"
#include "base/strings.h"
#include "index/index_store.h"
#include "index/semantic/semantic_index.h"

namespace astrolabe {
namespace {

// The source files that tier 0 knows, headers left out.
std::vector<std::string> SourceFiles(FileSystem& fs, const SemanticOptions& options) {
  std::vector<std::string> files;
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = OpenSnapshot(fs, options.index_dir);
  if (!snapshot.ok()) return files;
  for (const LiveSegment& live : (*snapshot)->segments) {
    for (StringCursor cursor = live.segment->paths().WalkAll(); cursor.Next();) {
      if (live.dead.Contains(cursor.id())) continue;
      LanguageGuess guess = LanguageOfFile(cursor.text());
      if (guess.language == SourceLanguage::kNone || guess.is_header) continue;
      files.push_back(StrCat(options.root, "/", cursor.text()));
    }
  }
  return files;
}

}  // namespace

absl::StatusOr<Project> LoadProject(FileSystem& fs, const SemanticOptions& options) {
  Project project;
  ProjectOptions project_options;
  project_options.root = options.root;
  project_options.compile_commands_dir = options.compile_commands_dir;
  ConfigOptions config;
  config.enabled = options.use_config;
  config.user_file = UserConfigPath();
  config.max_age = absl::InfiniteDuration();  // one run, one state
  project.config_problems = std::make_shared<std::vector<std::string>>();
  config.on_read = [problems = project.config_problems](const ConfigFile& file, bool) {
    for (const ConfigProblem& problem : file.problems) {
      problems->push_back(DescribeProblem(file, problem));
    }
  };
  project.config = std::make_unique<ConfigProvider>(std::move(config));
  project.configured =
      std::make_unique<ConfiguredProject>(std::move(project_options), project.config.get());
  absl::StatusOr<std::shared_ptr<ProjectModel>> model = project.configured->Own();
  if (!model.ok()) return model.status();
  project.model = *std::move(model);
  if (project.model->database_path().empty()) {
    auto snapshot = OpenSnapshot(fs, options.index_dir);
    if (snapshot.ok()) project.model->GuessFrom(SpelledIncludes(**snapshot, options.root));
  }
  FrontEndOptions front_end;
  front_end.tool_version = options.tool_version;
  if (!options.query_drivers.empty()) {
    QueryDriverOptions driver_options;
    driver_options.allowed = {options.query_drivers};
    driver_options.cache_directory = options.index_dir + "/drivers";
    absl::StatusOr<std::unique_ptr<QueryDrivers>> drivers = QueryDrivers::Create(driver_options);
    if (!drivers.ok()) return drivers.status();
    project.drivers = *std::move(drivers);
    front_end.query_drivers = project.drivers.get();
  }
  absl::StatusOr<std::unique_ptr<FrontEndCommands>> commands = FrontEndCommands::Create(front_end);
  if (!commands.ok()) return commands.status();
  project.front_end = *std::move(commands);
  absl::StatusOr<std::shared_ptr<const SemanticIndex>> index =
      SemanticIndex::Open(fs, options.index_dir + "/semantic");
  if (index.ok()) {
    project.model->SetIncluders([index = *index, root = options.root](const std::string& header) {
      std::vector<std::string> includers;
      std::set<uint32_t> units;
      for (uint32_t unit : index->UnitsIncluding(WorkspacePath(root, header))) units.insert(unit);
      if (units.empty()) return includers;
      index->ForEachUnit([&](const IndexedUnit& unit) {
        if (!units.contains(unit.id)) return true;
        bool inside = !unit.path.starts_with('/');
        includers.push_back(inside ? StrCat(root, "/", unit.path) : std::string(unit.path));
        return true;
      });
      return includers;
    });
  }
  return project;
}

absl::StatusOr<std::vector<FrontEndCommand>> LoadProjectCommands(FileSystem& fs,
                                                                 const SemanticOptions& options,
                                                                 SemanticReport* report) {
  absl::StatusOr<Project> project = LoadProject(fs, options);
  if (!project.ok()) return project.status();
  const ProjectModel& model = *project->model;
  report->database = model.database_path();
  if (report->database.empty()) return std::vector<FrontEndCommand>();
  report->notes = model.notes();

  std::vector<FrontEndCommand> commands;
  std::set<std::pair<std::string, uint64_t>> known;
  std::set<std::string> noted;
  const std::shared_ptr<const Config> roots = project->config->For(options.root + "/");
  auto add = [&](CompileCommand compile) {
    const std::shared_ptr<const Config> config = project->config->For(compile.file);
    if (!config->index.background) return;
    if (options.compile_commands_dir.empty() && !HaveSameDatabase(*config, *roots)) {
      auto other = project->configured->ModelFor(compile.file);
      if (other.ok()) compile = (*other)->CommandFor(compile.file);
    }
    ApplyFlagEdits(*config, compile);
    absl::StatusOr<FrontEndCommand> command = project->front_end->For(compile);
    if (!command.ok()) {
      report->notes.push_back(StrCat(compile.file, ": ", command.status().message()));
      return;
    }
    for (std::string& note : command->notes) {
      if (noted.insert(note).second) report->notes.push_back(note);
    }
    command->notes.clear();
    if (known.emplace(command->file, command->digest).second) {
      commands.push_back(*std::move(command));
    }
  };
  if (std::shared_ptr<const CompilationDatabase> database = model.database()) {
    report->entries = database->counters().entries;
    for (size_t i = 0; i < database->size(); ++i) add(database->at(i));
  } else {
    std::vector<std::string> files = SourceFiles(fs, options);
    report->entries = files.size();
    for (const std::string& file : files) add(model.CommandFor(file));
  }
  report->notes.insert(report->notes.end(), project->config_problems->begin(),
                       project->config_problems->end());
  return commands;
}

}  // namespace astrolabe
