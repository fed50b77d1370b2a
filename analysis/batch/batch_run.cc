// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/batch_run.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "analysis/batch/audit.h"
#include "analysis/batch/parse_tree.h"
#include "analysis/batch/process_memory.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/trace.h"

namespace astrolabe {
namespace {

constexpr int kMaxZygoteRestarts = 6;
constexpr int kMaxRootDeaths = 5;
// Parsing a zygote again costs about as much as so many units alone.
constexpr size_t kMinSecondChances = 8;
constexpr size_t kMaxAuditLines = 200;
// Of the headers of a zygote, one in so many at most is left out because of a file that they lead to.
constexpr size_t kRareShare = 20;

constexpr uint32_t kNoLane = 0xFFFFFFFF;

// A process that had nothing to do for so long takes another zygote.
constexpr absl::Duration kIdleLimit = absl::Seconds(8);

const char* KindName(JobKind kind) {
  switch (kind) {
    case JobKind::kZygote:
      return "zygote";
    case JobKind::kUnit:
      return "unit on zygote";
    case JobKind::kHeaders:
      return "facts of headers";
    case JobKind::kAudit:
      return "audit";
    default:
      return "plain unit";
  }
}

std::string ShellQuoted(const std::string& word) {
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// What is left to do for one planned zygote.
struct ZygoteWork {
  // kLost: its process can't be reached any more, and how it ended is told next.
  enum class State { kIdle, kParsing, kReady, kLost, kDone };
  State state = State::kIdle;
  NodeId node = kRootNode;
  PlannedZygote plan;
  std::deque<PlannedUnit> units;
  bool waits = false;  // for the units that the zygote it is the second chance of rejects
  size_t running = 0;  // jobs on its node
  bool headers_started = false;
  int headers_failed = 0;
  int restarts = 0;
};

struct PlainWork {
  uint32_t unit = 0;
  std::string reason;
};

struct RunningWork {
  JobKind kind = JobKind::kPlain;
  uint32_t unit = 0;
  uint32_t zygote = kNoZygote;
  uint32_t lane = 0;  // of the trace
};

class Run {
 public:
  Run(std::span<const FrontEndCommand> commands, const std::vector<DependencyFile>& files,
      Plan plan, const BatchRunOptions& options, const BatchCallbacks& callbacks,
      BatchProgress* progress, BatchStatistics* statistics)
      : commands_(commands),
        files_(files),
        options_(options),
        callbacks_(callbacks),
        progress_(*progress),
        statistics_(*statistics) {
    for (PlannedZygote& zygote : plan.zygotes) {
      ZygoteWork work;
      work.units.assign(std::make_move_iterator(zygote.units.begin()),
                        std::make_move_iterator(zygote.units.end()));
      zygote.units = {};
      work.plan = std::move(zygote);
      zygotes_.push_back(std::move(work));
    }
    for (const ZygoteWork& zygote : zygotes_) {
      if (zygote.plan.second_chance != kNoZygote) zygotes_[zygote.plan.second_chance].waits = true;
    }
    for (PlainUnit& unit : plan.plain) plain_.push_back({unit.unit, std::move(unit.reason)});
    for (uint32_t i = 0; i < zygotes_.size(); ++i) order_.push_back(i);
    std::stable_sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
      return zygotes_[a].plan.cost > zygotes_[b].plan.cost;
    });
    progress_.units_total = static_cast<uint32_t>(commands.size());
  }

  absl::Status Go(const std::atomic<bool>* cancelled) {
    ParseTreeOptions tree_options;
    tree_options.program = options_.program;
    tree_options.root = options_.root;
    tree_options.memory_limit = options_.memory_limit;
    tree_options.claim_keys = files_.size() * 4 + callbacks_.known_claims.size();
    absl::StatusOr<std::unique_ptr<ParseTree>> tree = ParseTree::Start(std::move(tree_options));
    if (!tree.ok()) return tree.status();
    tree_ = *std::move(tree);
    // Of no job: never given back.
    for (uint64_t claim : callbacks_.known_claims) tree_->claims().Claim(claim, UINT32_MAX);
    absl::Time next_sample = absl::Now();
    for (;;) {
      if (cancelled != nullptr && cancelled->load()) return absl::CancelledError("interrupted");
      FillSlots();
      if (tree_->running() == 0 && NothingLeft()) break;
      for (const ParseEvent& event : tree_->Wait(absl::Milliseconds(200))) {
        if (absl::Status status = Handle(event); !status.ok()) return status;
      }
      if (absl::Now() >= next_sample) {
        next_sample = absl::Now() + absl::Seconds(1);
        Sample();
      }
    }
    Sample();
    return absl::OkStatus();
  }

