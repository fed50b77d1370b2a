// `astrolabe fix`: clang-tidy's checks over the workspace, and their fixes applied, shown or listed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/batch/tidy_findings.h"
#include "analysis/batch/tidy_run.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "base/text/unified_diff.h"
#include "lsp/cli/batch_options.h"
#include "lsp/cli/command.h"
#include "lsp/cli/index_report.h"
#include "lsp/cli/json.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {
namespace {

constexpr size_t kFailuresShown = 20;
constexpr char kFooter[] =
    "Fixes are applied as a whole or not at all; of two that overlap the one that stands first in\n"
    "the file is, and another run may apply the other. Files outside the root are not touched, "
    "nor\n"
    "is one that changes while this runs. Checks of the static analyzer and the compiler's own\n"
    "warnings (clang-analyzer-*, clang-diagnostic-*) are not run.\n\n"
    "Exit codes: 0 all units were looked at, whatever was found; 1 some could not be, do not\n"
    "compile, or what WarningsAsErrors names was found; else as for all commands.";

struct FixArguments {
  WorkspaceOptions workspace;
  std::vector<std::string> files;
  TidyRequest request;
  std::string header_filter;
  std::string exclude_header_filter;
  std::string warnings_as_errors;
  BatchOptions batch;
  bool dry_run = false;
  bool list = false;
  bool despite_errors = false;
};

// The texts of files as they are on disk, and where an offset is in them.
class Texts {
 public:
  const std::string& Of(const std::string& path) {
    auto [it, is_new] = texts_.try_emplace(path);
    if (!is_new) return it->second;
    auto contents = RealFileSystem().Map(path);
    if (contents.ok()) it->second = std::string((*contents)->bytes());
    return it->second;
  }

  // From 1, in bytes.
  std::pair<size_t, size_t> PlaceOf(const std::string& path, uint64_t offset) {
    std::string_view ahead = Of(path);
    ahead = ahead.substr(0, offset);
    const size_t line = static_cast<size_t>(std::count(ahead.begin(), ahead.end(), '\n'));
    const size_t begin = ahead.rfind('\n') + 1;  // npos + 1 is 0
    return {line + 1, ahead.size() - begin + 1};
  }

 private:
  std::map<std::string, std::string> texts_;
};

class FixRun {
 public:
  explicit FixRun(const FixArguments& arguments)
      : arguments_(arguments), start_(std::filesystem::file_time_type::clock::now()) {}

