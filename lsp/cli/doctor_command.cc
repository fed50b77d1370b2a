// `astrolabe doctor`: whether a workspace is as it should be, and what to do where it is not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "base/strings.h"
#include "lsp/cli/batch_options.h"
#include "lsp/cli/command.h"
#include "lsp/cli/doctor.h"
#include "lsp/cli/json.h"

namespace astrolabe {
namespace {

struct DoctorArguments {
  WorkspaceOptions workspace;
  BatchOptions batch;  // the database alone is asked for
};

void PrintText(const std::string& root, const Findings& findings) {
  std::printf("%s\n", root.c_str());
  for (const Finding& finding : findings) {
    std::printf("%-8s %s [%s]\n", FindingLevelName(finding.level), finding.what.c_str(),
                finding.check.c_str());
    for (const std::string& example : finding.examples)
      std::printf("           %s\n", example.c_str());
    if (!finding.advice.empty()) std::printf("         What to do: %s.\n", finding.advice.c_str());
  }
}

void PrintJson(const std::string& root, const Findings& findings) {
  OrderedJson list = OrderedJson::array();
  for (const Finding& finding : findings) {
    list.push_back({{"level", FindingLevelName(finding.level)},
                    {"check", finding.check},
                    {"what", finding.what},
                    {"advice", finding.advice},
                    {"examples", finding.examples}});
  }
  PrintJsonLine({{"root", root}, {"findings", list}});
}

int RunDoctor(DoctorArguments& arguments) {
  if (absl::Status status = ResolveWorkspace(arguments.workspace); !status.ok())
    return Fail(status);
  const SemanticOptions options = SemanticOptionsOf(arguments.workspace, arguments.batch, "doctor");
  Findings findings;
  CheckMachine(options, findings);
  CheckProject(options, findings);
  CheckIndex(options, findings);
  // What is to be done comes first.
  std::ranges::stable_sort(findings,
                           [](const Finding& a, const Finding& b) { return a.level > b.level; });
  (arguments.workspace.json ? PrintJson : PrintText)(options.root, findings);
  const bool is_ill = !findings.empty() && findings.front().level == FindingLevel::kProblem;
  return is_ill ? kExitNothingFound : kExitOk;
}

}  // namespace

const char* FindingLevelName(FindingLevel level) {
  switch (level) {
    case FindingLevel::kFine:
      return "fine";
    case FindingLevel::kNote:
      return "note";
    case FindingLevel::kProblem:
      return "problem";
  }
  return "";
}

void RegisterDoctorCommand(CLI::App& app, int* exit_code) {
  auto arguments = std::make_shared<DoctorArguments>();
  CLI::App* command =
      app.add_subcommand("doctor", "check a workspace, and say what is wrong and what to do");
  AddWorkspaceOptions(*command, arguments->workspace);
  AddRootArgument(*command, arguments->workspace);
  AddConfigOption(*command, arguments->batch);
  command->add_option(
      "--compile-commands-dir", arguments->batch.compile_commands_dir,
      "folder of compile_commands.json (default: looked for in the root and build*/)");
  command->footer("Exit code 1: there is something to do.");
  command->callback([=] { *exit_code = RunDoctor(*arguments); });
}

}  // namespace astrolabe
