// `astrolabe index`: bring the index of a workspace up to date, once or, with --watch, from then on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "index/indexer.h"
#include "index/watch.h"
#include "lsp/cli/command.h"
#include "lsp/cli/json.h"
#include "lsp/cli/terminal.h"
#include "lsp/version.h"

namespace astrolabe {
namespace {

constexpr size_t kSkippedShown = 10;

struct IndexArguments {
  WorkspaceOptions workspace;
  bool watch = false;
  bool hidden = false;
  bool no_ignore = false;
  bool follow = false;
  bool verbose = false;
  uint64_t max_file_megabytes = 0;
};

double Megabytes(uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

void PrintReport(const IndexReport& report, double seconds, const WorkspaceOptions& workspace) {
  double lines_per_second = static_cast<double>(report.lines) / seconds;
  if (workspace.json) {
    OrderedJson object = {{"files", report.files},
                          {"lines", report.lines},
                          {"bytes", report.bytes},
                          {"symbols", report.symbols},
                          {"seconds", seconds},
                          {"lines_per_second", lines_per_second},
                          {"peak_rss_mb", Megabytes(PeakResidentBytes())},
                          {"index_mb", Megabytes(report.index_bytes)},
                          {"tier", 0},
                          {"other_files", report.other_files},
                          {"files_scanned", report.files_scanned},
                          {"files_unchanged", report.files_unchanged},
                          {"files_deleted", report.files_deleted},
                          {"files_skipped", report.skipped_count},
                          {"segments", report.segments},
                          {"cancelled", report.cancelled},
                          {"skipped", report.skipped},
                          {"notes", report.notes}};
    return PrintJsonLine(object);
  }
  std::printf("%s source files, %s lines, %s symbols (and %s other files by name)\n",
              WithThousands(report.files).c_str(), WithThousands(report.lines).c_str(),
              WithThousands(report.symbols).c_str(), WithThousands(report.other_files).c_str());
  std::printf("%.2f s: %s scanned, %s unchanged, %s gone", seconds,
              WithThousands(report.files_scanned).c_str(),
              WithThousands(report.files_unchanged).c_str(),
              WithThousands(report.files_deleted).c_str());
  if (report.files_scanned == report.files && report.files > 0) {
    std::printf(" (%s lines/s)", WithThousands(static_cast<uint64_t>(lines_per_second)).c_str());
  }
  std::printf("\nmemory %s, index %s in %s\n", Bytes(PeakResidentBytes()).c_str(),
              Bytes(report.index_bytes).c_str(), workspace.index_dir.c_str());
}

void PrintSkipped(const IndexReport& report, bool all) {
  if (report.skipped_count == 0) return;
  std::fprintf(stderr, "skipped %s:\n", WithThousands(report.skipped_count).c_str());
  size_t shown = all ? report.skipped.size() : std::min(report.skipped.size(), kSkippedShown);
  for (size_t i = 0; i < shown; ++i) std::fprintf(stderr, "  %s\n", report.skipped[i].c_str());
  if (shown < report.skipped_count) {
    std::fprintf(stderr, "  … and %s more%s\n", WithThousands(report.skipped_count - shown).c_str(),
                 all ? "" : " (--verbose shows them)");
  }
}

// One run, with its progress and its report. Gives the exit code.
int UpdateOnce(const IndexArguments& arguments, const IndexerOptions& options) {
  auto start = std::chrono::steady_clock::now();
  IndexProgress progress;
  absl::StatusOr<IndexReport> report;
  {
    ProgressBar bar(progress);
    report = UpdateIndex(RealFileSystem(), options, &progress, &Interrupted());
  }
  if (!report.ok()) return Fail(report.status());
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (const std::string& note : report->notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  if (!arguments.workspace.json) PrintSkipped(*report, arguments.verbose);
  PrintReport(*report, seconds, arguments.workspace);
  std::fflush(stdout);
  if (report->cancelled) {
    std::fprintf(stderr,
                 "interrupted: what was scanned is in the index; run again to go on from there\n");
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
  command->add_option("-j,--threads", arguments->workspace.threads, "threads (default: all cores)")
      ->check(CLI::Range(1, 1024));
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
  command->callback([arguments, exit_code] { *exit_code = RunIndex(*arguments); });
}

}  // namespace astrolabe
