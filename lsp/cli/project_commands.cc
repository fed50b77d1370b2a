// `astrolabe check` and `dump plan|flags|shard`: how a file or the workspace is parsed, and why so.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/batch/batch_indexer.h"
#include "analysis/batch/check.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "lsp/cli/batch_options.h"
#include "lsp/cli/command.h"
#include "lsp/cli/feature_report.h"
#include "lsp/cli/json.h"

namespace astrolabe {
namespace {

struct ProjectArguments {
  WorkspaceOptions workspace;
  BatchOptions batch;  // the database alone is asked for
  std::string file;
  bool all_files = false;
};

void AddProjectOptions(CLI::App& command, ProjectArguments& arguments) {
  AddWorkspaceOptions(command, arguments.workspace);
  command.add_option(
      "--compile-commands-dir", arguments.batch.compile_commands_dir,
      "folder of compile_commands.json (default: looked for in the root and build*/)");
  AddQueryDriverOption(command, arguments.batch);
  AddConfigOption(command, arguments.batch);
}

absl::StatusOr<SemanticOptions> ResolveProject(ProjectArguments& arguments) {
  if (absl::Status status = ResolveWorkspace(arguments.workspace); !status.ok()) return status;
  return SemanticOptionsOf(arguments.workspace, arguments.batch, "check");
}

// Runs `describe` on the file and prints what it says.
int PrintAboutFile(ProjectArguments& arguments,
                   const std::function<absl::StatusOr<std::string>(const SemanticOptions&,
                                                                   const std::string&)>& describe) {
  absl::StatusOr<SemanticOptions> options = ResolveProject(arguments);
  if (!options.ok()) return Fail(options.status());
  std::error_code error;
  std::string file = std::filesystem::absolute(arguments.file, error).lexically_normal().string();
  absl::StatusOr<std::string> text = describe(*options, file);
  if (!text.ok()) return Fail(text.status());
  std::fputs(text->c_str(), stdout);
  return kExitOk;
}

int CheckOneFile(ProjectArguments& arguments) {
  absl::StatusOr<SemanticOptions> options = ResolveProject(arguments);
  if (!options.ok()) return Fail(options.status());
  std::error_code error;
  std::string file = std::filesystem::absolute(arguments.file, error).lexically_normal().string();
  bool json = arguments.workspace.json;
  absl::Status status = CheckFile(RealFileSystem(), *options, file, [json](const CheckStep& step) {
    if (json) {
      PrintJsonLine(
          {{"step", step.name}, {"ok", step.ok}, {"seconds", step.seconds}, {"lines", step.lines}});
      return;
    }
    std::printf("%-9s %s  %.3f s\n", step.name.c_str(), step.ok ? "ok" : "FAILED", step.seconds);
    for (const std::string& line : step.lines) std::printf("          %s\n", line.c_str());
    std::fflush(stdout);
  });
  return status.ok() ? kExitOk : Fail(status);
}

// What `check` is given.
struct CheckArguments {
  ProjectArguments project;
  std::vector<std::string> files;
  bool all_features = false;
  size_t every = 1;
};

int CheckFiles(CheckArguments& arguments) {
  if (!arguments.all_features) {
    if (arguments.files.empty()) {
      return Fail(absl::InvalidArgumentError("check: which file? (--all-features can do all)"));
    }
    int worst = kExitOk;
    for (const std::string& file : arguments.files) {
      arguments.project.file = file;
      worst = std::max(worst, CheckOneFile(arguments.project));
    }
    return worst;
  }
  absl::StatusOr<SemanticOptions> resolved = ResolveProject(arguments.project);
  if (!resolved.ok()) return Fail(resolved.status());
  lsp::FeatureCheckOptions options;
  options.server.compile_commands_dir = resolved->compile_commands_dir;
  options.server.query_drivers = resolved->query_drivers;
  options.server.index_dir = resolved->index_dir;
  options.server.background_index = false;
  options.server.enable_config = resolved->use_config;
  options.program = resolved->program;
  options.root = resolved->root;
  options.every = arguments.every;
  for (const std::string& file : arguments.files) {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::absolute(file, error).lexically_normal();
    if (!std::filesystem::is_regular_file(path, error)) {
      return Fail(absl::NotFoundError(StrCat(path.string(), ": no such file")));
    }
    options.files.push_back(path.string());
  }
  return RunFeatureCheck(options, arguments.project.workspace.json);
}

int DumpPlanOf(ProjectArguments& arguments) {
  absl::StatusOr<SemanticOptions> options = ResolveProject(arguments);
  if (!options.ok()) return Fail(options.status());
  absl::StatusOr<std::string> plan = DescribePlan(*options, &Interrupted());
  if (!plan.ok()) return Fail(plan.status());
  std::fputs(plan->c_str(), stdout);
  return kExitOk;
}

}  // namespace

void RegisterProjectCommands(CLI::App& app, int* exit_code) {
  CLI::App* dump = app.get_subcommand("dump");
  auto arguments = std::make_shared<ProjectArguments>();
  CLI::App* plan = dump->add_subcommand(
      "plan", "which headers are parsed once, for whom, and who is out and why");
  AddProjectOptions(*plan, *arguments);
  AddRootArgument(*plan, arguments->workspace);
  plan->callback([=] { *exit_code = DumpPlanOf(*arguments); });

  auto flags_arguments = std::make_shared<ProjectArguments>();
  CLI::App* flags =
      dump->add_subcommand("flags", "the compile command of a file, and where it is from");
  AddProjectOptions(*flags, *flags_arguments);
  flags->add_option("FILE", flags_arguments->file, "path")->required();
  flags->callback([=] {
    *exit_code = PrintAboutFile(*flags_arguments,
                                [](const SemanticOptions& options, const std::string& file) {
                                  return DescribeFlags(RealFileSystem(), options, file);
                                });
  });

  auto shard_arguments = std::make_shared<ProjectArguments>();
  CLI::App* shard = dump->add_subcommand("shard", "the facts that a parse of a file gives");
  AddProjectOptions(*shard, *shard_arguments);
  shard->add_option("FILE", shard_arguments->file, "path")->required();
  shard->add_flag("--all", shard_arguments->all_files, "of all files that it reads as well");
  shard->callback([=] {
    bool all_files = shard_arguments->all_files;
    *exit_code = PrintAboutFile(
        *shard_arguments, [all_files](const SemanticOptions& options, const std::string& file) {
          return DescribeShard(RealFileSystem(), options, file, all_files);
        });
  });

  auto check_arguments = std::make_shared<CheckArguments>();
  CLI::App* check = app.add_subcommand(
      "check", "run the whole pipeline for a file and show each step with its time");
  AddProjectOptions(*check, check_arguments->project);
  check->add_option("FILES", check_arguments->files,
                    "paths (--all-features: none means all of the compilation database)");
  check->add_flag("--all-features", check_arguments->all_features,
                  "make every request of an editor at every name, and list what fails or is slow");
  check->add_option("--every", check_arguments->every, "at one name in so many (default: 1)")
      ->check(CLI::Range(size_t{1}, size_t{1000000}));
  check->callback([=] { *exit_code = CheckFiles(*check_arguments); });
}

}  // namespace astrolabe