  int Go() {
    absl::StatusOr<TidyReport> report = [&] {
      SemanticProgress progress;
      ProgressBar bar([&](double seconds) { return DescribeProgress(progress, seconds); });
      return RunTidyBatch(RealFileSystem(), Options(), &progress, &Interrupted());
    }();
    if (!report.ok()) return Fail(report.status());
    report_ = *std::move(report);
    for (const std::string& note : report_.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
    PrintFailures();
    if (report_.cancelled) {
      std::fprintf(stderr, "interrupted: nothing was changed\n");
      return kExitInterrupted;
    }
    chosen_ = ChooseFixes(report_.findings, arguments_.workspace.root);
    if (arguments_.list) {
      List();
    } else if (arguments_.dry_run) {
      ShowDiff();
    } else {
      Write();
    }
    Summarize();
    return ExitCode();
  }

 private:
  TidyRunOptions Options() const {
    TidyRunOptions options;
    options.semantic = SemanticOptionsOf(arguments_.workspace, arguments_.batch, "fix");
    for (const std::string& file : arguments_.files) {
      std::error_code error;
      std::string path = std::filesystem::absolute(file, error).lexically_normal().string();
      while (path.size() > 1 && path.ends_with('/')) path.pop_back();
      options.files.push_back(std::move(path));
    }
    options.request = arguments_.request;
    auto given = [](const std::string& value) -> std::optional<std::string> {
      if (value.empty()) return std::nullopt;
      return value;
    };
    options.request.header_filter = given(arguments_.header_filter);
    options.request.exclude_header_filter = given(arguments_.exclude_header_filter);
    options.request.warnings_as_errors = given(arguments_.warnings_as_errors);
    options.fixes_despite_errors = arguments_.despite_errors;
    return options;
  }

  std::string Shown(const std::string& path) const {
    const std::string inside = arguments_.workspace.root + "/";
    return path.starts_with(inside) ? path.substr(inside.size()) : path;
  }

  static const char* LevelName(TidyLevel level) {
    switch (level) {
      case TidyLevel::kWarning:
        return "warning";
      case TidyLevel::kPromoted:
      case TidyLevel::kError:
        return "error";
    }
    return "warning";
  }

  void List() {
    const std::set<size_t> applied(chosen_.applied.begin(), chosen_.applied.end());
    const std::set<size_t> conflicting(chosen_.conflicting.begin(), chosen_.conflicting.end());
    for (size_t i = 0; i < report_.findings.size(); ++i) {
      const TidyFinding& finding = report_.findings[i];
      const auto [line, column] = texts_.PlaceOf(finding.path, finding.offset);
      const char* fix = "none";
      if (applied.contains(i)) fix = "yes";
      if (conflicting.contains(i)) fix = "conflicts";
      if (arguments_.workspace.json) {
        OrderedJson notes = OrderedJson::array();
        for (const TidyNote& note : finding.notes) {
          const auto [note_line, note_column] = texts_.PlaceOf(note.path, note.offset);
          notes.push_back({{"file", Shown(note.path)},
                           {"line", note_line},
                           {"column", note_column},
                           {"message", note.message}});
        }
        PrintJsonLine({{"file", Shown(finding.path)},
                       {"line", line},
                       {"column", column},
                       {"offset", finding.offset},
                       {"check", finding.check},
                       {"level", LevelName(finding.level)},
                       {"message", finding.message},
                       {"fix", fix},
                       {"notes", notes}});
        continue;
      }
      std::printf("%s:%zu:%zu: %s: %s [%s]\n", Shown(finding.path).c_str(), line, column,
                  LevelName(finding.level), finding.message.c_str(), finding.check.c_str());
    }
  }

  // Calls with each file that the fixes change: path, text now, text then.
  template <typename Use>
  void ForEachChange(const Use& use) {
    for (const auto& [path, edits] : chosen_.edits) {
      std::error_code error;
      const auto changed = std::filesystem::last_write_time(path, error);
      if (error || changed > start_) {
        std::fprintf(stderr, "%s: changed meanwhile, left alone\n", Shown(path).c_str());
        ++untouched_;
        continue;
      }
      const std::string& before = texts_.Of(path);
      use(path, before, ApplyEdits(before, edits));
    }
  }

  void ShowDiff() {
    ForEachChange(
        [&](const std::string& path, const std::string& before, const std::string& after) {
          const std::string diff = UnifiedDiff(Shown(path), before, after);
          if (arguments_.workspace.json) {
            PrintJsonLine({{"file", Shown(path)}, {"diff", diff}});
          } else {
            std::fputs(diff.c_str(), stdout);
          }
          ++changed_files_;
        });
  }

  void Write() {
    ForEachChange([&](const std::string& path, const std::string&, const std::string& after) {
      std::error_code error;
      // What a link leads to is the file, and stays one.
      const std::filesystem::path real = std::filesystem::canonical(path, error);
      const std::filesystem::perms mode = std::filesystem::status(real, error).permissions();
      absl::Status status = AtomicReplace(RealFileSystem(), real.string(), after);
      if (!status.ok()) {
        Fail(status);
        ++untouched_;
        return;
      }
      std::filesystem::permissions(real, mode, error);
      ++changed_files_;
      if (arguments_.workspace.json) PrintJsonLine({{"file", Shown(path)}});
    });
  }

  void PrintFailures() const {
    for (size_t i = 0; i < report_.failed.size() && i < kFailuresShown; ++i) {
      std::fprintf(stderr, "%s\n", report_.failed[i].c_str());
    }
    if (report_.failed.size() > kFailuresShown) {
      std::fprintf(stderr, "and %zu more\n", report_.failed.size() - kFailuresShown);
    }
  }

  size_t CountLevel(TidyLevel level) const {
    return static_cast<size_t>(
        std::count_if(report_.findings.begin(), report_.findings.end(),
                      [&](const TidyFinding& finding) { return finding.level == level; }));
  }

  void Summarize() const {
    const BatchStatistics& batch = report_.batch;
    if (arguments_.workspace.json) {
      OrderedJson reasons = OrderedJson::object();
      for (const auto& [reason, count] : batch.plain_reasons) reasons[reason] = count;
      PrintJsonLine({{"summary", true},
                     {"units", report_.units},
                     {"on_zygotes", batch.zygote},
                     {"plain", batch.plain},
                     {"plain_reasons", reasons},
                     {"failed", report_.failed.size()},
                     {"findings", report_.findings.size()},
                     {"suppressed", report_.suppressed},
                     {"fixes", chosen_.applied.size()},
                     {"conflicts", chosen_.conflicting.size()},
                     {"files_changed", changed_files_}});
      return;
    }
    std::fprintf(stderr, "%s findings in %s units (%zu could not be looked at)",
                 WithThousands(report_.findings.size()).c_str(),
                 WithThousands(report_.units).c_str(), report_.failed.size());
    if (arguments_.list) {
      std::fprintf(stderr, ", %zu with a fix\n",
                   chosen_.applied.size() + chosen_.conflicting.size());
      return;
    }
    std::fprintf(stderr, "; %zu fixes in %zu files%s", chosen_.applied.size(), changed_files_,
                 arguments_.dry_run ? " shown" : "");
    if (!chosen_.conflicting.empty()) {
      std::fprintf(stderr,
                   ", %zu left out because they overlap others, or other files than the "
                   "workspace's would change",
                   chosen_.conflicting.size());
    }
    std::fprintf(stderr, "\n");
  }

  int ExitCode() const {
    if (untouched_ > 0) return kExitFailure;
    const bool is_clean = report_.failed.empty() && CountLevel(TidyLevel::kPromoted) == 0 &&
                          CountLevel(TidyLevel::kError) == 0;
    return is_clean ? kExitOk : kExitNothingFound;
  }

  const FixArguments& arguments_;
  const std::filesystem::file_time_type start_;
  TidyReport report_;
  ChosenFixes chosen_;
  Texts texts_;
  size_t changed_files_ = 0;
  size_t untouched_ = 0;
};

int RunFix(FixArguments& arguments) {
  if (absl::Status status = ResolveWorkspace(arguments.workspace); !status.ok()) {
    return Fail(status);
  }
  return FixRun(arguments).Go();
}

}  // namespace

void RegisterFixCommand(CLI::App& app, int* exit_code) {
  auto arguments = std::make_shared<FixArguments>();
  CLI::App* command =
      app.add_subcommand("fix", "run clang-tidy's checks over the workspace and apply their fixes");
  command->footer(kFooter);
  AddWorkspaceOptions(*command, arguments->workspace);
  command->add_option("FILES", arguments->files,
                      "units to look at, or folders of them (default: all of the database)");
  command->add_option("--checks", arguments->request.checks,
                      "comma-separated globs, behind those of .clang-tidy; -GLOB takes out");
  command->add_flag("--dry-run", arguments->dry_run, "print a diff instead of changing files");
  command->add_flag("--list", arguments->list, "list what is found and change nothing");
  command->add_option("--header-filter", arguments->header_filter,
                      "regular expression: of which headers to say something (default: of all that "
                      "are not the system's)");
  command->add_option("--exclude-header-filter", arguments->exclude_header_filter,
                      "regular expression: of which of those not");
  command->add_flag("--system-headers", arguments->request.system_headers,
                    "of the system's headers too");
  command->add_option("--warnings-as-errors", arguments->warnings_as_errors,
                      "globs of checks that make the exit code 1");
  command->add_flag("--fix-errors", arguments->despite_errors,
                    "also fixes in units that do not compile");
  AddBatchOptions(*command, arguments->workspace, arguments->batch);
  command->callback([arguments, exit_code] { *exit_code = RunFix(*arguments); });
}

}  // namespace astrolabe