 private:
  bool NothingLeft() const {
    if (!plain_.empty() || !audits_.empty()) return false;
    return std::all_of(zygotes_.begin(), zygotes_.end(), [](const ZygoteWork& zygote) {
      return zygote.state == ZygoteWork::State::kDone;
    });
  }

  // --- What to do next.

  void FillSlots() {
    size_t slots = static_cast<size_t>(options_.jobs);
    if (MemoryIsShort()) slots = 1;
    while (tree_->running() < slots && StartOne()) {
    }
    if (tree_->running() >= slots) {
      idle_since_ = absl::InfiniteFuture();
      return;
    }
    idle_since_ = std::min(idle_since_, absl::Now());
    if (absl::Now() - idle_since_ > kIdleLimit && StartZygote()) {
      idle_since_ = absl::InfiniteFuture();
    }
  }

  // Whether to parse another zygote now. Zygotes are most of the memory: the next one begins when all units
  // of one are at work. Meanwhile the other processes have the units that are parsed alone, which wait
  // for just that. Where those do not suffice a process waits for kIdleLimit: headers that take a few seconds
  // are worth the memory saved, those of half a minute are not.
  bool WantsZygote() const {
    auto wanted = std::count_if(zygotes_.begin(), zygotes_.end(), [](const ZygoteWork& zygote) {
      return zygote.state == ZygoteWork::State::kParsing ||
             (zygote.state == ZygoteWork::State::kReady && !zygote.units.empty());
    });
    return wanted < std::max(1, options_.jobs / 2);
  }

  bool StartOne() {
    if (WantsZygote() && StartZygote()) return true;
    for (uint32_t index : order_) {
      ZygoteWork& zygote = zygotes_[index];
      if (zygote.state != ZygoteWork::State::kReady || zygote.headers_started) continue;
      zygote.headers_started = true;
      Job job;
      job.kind = JobKind::kHeaders;
      StartOn(index, std::move(job), 0);
      return true;
    }
    for (uint32_t index : order_) {
      ZygoteWork& zygote = zygotes_[index];
      if (zygote.state != ZygoteWork::State::kReady || zygote.units.empty()) continue;
      StartUnit(index);
      return true;
    }
    return StartPlain();
  }

  bool StartZygote() {
    for (uint32_t index : order_) {
      ZygoteWork& zygote = zygotes_[index];
      if (zygote.state != ZygoteWork::State::kIdle || zygote.waits) continue;
      Job job;
      job.kind = JobKind::kZygote;
      job.cc1 = zygote.plan.cc1;
      job.directory = zygote.plan.directory;
      job.headers = zygote.plan.headers;
      job.tidy = options_.tidy;
      uint32_t number =
          tree_->StartJob(kRootNode, std::move(job), options_.time_limit, &zygote.node);
      zygote.state = ZygoteWork::State::kParsing;
      by_node_[zygote.node] = index;
      running_[number] = {JobKind::kZygote, 0, index, TakeLane()};
      ++statistics_.zygotes;
      ++progress_.zygotes;
      return true;
    }
    return false;
  }

  void StartUnit(uint32_t index) {
    ZygoteWork& zygote = zygotes_[index];
    PlannedUnit unit = std::move(zygote.units.front());
    zygote.units.pop_front();
    Job job;
    job.kind = JobKind::kUnit;
    job.file = commands_[unit.unit].file;
    job.macros = unit.macros->lines;
    job.changed_macros = unit.macros->names;
    job.command_digest = commands_[unit.unit].digest;
    job.expected_closure = callbacks_.closure(unit.unit);
    StartOn(index, std::move(job), unit.unit);
    if (zygote.plan.second_chance != kNoZygote) on_trial_[unit.unit] = std::move(unit);
  }

  void StartOn(uint32_t index, Job job, uint32_t unit) {
    JobKind kind = job.kind;
    uint32_t number = tree_->StartJob(zygotes_[index].node, std::move(job), options_.time_limit);
    running_[number] = {kind, unit, index, TakeLane()};
    ++zygotes_[index].running;
  }

