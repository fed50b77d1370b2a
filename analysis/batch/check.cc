// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/check.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_format.h"
#include "alloc/arena.h"
#include "analysis/batch/module_commands.h"
#include "analysis/batch/parse_tree.h"
#include "analysis/batch/project_commands.h"
#include "analysis/project/command_origin.h"
#include "analysis/project/dependency_scan.h"
#include "base/strings.h"
#include "index/semantic/dump.h"
#include "index/semantic/shard.h"

namespace astrolabe {
namespace {

constexpr size_t kMissingShown = 10;

std::string Joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    bool plain =
        !word.empty() && word.find_first_of(" \t\n'\"\\\\$()<>|&;*?#") == std::string::npos;
    line += plain ? word : StrCat("'", word, "'");
  }
  return line;
}

// One step's clock and what it found.
class Step {
 public:
  Step(std::string name, const std::function<void(const CheckStep&)>& done) : done_(done) {
    step_.name = std::move(name);
  }
  ~Step() {
    auto elapsed = std::chrono::steady_clock::now() - start_;
    step_.seconds = std::chrono::duration<double>(elapsed).count();
    done_(step_);
  }
  void Say(std::string line) { step_.lines.push_back(std::move(line)); }
  absl::Status Fail(absl::Status status) {
    step_.ok = false;
    Say(std::string(status.message()));
    return status;
  }

 private:
  const std::function<void(const CheckStep&)>& done_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  CheckStep step_;
};

// Parses one file plainly in a process of its own and gives what it delivered.
absl::StatusOr<JobResult> ParseAlone(const SemanticOptions& options,
                                     const FrontEndCommand& command) {
  ParseTreeOptions tree_options;
  tree_options.program = options.program;
  tree_options.root = options.root;
  tree_options.memory_limit = options.unit_memory_limit;
  absl::StatusOr<std::unique_ptr<ParseTree>> tree = ParseTree::Start(std::move(tree_options));
  if (!tree.ok()) return tree.status();
  Job job;
  job.kind = JobKind::kPlain;
  job.file = command.file;
  job.directory = command.directory;
  job.cc1 = command.cc1;
  job.command_digest = command.digest;
  (*tree)->StartJob(kRootNode, std::move(job), options.unit_time_limit);
  for (;;) {
    for (ParseEvent& event : (*tree)->Wait(absl::Milliseconds(200))) {
      if (event.kind != ParseEvent::Kind::kEnded) continue;
      if (!event.delivered) {
        std::string why = StrCat("the parse of ", command.file, " ", event.reason);
        if (!event.where.empty()) why += StrCat(" at ", event.where);
        return absl::AbortedError(why);
      }
      if (event.result.status != ResultStatus::kOk) {
        return absl::InvalidArgumentError(event.result.reason);
      }
      return std::move(event.result);
    }
  }
}

absl::StatusOr<FrontEndCommand> CommandWithModules(Project& project, const SemanticOptions& options,
                                                   const CompileCommand& compile) {
  absl::StatusOr<FrontEndCommand> command = project.front_end->For(compile);
  if (!command.ok()) return command;
  return WithModules(*command, ModulesOf(project, options, *command));
}

}  // namespace

