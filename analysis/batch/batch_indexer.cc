// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/batch_indexer.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "analysis/batch/changed_headers.h"
#include "analysis/batch/claim_table.h"
#include "analysis/batch/collector.h"
#include "analysis/batch/file_states.h"
#include "analysis/batch/missing_headers.h"
#include "analysis/batch/module_commands.h"
#include "analysis/batch/plan_commands.h"
#include "analysis/batch/planner.h"
#include "analysis/batch/project_commands.h"
#include "analysis/project/dependency_scan.h"
#include "base/strings.h"
#include "base/trace.h"
#include "index/semantic/semantic_index.h"
#include "index/semantic/semantic_writer.h"
#include "index/semantic/shard.h"

namespace astrolabe {
namespace {

// How often units are parsed to learn whether what has changed in their headers matters to the others. More
// than one is for headers that are preprocessed in several ways.
constexpr int kProbeRounds = 3;

using Clock = std::chrono::steady_clock;

class Stopwatch {
 public:
  explicit Stopwatch(double* seconds) : seconds_(seconds), start_(Clock::now()) {}
  ~Stopwatch() { *seconds_ += std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  double* const seconds_;
  const Clock::time_point start_;
};

int ThreadsOf(const SemanticOptions& options) {
  if (options.threads > 0) return options.threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

class SemanticIndexer {
 public:
  SemanticIndexer(FileSystem& fs, const SemanticOptions& options, SemanticProgress& progress,
                  const std::atomic<bool>* cancelled)
      : fs_(fs),
        options_(options),
        progress_(progress),
        cancelled_(cancelled),
        states_(options.root) {}

  absl::StatusOr<SemanticReport> Update() {
    std::vector<FrontEndCommand> commands;
    {
      Stopwatch watch(&report_.load_seconds);
      TraceSpan span("load commands");
      absl::StatusOr<std::vector<FrontEndCommand>> loaded =
          LoadProjectCommands(fs_, options_, &report_);
      if (!loaded.ok()) return loaded.status();
      if (report_.database.empty()) return std::move(report_);
      commands = *std::move(loaded);
    }
    {
      progress_.phase = SemanticProgress::kBuildingModules;
      Stopwatch watch(&report_.modules_seconds);
      AddModules(options_, &commands, &report_, cancelled_);
    }
    report_.units = commands.size();
    SemanticWriterOptions writer_options;
    writer_options.tool_version = options_.tool_version;
    writer_options.owner = options_.owner;
    absl::StatusOr<std::unique_ptr<SemanticWriter>> writer =
        SemanticWriter::Open(fs_, options_.index_dir + "/semantic", writer_options);
    if (!writer.ok()) return writer.status();
    writer_ = *std::move(writer);
    for (const std::string& note : writer_->notes()) report_.notes.push_back(note);
    report_.recovered = writer_->recovered();
    Compare(&commands);
    if (absl::Status status = Probe(&commands); !status.ok()) return status;
    // A header that all include has changed: what it says now can be known from one unit, long before
    // all of them are done.
    bool is_late = writer_->index() != nullptr && commands.size() >= kMinUnitsToPlan;
    if (is_late && !answered_ && !report_.cancelled) {
      if (absl::Status status = Parse(TakeSmallest(&commands)); !status.ok()) return status;
    }
    if (!commands.empty() && !report_.cancelled) {
      if (absl::Status status = Parse(std::move(commands)); !status.ok()) return status;
    }
    if (changed_) {
      progress_.phase = SemanticProgress::kCommitting;
      if (absl::Status status = Commit(); !status.ok()) return status;
    }
    progress_.phase = SemanticProgress::kDone;
    for (const auto& entry :
         std::filesystem::directory_iterator(options_.index_dir + "/semantic")) {
      if (entry.is_regular_file()) report_.index_bytes += entry.file_size();
    }
    return std::move(report_);
  }

 private:
  absl::Status Commit() {
    Stopwatch watch(&report_.commit_seconds);
    TraceSpan span("commit");
    return writer_->Commit();
  }

  // Parses units for which nothing but headers has changed, few of them where that is enough, and appends
  // to `commands` those that have to be parsed for certain.
  absl::Status Probe(std::vector<FrontEndCommand>* commands) {
    for (int round = 0; !headers_.empty(); ++round) {
      for (const ChangedHeaders::Change& change :
           headers_.Judge(*writer_->index(), commands, &report_.units_spared)) {
        writer_->Retarget(change.path, change.old_digest, change.now);
        changed_ = true;
      }
      std::vector<FrontEndCommand> probes;
      if (round < kProbeRounds) probes = headers_.TakeProbes();
      if (probes.empty()) break;
      if (absl::Status status = Parse(std::move(probes)); !status.ok()) return status;
      if (report_.cancelled) return absl::OkStatus();
      if (absl::Status status = Commit(); !status.ok()) return status;
    }
    report_.units_unchanged += report_.units_spared;
    for (FrontEndCommand& command : headers_.TakeAll()) commands->push_back(std::move(command));
    return absl::OkStatus();
  }

  // Leaves in `commands` what has to be parsed for certain, and in headers_ what may have to be.
  void Compare(std::vector<FrontEndCommand>* commands) {
    progress_.phase = SemanticProgress::kComparing;
    Stopwatch watch(&report_.compare_seconds);
    TraceSpan span("compare");
    std::shared_ptr<const SemanticIndex> index = writer_->index();
    if (index == nullptr) return;
    compared_ = index;
    std::map<std::pair<std::string_view, uint64_t>, IndexedUnit> known;
    index->ForEachUnit([&](const IndexedUnit& unit) {
      known.emplace(std::make_pair(unit.path, unit.command_digest), unit);
      main_files_.insert(unit.path);
      return true;
    });
    MissingHeaders missing_headers(*index, states_);
    std::vector<FrontEndCommand> stale;
    for (FrontEndCommand& command : *commands) {
      auto it = known.find({WorkspacePath(options_.root, command.file), command.digest});
      if (it == known.end()) {
        stale.push_back(std::move(command));
        continue;
      }
      std::vector<uint32_t> changes;
      bool is_stale = !FindChanges(*index, it->second, &changes) ||
                      (it->second.errors > 0 && missing_headers.HaveAppeared(it->second, command));
      known.erase(it);
      if (is_stale) {
        stale.push_back(std::move(command));
      } else if (changes.empty()) {
        ++report_.units_unchanged;
      } else {
        uint64_t cost = SourceSize(command.file);
        headers_.Wait(std::move(command), cost, std::move(changes));
      }
    }
    for (const auto& [unit, id] : known) {
      writer_->Remove(unit.first, unit.second);
      ++report_.units_removed;
      changed_ = true;
    }
    *commands = std::move(stale);
  }

  // The headers that a unit has read with another content than they have now. False if it has to be parsed
  // again whatever they say.
  bool FindChanges(const SemanticIndex& index, const IndexedUnit& unit,
                   std::vector<uint32_t>* changes) {
    bool has_facts =
        unit.outcome != ParseOutcome::kFailed && unit.outcome != ParseOutcome::kQuarantined;
    for (const ClosureFile& file : index.Closure(unit.id)) {
      if (states_.IsCurrent(file.path, file.state)) continue;
      if (!has_facts || main_files_.contains(file.path)) return false;
      std::optional<FileState> now = states_.Read(file.path);
      if (!now) return false;
      changes->push_back(headers_.Add(file.path, file.state.digest, *now));
    }
    return true;
  }

  static std::vector<FrontEndCommand> TakeSmallest(std::vector<FrontEndCommand>* commands) {
    auto smallest = std::min_element(commands->begin(), commands->end(),
                                     [](const FrontEndCommand& a, const FrontEndCommand& b) {
                                       return SourceSize(a.file) < SourceSize(b.file);
                                     });
    std::vector<FrontEndCommand> taken;
    taken.push_back(std::move(*smallest));
    commands->erase(smallest);
    return taken;
  }

  absl::Status Parse(std::vector<FrontEndCommand> commands) {
    ScanResult scan;
    if (options_.zygotes && commands.size() >= kMinUnitsToPlan) {
      progress_.phase = SemanticProgress::kScanning;
      progress_.units_to_scan = static_cast<uint32_t>(commands.size());
      Stopwatch watch(&report_.scan_seconds);
      TraceSpan span("scan includes");
      scan = ScanDependencies(commands, options_.threads, cancelled_, &progress_.units_scanned);
    }
    Plan plan;
    {
      Stopwatch watch(&report_.plan_seconds);
      TraceSpan span("plan");
      plan = PlanCommands(commands, scan, options_.zygotes);
    }
    ClosureHashes closures(scan);
    progress_.phase = SemanticProgress::kParsing;
    BatchRunOptions run;
    run.program = options_.program;
    run.root = options_.root;
    run.jobs = ThreadsOf(options_);
    run.time_limit = options_.unit_time_limit;
    run.memory_limit = options_.unit_memory_limit;
    run.audit_percent = options_.audit_percent;
    BatchCallbacks callbacks;
    callbacks.closure = [&](uint32_t unit) { return closures.Of(unit); };
    callbacks.add = [&](std::string_view shard) { return Add(shard); };
    callbacks.quarantine = [&](const QuarantinedUnit& unit) {
      Quarantine(unit, commands[unit.unit], scan);
    };
    if (std::shared_ptr<const SemanticIndex> index = writer_->index()) {
      index->ForEachFile([&](const IndexedFile& file) {
        callbacks.known_claims.push_back(
            ClaimKey(states_.Absolute(file.path), file.state.digest, file.variant));
        return true;
      });
    }
    absl::Status status;
    {
      Stopwatch watch(&report_.parse_seconds);
      TraceSpan span("parse");
      status = RunBatch(commands, scan.files, std::move(plan), run, callbacks, &progress_.batch,
                        cancelled_, &report_.batch);
    }
    if (absl::IsCancelled(status)) {
      report_.cancelled = true;
      return absl::OkStatus();
    }
    return status;
  }

  absl::Status Add(std::string_view shard) {
    changed_ = true;
    absl::Status status = writer_->Add(shard);
    // Who has changed a file wants to see what it did, not what it did to all other units as well.
    if (status.ok() && !answered_ && writer_->index() != nullptr) {
      answered_ = true;
      return Commit();
    }
    return status;
  }

  // Remembered with the state of all that it includes, so that it is tried again when any of it has
  // changed, and not before.
  void Quarantine(const QuarantinedUnit& quarantined, const FrontEndCommand& unit,
                  const ScanResult& scan) {
    std::string path = WorkspacePath(options_.root, unit.file);
    std::string why = quarantined.reason;
    if (!quarantined.where.empty()) why += StrCat(" at ", quarantined.where);
    report_.quarantined.push_back(
        StrCat(path, ": ", why, "; to reproduce: ", quarantined.reproducer));
    std::vector<std::string> paths;
    if (quarantined.unit < scan.units.size()) {
      for (uint32_t file : scan.units[quarantined.unit].Closure()) {
        paths.push_back(WorkspacePath(options_.root, scan.files[file].path));
      }
    }
    std::sort(paths.begin(), paths.end());
    Shard shard;
    shard.unit.path = path;
    shard.unit.command_digest = unit.digest;
    shard.unit.outcome = ParseOutcome::kQuarantined;
    shard.unit.reason = why;
    if (std::optional<FileState> state = states_.Read(path)) {
      shard.unit.closure.push_back({path, *state});
    }
    for (const std::string& other : paths) {
      if (other == path) continue;
      if (std::optional<FileState> state = states_.Read(other)) {
        shard.unit.closure.push_back({other, *state});
      }
    }
    // Should this fail, the unit is simply tried again by the next run.
    Add(EncodeShard(shard)).IgnoreError();
  }

  FileSystem& fs_;
  const SemanticOptions& options_;
  SemanticProgress& progress_;
  const std::atomic<bool>* const cancelled_;
  FileStates states_;
  std::shared_ptr<const SemanticIndex> compared_;  // what views of it are of
  std::set<std::string_view> main_files_;          // of units
  ChangedHeaders headers_;
  std::unique_ptr<SemanticWriter> writer_;
  SemanticReport report_;
  bool changed_ = false;
  bool answered_ = false;
};

}  // namespace

absl::StatusOr<SemanticReport> UpdateSemanticIndex(FileSystem& fs, const SemanticOptions& options,
                                                   SemanticProgress* progress,
                                                   const std::atomic<bool>* cancelled) {
  return SemanticIndexer(fs, options, *progress, cancelled).Update();
}

absl::StatusOr<std::string> DescribePlan(const SemanticOptions& options,
                                         const std::atomic<bool>* cancelled) {
  SemanticReport report;
  absl::StatusOr<std::vector<FrontEndCommand>> commands =
      LoadProjectCommands(RealFileSystem(), options, &report);
  if (!commands.ok()) return commands.status();
  if (report.database.empty()) {
    return absl::NotFoundError(StrCat("no compile_commands.json in ", options.root,
                                      " or its build folders; name one with "
                                      "--compile-commands-dir"));
  }
  AddModules(options, &*commands, &report, cancelled);
  ScanResult scan = ScanDependencies(*commands, options.threads, cancelled, nullptr);
  return DumpPlan({*commands, scan, {}}, PlanCommands(*commands, scan, options.zygotes),
                  options.root);
}

}  // namespace astrolabe
