// `astrolabe index`: bring the index of a workspace up to date, once or, with --watch, from then on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "analysis/batch/batch_indexer.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "index/indexer.h"
#include "index/watch.h"
#include "lsp/cli/batch_options.h"
#include "lsp/cli/command.h"
#include "lsp/cli/index_report.h"
#include "lsp/cli/terminal.h"
#include "lsp/version.h"

namespace astrolabe {
namespace {

struct IndexArguments {
  WorkspaceOptions workspace;
  bool watch = false;
  bool hidden = false;
  bool no_ignore = false;
  bool follow = false;
  bool verbose = false;
  uint64_t max_file_megabytes = 0;
  int tier = 1;
  double audit_percent = 0;
  BatchOptions batch;
};

SemanticOptions SemanticOptionsFor(const IndexArguments& arguments) {
  SemanticOptions options = SemanticOptionsOf(arguments.workspace, arguments.batch, "index");
  options.audit_percent = arguments.audit_percent;
  return options;
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// One run, with its progress and its report. Gives the exit code.
int UpdateOnce(const IndexArguments& arguments, const IndexerOptions& options) {
  auto start = std::chrono::steady_clock::now();
  IndexRun run;
  {
    IndexProgress progress;
    ProgressBar bar([&](double) { return DescribeProgress(progress); });
    absl::StatusOr<IndexReport> report =
        UpdateIndex(RealFileSystem(), options, &progress, &Interrupted());
    if (!report.ok()) return Fail(report.status());
    run.files = *std::move(report);
  }
  run.files_seconds = SecondsSince(start);
  for (const std::string& note : run.files.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  if (arguments.tier > 0 && !run.files.cancelled) {
    SemanticProgress progress;
    ProgressBar bar([&](double seconds) { return DescribeProgress(progress, seconds); });
    absl::StatusOr<SemanticReport> report = UpdateSemanticIndex(
        RealFileSystem(), SemanticOptionsFor(arguments), &progress, &Interrupted());
    if (!report.ok()) return Fail(report.status());
    run.semantic = *std::move(report);
    run.has_semantic = !run.semantic.database.empty();
  }
  run.seconds = SecondsSince(start);
  if (!arguments.workspace.json) PrintProblems(run, arguments.verbose);
  PrintReport(run, arguments.workspace);
  std::fflush(stdout);
  if (run.files.cancelled || run.semantic.cancelled) {
    std::fprintf(stderr,
                 "interrupted: what was done is in the index; run again to go on from there\n");
    return kExitInterrupted;
  }
  return kExitOk;
}

// Runs, then runs again whenever something has changed, until interrupted. The watch begins before the
// first run, so that no change falls between.
int Watch(const IndexArguments& arguments, const IndexerOptions& options) {
  WatchOptions watch_options;
  watch_options.walk = options.walk;
  watch_options.walk.root = options.root;
  watch_options.walk.leave_out = IndexPathInside(options);
  absl::StatusOr<std::unique_ptr<Watcher>> watcher = Watcher::Start(watch_options);
  if (!watcher.ok()) return Fail(watcher.status());
  if (!(*watcher)->polling().ok()) {
    std::fprintf(stderr, "note: %s\n", std::string((*watcher)->polling().message()).c_str());
  }
  int code = UpdateOnce(arguments, options);
  if (code == kExitOk && !arguments.workspace.json) {
    std::fprintf(stderr, "watching %s; Ctrl-C ends\n", options.root.c_str());
  }
  while (code == kExitOk && !Interrupted()) {
    absl::StatusOr<WatchBatch> batch = (*watcher)->Next(absl::Seconds(1));
    if (!batch.ok()) return Fail(batch.status());
    if (batch->events.empty() && !batch->rescan) continue;
    code = UpdateOnce(arguments, options);
  }
  return Interrupted() ? kExitOk : code;
}

int RunIndex(IndexArguments& arguments) {
  if (absl::Status status = ResolveWorkspace(arguments.workspace); !status.ok())
    return Fail(status);
  IndexerOptions options;
  options.root = arguments.workspace.root;
  options.index_dir = arguments.workspace.index_dir;
  options.tool_version = kAstrolabeVersion;
  options.owner = StrCat("astrolabe index, process ", getpid());
  options.threads = arguments.workspace.threads;
  options.walk.hidden = arguments.hidden;
  options.walk.no_ignore = arguments.no_ignore;
  options.walk.follow_symlinks = arguments.follow;
  if (arguments.max_file_megabytes > 0) {
    options.walk.max_file_bytes = arguments.max_file_megabytes * 1'000'000;
  }
  if (arguments.watch) return Watch(arguments, options);
  return UpdateOnce(arguments, options);
}

}  // namespace

void RegisterIndexCommand(CLI::App& app, int* exit_code) {
  auto arguments = std::make_shared<IndexArguments>();
  CLI::App* command = app.add_subcommand("index", "bring the index of a workspace up to date");
  AddWorkspaceOptions(*command, arguments->workspace);
  AddRootArgument(*command, arguments->workspace);
  AddBatchOptions(*command, arguments->workspace, arguments->batch);
  command->add_flag("--watch", arguments->watch, "stay, and follow every change until interrupted");
  command->add_flag("--hidden", arguments->hidden,
                    "also files and folders whose name starts with '.'");
  command->add_flag("--no-ignore", arguments->no_ignore, "do not honour .gitignore and .ignore");
  command->add_flag("--follow", arguments->follow, "follow symbolic links");
  command->add_flag("-v,--verbose", arguments->verbose, "name every skipped file");
  command
      ->add_option("--max-file-mb", arguments->max_file_megabytes,
                   "skip source files larger than this many megabytes (default: 32)")
      ->check(CLI::Range(1, 4000));
  command
      ->add_option("--tier", arguments->tier,
                   "0: names and text only; 1 (default): also what the compiler knows")
      ->check(CLI::Range(0, 1));
  command
      ->add_option("--audit", arguments->audit_percent,
                   "percent of the units on zygotes to parse alone as well and compare")
      ->check(CLI::Range(0.0, 100.0));
  command->callback([arguments, exit_code] { *exit_code = RunIndex(*arguments); });
}

}  // namespace astrolabe