  bool StartPlain() {
    std::deque<PlainWork>& work = plain_.empty() ? audits_ : plain_;
    if (work.empty()) return false;
    PlainWork next = std::move(work.front());
    bool audit = &work == &audits_;
    work.pop_front();
    const FrontEndCommand& unit = commands_[next.unit];
    Job job;
    job.kind = audit ? JobKind::kAudit : JobKind::kPlain;
    job.file = unit.file;
    job.directory = unit.directory;
    job.cc1 = unit.cc1;
    job.command_digest = unit.digest;
    if (!audit) plain_reason_[next.unit] = next.reason;
    job.reason = next.reason;
    job.tidy = options_.tidy;
    JobKind kind = job.kind;
    running_[tree_->StartJob(kRootNode, std::move(job), options_.time_limit)] = {kind, next.unit,
                                                                                 kNoZygote};
    return true;
  }

  // Work is shown in the trace in as few tracks as there are processes at work.
  uint32_t TakeLane() {
    uint32_t lane = 0;
    while (lanes_.contains(lane)) ++lane;
    lanes_.insert(lane);
    return lane;
  }

  void FreeLane(const RunningWork& work, double seconds) {
    if (work.lane == kNoLane) return;  // a zygote, which has waited since
    lanes_.erase(work.lane);
    bool has_unit = work.kind == JobKind::kUnit || work.kind == JobKind::kPlain;
    TraceLane(work.lane, KindName(work.kind), seconds, "file",
              has_unit ? commands_[work.unit].file : "");
  }

  // --- What has happened.

  absl::Status Handle(const ParseEvent& event) {
    switch (event.kind) {
      case ParseEvent::Kind::kReady:
        return HandleReady(event);
      case ParseEvent::Kind::kGone:
        if (event.node == kRootNode && ++root_deaths_ > kMaxRootDeaths) {
          return absl::InternalError(StrCat("the parsing processes die again and again; try `",
                                            options_.program, " check FILE` for one of the files"));
        }
        if (auto gone = by_node_.find(event.node); gone != by_node_.end()) {
          ZygoteWork& zygote = zygotes_[gone->second];
          if (zygote.state == ZygoteWork::State::kReady) zygote.state = ZygoteWork::State::kLost;
        }
        return absl::OkStatus();
      case ParseEvent::Kind::kEnded:
        break;
    }
    auto it = running_.find(event.job);
    if (it == running_.end()) return absl::OkStatus();
    RunningWork work = it->second;
    running_.erase(it);
    FreeLane(work, event.wall_seconds);
    if (work.kind == JobKind::kZygote) return HandleZygoteEnd(work.zygote, event);
    absl::Status status = HandleJobEnd(work, event);
    if (work.zygote != kNoZygote) {
      --zygotes_[work.zygote].running;
      CloseIfDone(work.zygote);
    }
    return status;
  }

  absl::Status HandleReady(const ParseEvent& event) {
    auto it = by_node_.find(event.node);
    if (it == by_node_.end()) return absl::OkStatus();
    ZygoteWork& zygote = zygotes_[it->second];
    --progress_.zygotes;
    statistics_.zygote_seconds += event.ready.cpu_seconds;
    for (auto& [number, work] : running_) {
      if (work.kind != JobKind::kZygote || work.zygote != it->second) continue;
      FreeLane(work, event.ready.seconds);
      work.lane = kNoLane;
    }
    zygote.state = ZygoteWork::State::kReady;
    bool is_bad = !event.ready.bad_headers.empty() || !event.ready.errors.empty();
    if (is_bad) {
      std::set<uint64_t> bad(event.ready.bad_headers.begin(), event.ready.bad_headers.end());
      for (const std::string& error : event.ready.errors) {
        Note(StrCat("zygote ", it->second, ": ", error));
        // The next header that leads to the same file would bring the same error.
        std::set<uint64_t> others = HeadersThrough(zygote, error);
        if (others.size() <= zygote.plan.headers.size() / kRareShare) bad.merge(others);
      }
      RestartWithout(it->second, bad);
    } else {
      CloseIfDone(it->second);
    }
    return absl::OkStatus();
  }