absl::Status CheckFile(FileSystem& fs, const SemanticOptions& options, const std::string& file,
                       const std::function<void(const CheckStep&)>& done) {
  Project project;
  CompileCommand compile;
  {
    Step step("database", done);
    absl::StatusOr<Project> loaded = LoadProject(fs, options);
    if (!loaded.ok()) return step.Fail(loaded.status());
    project = *std::move(loaded);
    std::string path = project.model->database_path();
    step.Say(path.empty() ? "none found" : path);
    if (auto database = project.model->database()) {
      step.Say(StrCat(database->size(), " entries"));
    }
    for (const std::string& note : project.model->notes()) step.Say(note);
  }
  FrontEndCommand command;
  {
    Step step("flags", done);
    absl::StatusOr<CompileCommand> found = project.configured->CommandFor(file);
    if (!found.ok()) return step.Fail(found.status());
    compile = *std::move(found);
    step.Say(StrCat("from ", OriginName(compile.origin), ": ", compile.reason));
    absl::StatusOr<FrontEndCommand> translated = project.front_end->For(compile);
    if (!translated.ok()) return step.Fail(translated.status());
    command = *std::move(translated);
    step.Say(Joined(compile.arguments));
    for (const std::string& note : command.notes) step.Say(note);
  }
  {
    Step step("modules", done);
    const ModuleArguments modules = ModulesOf(project, options, command);
    if (modules.cc1.empty()) step.Say("none imported");
    for (const std::string& argument : modules.cc1) step.Say(argument);
    for (const std::string& problem : modules.problems) step.Say(problem);
    command = WithModules(std::move(command), modules);
  }
  {
    Step step("closure", done);
    ScanResult scan = ScanDependencies({&command, 1}, 1, nullptr, nullptr);
    const ScannedUnit& unit = scan.units[0];
    if (!unit.status.ok()) return step.Fail(unit.status);
    step.Say(StrCat(unit.Closure().size(), " files, ", unit.includes.size(),
                    " of them included by itself"));
    for (size_t i = 0; i < unit.missing.size() && i < kMissingShown; ++i) {
      step.Say(StrCat("not found: ", unit.missing[i]));
    }
    size_t unguarded = 0;
    for (const ScannedInclude& include : unit.includes) {
      if (!scan.files[include.file].guarded) ++unguarded;
    }
    if (unguarded > 0) {
      step.Say(StrCat(unguarded, " of its includes have no guard and are never shared"));
    }
  }
  JobResult result;
  {
    Step step("parse", done);
    absl::StatusOr<JobResult> parsed = ParseAlone(options, command);
    if (!parsed.ok()) return step.Fail(parsed.status());
    result = *std::move(parsed);
    step.Say(absl::StrFormat("%.3f s parsing, %.3f s collecting facts", result.parse_seconds,
                             result.collect_seconds));
    step.Say(StrCat(result.error_count, " errors"));
    for (const std::string& error : result.errors) step.Say(error);
  }
  Step step("facts", done);
  Arena arena;
  absl::StatusOr<Shard> shard = DecodeShard(result.shard, arena);
  if (!shard.ok()) return step.Fail(shard.status());
  size_t occurrences = 0;
  size_t symbols = 0;
  for (std::string_view encoded : shard->files) {
    absl::StatusOr<FileFacts> facts = DecodeFileFacts(encoded, arena);
    if (!facts.ok()) return step.Fail(facts.status());
    occurrences += facts->occurrences.size();
    symbols += facts->symbols.size();
    if (facts->path != shard->unit.path) continue;
    step.Say(StrCat("the file itself: ", facts->symbols.size(), " symbols declared, ",
                    facts->occurrences.size(), " occurrences"));
  }
  step.Say(StrCat("with its ", shard->files.size() - 1, " headers: ", symbols, " and ", occurrences,
                  "; ", result.shard.size(), " bytes"));
  if (result.error_count > 0) {
    return absl::FailedPreconditionError(
        StrCat(file, " has ", result.error_count, " errors under its command"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> DescribeFlags(FileSystem& fs, const SemanticOptions& options,
                                          const std::string& file) {
  absl::StatusOr<Project> project = LoadProject(fs, options);
  if (!project.ok()) return project.status();
  absl::StatusOr<CompileCommand> compile = project->configured->CommandFor(file);
  if (!compile.ok()) return compile.status();
  absl::StatusOr<FrontEndCommand> command = CommandWithModules(*project, options, *compile);
  std::string text = StrCat("file ", compile->file, "\norigin ", OriginName(compile->origin),
                            "\nreason ", compile->reason, "\ndirectory ", compile->directory,
                            "\ncommand ", Joined(compile->arguments), "\n");
  if (!command.ok()) return text + StrCat("unusable ", command.status().message(), "\n");
  for (const std::string& note : command->notes) text += StrCat("note ", note, "\n");
  text += "front end";
  for (const std::string& argument : command->cc1) {
    text += argument.starts_with('-') ? "\n  " : " ";
    text += argument;
  }
  return text + "\n";
}

absl::StatusOr<std::string> DescribeShard(FileSystem& fs, const SemanticOptions& options,
                                          const std::string& file, bool all_files) {
  absl::StatusOr<Project> project = LoadProject(fs, options);
  if (!project.ok()) return project.status();
  absl::StatusOr<CompileCommand> compile = project->configured->CommandFor(file);
  if (!compile.ok()) return compile.status();
  absl::StatusOr<FrontEndCommand> command = CommandWithModules(*project, options, *compile);
  if (!command.ok()) return command.status();
  absl::StatusOr<JobResult> result = ParseAlone(options, *command);
  if (!result.ok()) return result.status();
  if (all_files) return DumpShard(result->shard);
  Arena arena;
  absl::StatusOr<Shard> shard = DecodeShard(result->shard, arena);
  if (!shard.ok()) return shard.status();
  for (std::string_view encoded : shard->files) {
    absl::StatusOr<FileFacts> facts = DecodeFileFacts(encoded, arena);
    if (!facts.ok()) return facts.status();
    if (facts->path == shard->unit.path) return DumpFileFacts(*facts);
  }
  return absl::InternalError("the parse has delivered nothing of the file itself");
}

}  // namespace astrolabe
