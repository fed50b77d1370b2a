// `astrolabe export`: the semantic index in the form that other tools read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file_system.h"
#include "index/scip/check.h"
#include "index/scip/export.h"
#include "lsp/cli/command.h"
#include "lsp/cli/json.h"
#include "lsp/cli/semantic_command.h"
#include "lsp/cli/terminal.h"
#include "lsp/version.h"

namespace astrolabe {
namespace {

struct ExportArguments {
  WorkspaceOptions workspace;
  std::string scip;
  std::string check;
};

int RunExport(ExportArguments& arguments) {
  if (absl::Status status = ResolveWorkspace(arguments.workspace); !status.ok()) {
    return Fail(status);
  }
  auto index = OpenSemanticIndex(RealFileSystem(), arguments.workspace.index_dir);
  if (!index.ok()) return Fail(index.status());
  if (!*index) {
    return Fail(absl::FailedPreconditionError(
        "there is no semantic index to export: `astrolabe index` builds it where it finds a "
        "compile_commands.json"));
  }
  ScipExportOptions options;
  options.root = arguments.workspace.root;
  options.output = std::filesystem::absolute(arguments.scip).string();
  options.tool_version = kAstrolabeVersion;
  options.arguments = {"export", "--scip", arguments.scip};
  absl::StatusOr<ScipExportReport> report =
      ExportScip(RealFileSystem(), **index, options, &Interrupted());
  if (!report.ok()) return Fail(report.status());
  if (report->changed_files > 0) {
    std::fprintf(stderr,
                 "note: %s files have changed since they were indexed and are exported as they "
                 "were: run `astrolabe index`\n",
                 WithThousands(report->changed_files).c_str());
  }
  if (arguments.workspace.json) {
    PrintJsonLine({{"documents", report->documents},
                   {"occurrences", report->occurrences},
                   {"symbols", report->symbols},
                   {"external_symbols", report->external_symbols},
                   {"left_out", report->left_out},
                   {"changed_files", report->changed_files},
                   {"bytes", report->bytes},
                   {"peak_rss_mb", static_cast<double>(PeakResidentBytes()) / 1e6}});
  } else {
    std::printf("%s: %s documents, %s occurrences, %s symbols and %s external ones, %s\n",
                arguments.scip.c_str(), WithThousands(report->documents).c_str(),
                WithThousands(report->occurrences).c_str(), WithThousands(report->symbols).c_str(),
                WithThousands(report->external_symbols).c_str(), Bytes(report->bytes).c_str());
  }
  return kExitOk;
}

int RunCheck(const ExportArguments& arguments) {
  ScipCheckOptions options;
  options.root = arguments.workspace.root;
  absl::StatusOr<ScipCheckReport> report = CheckScip(RealFileSystem(), arguments.check, options);
  if (!report.ok()) return Fail(report.status());
  const bool ok = report->problem_count == 0;
  if (arguments.workspace.json) {
    PrintJsonLine({{"ok", ok},
                   {"documents", report->documents},
                   {"occurrences", report->occurrences},
                   {"symbols", report->symbols},
                   {"external_symbols", report->external_symbols},
                   {"relationships", report->relationships},
                   {"problem_count", report->problem_count},
                   {"problems", report->problems}});
    return ok ? kExitOk : kExitNoIndex;
  }
  for (const std::string& problem : report->problems) std::printf("%s\n", problem.c_str());
  if (report->problem_count > report->problems.size()) std::printf("…\n");
  std::printf(
      "%s documents, %s occurrences, %s symbols, %s relationships: %s\n",
      WithThousands(report->documents).c_str(), WithThousands(report->occurrences).c_str(),
      WithThousands(report->symbols).c_str(), WithThousands(report->relationships).c_str(),
      ok ? "all as it must be" : (WithThousands(report->problem_count) + " problems").c_str());
  return ok ? kExitOk : kExitNoIndex;
}

}  // namespace

void RegisterExportCommand(CLI::App& app, int* exit_code) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = app.add_subcommand("export", "write the semantic index for other tools");
  AddWorkspaceOptions(*command, arguments->workspace);
  AddRootArgument(*command, arguments->workspace);
  CLI::Option* scip = command->add_option("--scip", arguments->scip, "write a SCIP index to OUT");
  CLI::Option* check =
      command->add_option("--check", arguments->check, "check the SCIP index FILE instead");
  scip->type_name("OUT");
  check->type_name("FILE")->excludes(scip);
  command->callback([=] {
    if (arguments->scip.empty() == arguments->check.empty()) {
      throw CLI::ValidationError("export", "give --scip OUT or --check FILE");
    }
    *exit_code = arguments->check.empty() ? RunExport(*arguments) : RunCheck(*arguments);
  });
}

}  // namespace astrolabe
