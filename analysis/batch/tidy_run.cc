// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/tidy_run.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <thread>
#include <utility>

#include "analysis/batch/module_commands.h"
#include "analysis/batch/plan_commands.h"
#include "analysis/batch/project_commands.h"
#include "analysis/batch/tidy_findings.h"
#include "analysis/project/dependency_scan.h"
#include "base/archive.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

// The nearest folder upwards with a .clang-tidy: it decides which ones count.
std::string ConfiguredBy(const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (fs::path folder = fs::path(file).parent_path();; folder = folder.parent_path()) {
    if (fs::exists(folder / ".clang-tidy", error)) return folder.string();
    if (folder == folder.parent_path()) return "";
  }
}

bool IsAmong(const std::vector<std::string>& files, const std::string& file) {
  return files.empty() || std::any_of(files.begin(), files.end(), [&](const std::string& wanted) {
           return file == wanted || file.starts_with(StrCat(wanted, "/"));
         });
}

// clang-tidy's units are compiled as the static analyzer's are.
FrontEndCommand AsAnalyzed(FrontEndCommand command) {
  std::vector<std::string> arguments = command.cc1.get();
  arguments.push_back("-setup-static-analyzer");
  command.cc1 = std::move(arguments);
  return command;
}

class TidyRun {
 public:
  TidyRun(FileSystem& fs, const TidyRunOptions& options, SemanticProgress& progress,
          const std::atomic<bool>* cancelled)
      : fs_(fs), options_(options), progress_(progress), cancelled_(cancelled) {}

  absl::StatusOr<TidyReport> Go() {
    SemanticReport loaded;
    absl::StatusOr<std::vector<FrontEndCommand>> commands =
        LoadProjectCommands(fs_, options_.semantic, &loaded);
    if (!commands.ok()) return commands.status();
    AddModules(options_.semantic, &*commands, &loaded, cancelled_);
    report_.database = loaded.database;
    report_.notes = std::move(loaded.notes);
    if (report_.database.empty()) {
      return absl::NotFoundError(StrCat("no compile_commands.json in ", options_.semantic.root,
                                        " or its build folders; name one with "
                                        "--compile-commands-dir"));
    }
    std::map<std::string, std::vector<FrontEndCommand>> groups;
    // Of a file that is compiled in several ways each counts, but commands that differ by nothing else share what
    // they are: a copy of a vector for all of them.
    std::map<const std::vector<std::string>*, SharedArguments> analyzed;
    for (FrontEndCommand& command : *commands) {
      if (!IsAmong(options_.files, command.file)) continue;
      auto [shared, is_new] = analyzed.try_emplace(&command.cc1.get());
      SharedArguments before = command.cc1;
      if (is_new) {
        kept_.push_back(before);
        shared->second = AsAnalyzed(command).cc1;
      }
      command.cc1 = shared->second;
      ++report_.units;
      std::string folder = ConfiguredBy(command.file);
      groups[folder].push_back(std::move(command));
    }
    if (report_.units == 0) {
      return absl::NotFoundError(StrCat("none of the files is in ", report_.database));
    }
    for (const auto& [folder, group] : groups) {
      if (report_.cancelled) break;
      if (absl::Status status = RunGroup(group); !status.ok()) return status;
    }
    report_.findings = findings_.Take();
    progress_.phase = SemanticProgress::kDone;
    return std::move(report_);
  }

 private:
  absl::Status RunGroup(const std::vector<FrontEndCommand>& commands) {
    ScanResult scan;
    const SemanticOptions& semantic = options_.semantic;
    if (semantic.zygotes && commands.size() >= kMinUnitsToPlan) {
      progress_.phase = SemanticProgress::kScanning;
      progress_.units_to_scan = static_cast<uint32_t>(commands.size());
      scan = ScanDependencies(commands, semantic.threads, cancelled_, &progress_.units_scanned);
    }
    Plan plan = PlanCommands(commands, scan, semantic.zygotes);
    ClosureHashes closures(scan);
    progress_.phase = SemanticProgress::kParsing;
    BatchRunOptions run;
    run.program = semantic.program;
    run.root = semantic.root;
    run.jobs = semantic.threads > 0
                   ? semantic.threads
                   : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    run.time_limit = semantic.unit_time_limit;
    run.memory_limit = semantic.unit_memory_limit;
    TidyRequest request = options_.request;
    request.file = commands[0].file;
    run.tidy = Encode(std::move(request));
    BatchCallbacks callbacks;
    callbacks.closure = [&](uint32_t unit) { return closures.Of(unit); };
    callbacks.add = [&](std::string_view answer) { return Add(answer); };
    callbacks.quarantine = [&](const QuarantinedUnit& unit) {
      std::string why = unit.reason;
      if (!unit.where.empty()) why += StrCat(" at ", unit.where);
      report_.failed.push_back(
          StrCat(commands[unit.unit].file, ": ", why, "; to reproduce: ", unit.reproducer));
    };
    BatchStatistics statistics;
    absl::Status status = RunBatch(commands, scan.files, std::move(plan), run, callbacks,
                                   &progress_.batch, cancelled_, &statistics);
    for (const std::string& failure : statistics.failures) report_.failed.push_back(failure);
    AddStatistics(statistics);
    if (!absl::IsCancelled(status)) return status;
    report_.cancelled = true;
    return absl::OkStatus();
  }

  absl::Status Add(std::string_view bytes) {
    absl::StatusOr<TidyAnswer> answer = Decode<TidyAnswer>(bytes);
    if (!answer.ok()) return answer.status();
    bool has_errors =
        std::any_of(answer->findings.begin(), answer->findings.end(),
                    [](const TidyFinding& finding) { return finding.level == TidyLevel::kError; });
    report_.suppressed += answer->suppressed;
    findings_.Add(std::move(answer->findings), !has_errors || options_.fixes_despite_errors);
    return absl::OkStatus();
  }

  void AddStatistics(const BatchStatistics& more) {
    BatchStatistics& all = report_.batch;
    all.zygote += more.zygote;
    all.plain += more.plain;
    all.failed += more.failed;
    all.quarantined += more.quarantined;
    all.with_errors += more.with_errors;
    all.zygotes += more.zygotes;
    all.zygote_restarts += more.zygote_restarts;
    for (const auto& [reason, count] : more.plain_reasons) all.plain_reasons[reason] += count;
    all.zygote_seconds += more.zygote_seconds;
    all.unit_seconds += more.unit_seconds;
    all.plain_seconds += more.plain_seconds;
    all.collect_seconds += more.collect_seconds;
    all.peak_pss_bytes = std::max(all.peak_pss_bytes, more.peak_pss_bytes);
  }

  FileSystem& fs_;
  const TidyRunOptions& options_;
  SemanticProgress& progress_;
  const std::atomic<bool>* const cancelled_;
  std::vector<SharedArguments> kept_;  // so that no other vector takes their place
  TidyFindings findings_;
  TidyReport report_;
};

}  // namespace

absl::StatusOr<TidyReport> RunTidyBatch(FileSystem& fs, const TidyRunOptions& options,
                                        SemanticProgress* progress,
                                        const std::atomic<bool>* cancelled) {
  return TidyRun(fs, options, *progress, cancelled).Go();
}

}  // namespace astrolabe