  // Headers that bring errors by themselves, or the compiler down, are left to the units.
  void RestartWithout(uint32_t index, const std::set<uint64_t>& bad) {
    ZygoteWork& zygote = zygotes_[index];
    tree_->CloseNode(zygote.node);
    by_node_.erase(zygote.node);
    zygote.node = kRootNode;
    std::vector<std::string> good;
    std::vector<uint32_t> good_files;
    for (size_t i = 0; i < zygote.plan.headers.size(); ++i) {
      if (bad.contains(i)) continue;
      good.push_back(zygote.plan.headers[i]);
      good_files.push_back(zygote.plan.header_files[i]);
    }
    bool hopeless = bad.empty() || good.empty() || zygote.restarts >= kMaxZygoteRestarts;
    if (hopeless) return GiveUp(index, "its zygote could not be parsed");
    ++zygote.restarts;
    ++statistics_.zygote_restarts;
    zygote.plan.headers = std::move(good);
    zygote.plan.header_files = std::move(good_files);
    zygote.state = ZygoteWork::State::kIdle;
  }

  // The units of a zygote that can't be are parsed plainly.
  void GiveUp(uint32_t index, const std::string& reason) {
    ZygoteWork& zygote = zygotes_[index];
    if (zygote.state == ZygoteWork::State::kDone) return;
    zygote.state = ZygoteWork::State::kDone;
    for (const PlannedUnit& unit : zygote.units) plain_.push_back({unit.unit, reason});
    zygote.units.clear();
    OpenSecondChance(zygote);
  }

  absl::Status HandleZygoteEnd(uint32_t index, const ParseEvent& event) {
    ZygoteWork& zygote = zygotes_[index];
    auto it = by_node_.find(zygote.node);
    // One that was closed, or replaced by a restart, ends as it should.
    bool expected =
        zygote.state == ZygoteWork::State::kDone || it == by_node_.end() || it->second != index;
    if (expected) return absl::OkStatus();
    if (zygote.state == ZygoteWork::State::kParsing) --progress_.zygotes;
    by_node_.erase(it);
    if (event.lost) {  // with the root, which is started anew
      if (zygote.restarts++ < kMaxZygoteRestarts) {
        zygote.state = ZygoteWork::State::kIdle;
        zygote.headers_started = false;
      } else {
        GiveUp(index, "its zygote died");
      }
      return absl::OkStatus();
    }
    if (event.killed || zygote.state == ZygoteWork::State::kReady ||
        zygote.state == ZygoteWork::State::kLost) {
      // Killed from outside, or dead while it only waited: no header is to blame. Another one takes over.
      ++zygote.restarts;
      ++statistics_.zygote_restarts;
      zygote.headers_started = false;
      zygote.state = ZygoteWork::State::kIdle;
      if (zygote.restarts > kMaxZygoteRestarts) GiveUp(index, "its zygote died again and again");
      return absl::OkStatus();
    }
    zygote.state = ZygoteWork::State::kReady;  // as RestartWithout expects
    RestartWithout(index, Suspects(zygote, event.where));
    return absl::OkStatus();
  }

  // The listed headers of a zygote through which the parser can have come to a place in the source,
  // "PATH:LINE...".
  std::set<uint64_t> HeadersThrough(const ZygoteWork& zygote, const std::string& where) const {
    std::set<uint64_t> headers;
    for (size_t i = 0; i < zygote.plan.headers.size(); ++i) {
      std::vector<bool> seen(files_.size());
      std::vector<uint32_t> todo = {zygote.plan.header_files[i]};
      while (!todo.empty()) {
        uint32_t file = todo.back();
        todo.pop_back();
        if (seen[file]) continue;
        seen[file] = true;
        if (where.starts_with(files_[file].path + ":")) headers.insert(i);
        const std::vector<uint32_t>& next = files_[file].includes;
        todo.insert(todo.end(), next.begin(), next.end());
      }
    }
    return headers;
  }

  // Those that may have killed it, by the last place where it was.
  std::set<uint64_t> Suspects(const ZygoteWork& zygote, const std::string& where) const {
    std::set<uint64_t> suspects = HeadersThrough(zygote, where);
    // It says nothing: then half of the headers at a time, the later ones being the rarer ones.
    if (suspects.empty()) {
      for (size_t i = zygote.plan.headers.size() / 2; i < zygote.plan.headers.size(); ++i) {
        suspects.insert(i);
      }
    }
    return suspects;
  }

  void CloseIfDone(uint32_t index) {
    ZygoteWork& zygote = zygotes_[index];
    if (zygote.state != ZygoteWork::State::kReady) return;
    bool done = zygote.units.empty() && zygote.running == 0 && zygote.headers_started;
    if (!done) return;
    zygote.state = ZygoteWork::State::kDone;
    by_node_.erase(zygote.node);
    tree_->CloseNode(zygote.node);
    OpenSecondChance(zygote);
  }

