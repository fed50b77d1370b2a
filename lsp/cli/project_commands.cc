// `astrolabe dump plan`: how the workspace would be parsed, and why so.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "analysis/batch/batch_indexer.h"
#include "lsp/cli/command.h"
#include "lsp/version.h"

namespace astrolabe {
namespace {

struct ProjectArguments {
  WorkspaceOptions workspace;
  std::string compile_commands_dir;
};

void AddProjectOptions(CLI::App& command, ProjectArguments& arguments) {
  AddWorkspaceOptions(command, arguments.workspace);
  command.add_option(
      "--compile-commands-dir", arguments.compile_commands_dir,
      "folder of compile_commands.json (default: looked for in the root and build*/)");
}

absl::StatusOr<SemanticOptions> ResolveProject(ProjectArguments& arguments) {
  if (absl::Status status = ResolveWorkspace(arguments.workspace); !status.ok()) return status;
  SemanticOptions options;
  options.root = arguments.workspace.root;
  options.index_dir = arguments.workspace.index_dir;
  options.tool_version = kAstrolabeVersion;
  options.program = OwnProgram();
  options.threads = arguments.workspace.threads;
  if (!arguments.compile_commands_dir.empty()) {
    std::error_code error;
    options.compile_commands_dir =
        std::filesystem::absolute(arguments.compile_commands_dir, error).string();
  }
  return options;
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
  plan->callback([=] { *exit_code = DumpPlanOf(*arguments); });
}

}  // namespace astrolabe