  // All units of a zygote have been tried: those that it did not suit get another one, if they are many
  // enough to be worth its parse.
  void OpenSecondChance(const ZygoteWork& first) {
    if (first.plan.second_chance == kNoZygote) return;
    ZygoteWork& second = zygotes_[first.plan.second_chance];
    second.waits = false;
    if (second.units.size() >= kMinSecondChances) return;
    GiveUp(first.plan.second_chance, "its zygote did not suit it");
  }

  absl::Status HandleJobEnd(const RunningWork& work, const ParseEvent& event) {
    const JobResult& result = event.result;
    statistics_.collect_seconds += result.collect_seconds;
    if (work.kind == JobKind::kHeaders) statistics_.zygote_seconds += event.cpu_seconds;
    if (work.kind == JobKind::kUnit) statistics_.unit_seconds += event.cpu_seconds;
    if (work.kind == JobKind::kPlain) statistics_.plain_seconds += event.cpu_seconds;
    bool ok = event.delivered && result.status == ResultStatus::kOk;
    if (work.kind == JobKind::kAudit) {
      if (ok) {
        FinishAudit(work.unit, result.shard);
      } else {
        Note(StrCat("not audited: ", commands_[work.unit].file, ": ",
                    event.delivered ? result.reason : event.reason));
      }
      return absl::OkStatus();
    }
    if (ok) {
      absl::Status added = callbacks_.add(result.shard);
      if (added.ok()) {
        if (work.kind != JobKind::kHeaders) FinishUnit(work, result);
        return added;
      }
      if (!absl::IsInvalidArgument(added) && !absl::IsDataLoss(added)) return added;
      // Not a shard at all: as bad as a crash.
      LogWarning("a parsing process delivered what is no shard: ", added.message());
      tree_->claims().Release(event.job);
      return Retry(work, "its facts were damaged", "", /*lost=*/false);
    }
    if (work.kind == JobKind::kHeaders) {
      RetryHeaders(work.zygote, WhyNot(event));
      return absl::OkStatus();
    }
    if (event.delivered && work.kind == JobKind::kUnit) {
      Reject(work, result);
      if (options_.audit_percent > 0) {
        Note(StrCat("plain: ", commands_[work.unit].file, ": ", ResultStatusName(result.status),
                    ": ", result.reason));
      }
      return absl::OkStatus();
    }
    if (event.delivered) {
      ++statistics_.failed;
      statistics_.failures.push_back(StrCat(commands_[work.unit].file, ": ", result.reason));
      ++progress_.units_done;
      return absl::OkStatus();
    }
    bool blameless = event.lost || (event.killed && work.kind != JobKind::kUnit);
    return Retry(work, event.reason, event.where, blameless);
  }

  void Reject(const RunningWork& work, const JobResult& result) {
    auto trial = on_trial_.find(work.unit);
    if (trial == on_trial_.end()) {
      plain_.push_back({work.unit, std::string(ResultStatusName(result.status))});
      return;
    }
    uint32_t second = zygotes_[work.zygote].plan.second_chance;
    zygotes_[second].units.push_back(std::move(trial->second));
    on_trial_.erase(trial);
  }

  // Nobody else delivers what a zygote has parsed: units only pass over it.
  void RetryHeaders(uint32_t index, const std::string& why) {
    ZygoteWork& zygote = zygotes_[index];
    if (++zygote.headers_failed < kMaxZygoteRestarts) {
      zygote.headers_started = false;
      return;
    }
    statistics_.failures.push_back(
        StrCat(zygote.plan.headers[0], " and other headers that units share: ", why));
  }

  static std::string WhyNot(const ParseEvent& event) {
    if (event.delivered) return event.result.reason;
    return StrCat(event.reason, event.where.empty() ? "" : " at ", event.where);
  }

  // A job that delivered nothing.
  absl::Status Retry(const RunningWork& work, const std::string& reason, const std::string& where,
                     bool lost) {
    if (work.kind == JobKind::kHeaders) {
      RetryHeaders(work.zygote, reason);
      return absl::OkStatus();
    }
    if (work.kind == JobKind::kUnit) {
      on_trial_.erase(work.unit);
      plain_.push_back({work.unit, lost ? "its zygote died" : StrCat("on its zygote: ", reason)});
      return absl::OkStatus();
    }
    if (lost && ++lost_[work.unit] < 3) {
      plain_.push_back({work.unit, plain_reason_[work.unit]});
      return absl::OkStatus();
    }
    ++statistics_.quarantined;
    ++progress_.units_done;
    const FrontEndCommand& unit = commands_[work.unit];
    QuarantinedUnit out;
    out.unit = work.unit;
    out.reason = reason;
    out.where = where;
    out.reproducer = StrCat("cd ", ShellQuoted(unit.directory), " && clang++-22");
    for (const std::string& argument : unit.cc1) out.reproducer += " " + ShellQuoted(argument);
    out.reproducer += " -fsyntax-only " + ShellQuoted(unit.file);
    callbacks_.quarantine(out);
    return absl::OkStatus();
  }

  void FinishUnit(const RunningWork& work, const JobResult& result) {
    ++progress_.units_done;
    on_trial_.erase(work.unit);
    statistics_.with_errors += result.error_count > 0;
    if (work.kind == JobKind::kPlain) {
      ++statistics_.plain;
      ++statistics_.plain_reasons[plain_reason_[work.unit]];
      return;
    }
    ++statistics_.zygote;
    // The same units each time, so that a difference can be looked into.
    bool audit = static_cast<double>((commands_[work.unit].digest + work.unit * 7919) % 10000) <
                 options_.audit_percent * 100;
    if (!audit) return;
    audit_shards_[work.unit] = result.shard;
    audits_.push_back({work.unit, ""});
  }

  void FinishAudit(uint32_t unit, const std::string& plain_shard) {
    AuditResult result = CompareShards(audit_shards_[unit], plain_shard);
    audit_shards_.erase(unit);
    ++statistics_.audited;
    for (const std::string& line : result.differences) {
      ++statistics_.audit_difference_count;
      Note(StrCat("differs: ", commands_[unit].file, ": ", line));
    }
    for (const std::string& line : result.dependent) {
      ++statistics_.audit_dependent_count;
      Note(StrCat("dependent: ", commands_[unit].file, ": ", line));
    }
  }

  void Note(std::string line) {
    if (statistics_.audit_differences.size() < kMaxAuditLines) {
      statistics_.audit_differences.push_back(std::move(line));
    }
  }

  void Sample() {
    statistics_.peak_pss_bytes =
        std::max(statistics_.peak_pss_bytes, TreePssBytes(tree_->root_pid()));
    double oldest = 0;
    std::string name;
    for (const auto& [number, work] : running_) {
      bool parses = work.kind == JobKind::kUnit || work.kind == JobKind::kPlain;
      if (!parses || tree_->Age(number) <= oldest) continue;
      oldest = tree_->Age(number);
      name = commands_[work.unit].file;
    }
    progress_.SetSlowest(name);
  }

  const std::span<const FrontEndCommand> commands_;
  const std::vector<DependencyFile>& files_;
  const BatchRunOptions& options_;
  const BatchCallbacks& callbacks_;
  BatchProgress& progress_;
  BatchStatistics& statistics_;
  std::unique_ptr<ParseTree> tree_;
  std::vector<ZygoteWork> zygotes_;
  std::vector<uint32_t> order_;                     // in which zygotes are started
  absl::Time idle_since_ = absl::InfiniteFuture();  // when a process last had nothing to do
  std::map<NodeId, uint32_t> by_node_;
  std::deque<PlainWork> plain_;
  std::deque<PlainWork> audits_;
  std::map<uint32_t, RunningWork> running_;
  std::map<uint32_t, PlannedUnit> on_trial_;  // units at work that would get a second chance
  std::set<uint32_t> lanes_;
  std::map<uint32_t, std::string> plain_reason_;
  std::map<uint32_t, int> lost_;
  std::map<uint32_t, std::string> audit_shards_;
  int root_deaths_ = 0;
};

}  // namespace

std::string BatchProgress::Slowest() const {
  absl::MutexLock lock(&mutex_);
  return slowest_;
}

void BatchProgress::SetSlowest(std::string_view name) {
  absl::MutexLock lock(&mutex_);
  slowest_ = std::string(name);
}

absl::Status RunBatch(std::span<const FrontEndCommand> commands,
                      const std::vector<DependencyFile>& files, Plan plan,
                      const BatchRunOptions& options, const BatchCallbacks& callbacks,
                      BatchProgress* progress, const std::atomic<bool>* cancelled,
                      BatchStatistics* statistics) {
  return Run(commands, files, std::move(plan), options, callbacks, progress, statistics)
      .Go(cancelled);
}

}  // namespace astrolabe
