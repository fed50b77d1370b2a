// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/parse_server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <utility>

#include "alloc/arena.h"
#include "analysis/batch/claim_table.h"
#include "analysis/batch/collector.h"
#include "analysis/batch/file_states.h"
#include "analysis/batch/parse_node.h"
#include "analysis/batch/parse_protocol.h"
#include "analysis/batch/parse_session.h"
#include "analysis/batch/type_tables.h"
#include "base/strings.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Serialization/ASTReader.h"
#include "index/semantic/shard.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/PrettyStackTrace.h"

namespace astrolabe {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double OwnCpuSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

[[noreturn]] void OutOfMemory() {
  constexpr char kText[] = "out of memory\n";
  (void)!write(STDERR_FILENO, kText, sizeof(kText) - 1);
  _exit(kExitOutOfMemory);
}

// What a parsing process knows for its whole life.
struct Setting {
  Hello hello;
  std::unique_ptr<ClaimTable> claims;
  MakeUnitTidy make_unit_tidy = nullptr;
};

// Carries a process through its jobs: each fork point takes the next one.
class JobRunner : public ParseDelegate {
 public:
  JobRunner(Setting& setting, Task task) : setting_(setting), task_(std::move(task)) {
    start_ = Clock::now();
  }

  // In a fresh child of the root.
  [[noreturn]] void Run() {
    const Job& job = task_.job;
    bool plain = job.kind == JobKind::kPlain || job.kind == JobKind::kAudit;
    if (!plain && job.kind != JobKind::kZygote) _exit(kExitBadJob);
    if (chdir(job.directory.c_str()) != 0) {
      Fail(ResultStatus::kUnreadable, StrCat("no folder ", job.directory));
    }
    FrontEndRun run;
    run.cc1 = job.cc1;
    if (plain) run.file = job.file;
    run.headers = job.headers;
    std::string reason = RunFrontEnd(run, *this);
    Fail(ResultStatus::kUnreadable, reason);
  }

  void AtStart(ParseState& state) override {
    if (task_.job.tidy.empty()) return;
    tidy_ = setting_.make_unit_tidy();
    if (!tidy_->Start(state, task_.job.tidy, task_.job.directory)) _exit(kExitBadJob);
  }

  void AtForkPoint(ParseState& state) override {
    if (task_.job.kind != JobKind::kZygote)
      return;  // a file of the workspace that knows our pragma
    if (tidy_ != nullptr && state.errors.count == 0) tidy_->AtForkPoint(state);
    ReserveTypeTables(state.compiler->getASTContext());
    ParseNode node(std::move(task_.result), setting_.hello.memory_limit);
    Ready ready;
    ready.seconds = SecondsSince(start_);
    ready.cpu_seconds = OwnCpuSeconds();
    ready.resident_bytes = ProcessBytes(/*resident=*/true);
    ready.errors = state.errors.first;
    ready.bad_headers = state.errors.header_lines;
    std::sort(ready.bad_headers.begin(), ready.bad_headers.end());
    ready.bad_headers.erase(std::unique(ready.bad_headers.begin(), ready.bad_headers.end()),
                            ready.bad_headers.end());
    if (!SendFrame(node.socket(), MessageType::kReady, EncodeReady(ready)).ok()) _exit(0);
    task_ = node.Serve();
    start_ = Clock::now();
    const Job& job = task_.job;
    if (job.kind == JobKind::kHeaders) AtEnd(state);
    for (const std::string& name : job.changed_macros) {
      if (HasSeenIdentifier(state, name)) Fail(ResultStatus::kChangedMacro, name);
    }
    if (job.kind != JobKind::kUnit) _exit(kExitBadJob);
    if (!ContinueWithFile(state, job.file, job.macros, /*as_main=*/tidy_ != nullptr)) {
      Fail(ResultStatus::kUnreadable, StrCat("cannot read ", job.file));
    }
  }

  [[noreturn]] void AtEnd(ParseState& state) override {
    const Job& job = task_.job;
    if (job.kind == JobKind::kZygote) {
      _exit(kExitBadJob);  // a header has left a conditional open: our pragma was skipped
    }
    JobResult result;
    result.parse_seconds = SecondsSince(start_);
    result.error_count = state.errors.count;
    result.errors = state.errors.first;
    Clock::time_point collecting = Clock::now();

    PreprocessorRecord& record = *state.record;
    bool on_zygote = job.kind == JobKind::kUnit;
    uint32_t main_file = kNoFile;
    if (job.kind != JobKind::kHeaders) main_file = record.FileOf(state.main_id);
    IncludeWalk walk;
    if (on_zygote) {
      walk = record.Walk(state.main_id);
      CheckUnit(state, walk);
    } else {
      walk.files.resize(record.file_count(), true);
    }
    if (tidy_ != nullptr) {
      result.shard = Tidy(state, walk);
      result.collect_seconds = SecondsSince(collecting);
      Deliver(task_.result.get(), result);
    }
    CollectOptions options;
    options.root = setting_.hello.workspace_root;
    options.main_file = main_file;
    if (on_zygote) options.closure = &walk.files;
    options.claim = [&](const RecordedFile& file, uint64_t variant) {
      if (job.kind == JobKind::kAudit) return false;
      return setting_.claims->Claim(ClaimKey(file.path, file.state.digest, variant), job.number);
    };
    Collected collected = Collect(*state.compiler, record, state.declarations, options);
    if (!collected.spurious.empty()) {
      setting_.claims->Release(job.number);
      Fail(ResultStatus::kSpurious, collected.spurious);
    }
    result.dropped_candidates = collected.dropped_candidates;
    result.shard = EncodeShard(MakeShard(state, main_file, walk.files, collected));
    result.collect_seconds = SecondsSince(collecting);
    Deliver(task_.result.get(), result);
  }

 private:
  [[noreturn]] void Fail(ResultStatus status, const std::string& reason) {
    JobResult result;
    result.status = status;
    result.reason = reason;
    result.parse_seconds = SecondsSince(start_);
    if (task_.job.kind == JobKind::kZygote) {
      WriteAll(STDERR_FILENO, result.reason + "\n");
      _exit(kExitBadJob);
    }
    Deliver(task_.result.get(), result);
  }

  std::string Tidy(ParseState& state, const IncludeWalk& walk) {
    if (task_.job.kind == JobKind::kHeaders) return tidy_->OfHeaders(state);
    if (task_.job.kind == JobKind::kUnit) return tidy_->OfUnit(state, walk.files);
    return tidy_->OfWhole(state);
  }

  // Whether what this child of a zygote has parsed is what the unit alone would have been.
  void CheckUnit(ParseState& state, const IncludeWalk& walk) {
    const PreprocessorRecord& record = *state.record;
    if (state.errors.count > 0) Fail(ResultStatus::kErrors, state.errors.first[0]);
    const std::vector<uint64_t>& expected = task_.job.expected_closure;
    size_t read = 0;
    std::string not_read;
    for (uint32_t file = 0; file < walk.files.size(); ++file) {
      const std::string& path = record.file(file).path;
      bool is_expected = std::binary_search(expected.begin(), expected.end(),
                                            XXH3_64bits(path.data(), path.size()));
      if (walk.files[file] && !is_expected) {
        Fail(ResultStatus::kClosure, StrCat("also reads ", path));
      }
      read += walk.files[file] ? 1 : 0;
      if (is_expected && !walk.files[file] && not_read.empty()) not_read = path;
    }
    if (read < expected.size()) {
      Fail(ResultStatus::kClosure,
           StrCat("reads ", expected.size() - read, " files less: ", not_read));
    }
    MacroMisfit misfit;
    if (record.FindMisfit(walk, &misfit)) {
      Fail(ResultStatus::kMacroMisfit,
           StrCat(record.file(misfit.user).path, " asks for a macro of ",
                  record.file(misfit.definer).path));
    }
  }

  Shard MakeShard(ParseState& state, uint32_t main_file, const std::vector<bool>& closure,
                  const Collected& collected) {
    Shard shard;
    for (const std::string& file : collected.files) shard.files.push_back(file);
    const Job& job = task_.job;
    if (job.kind == JobKind::kHeaders) return shard;
    auto keep = [&](const std::string& path) {
      return arena_.CopyString(WorkspacePath(setting_.hello.workspace_root, path));
    };
    TranslationUnit& unit = shard.unit;
    unit.path = keep(state.record->file(main_file).path);
    unit.command_digest = job.command_digest;
    unit.outcome = job.kind == JobKind::kUnit ? ParseOutcome::kZygote : ParseOutcome::kPlain;
    unit.reason = arena_.CopyString(job.reason);
    unit.errors = state.errors.count;
    for (uint32_t file = 0; file < closure.size(); ++file) {
      const RecordedFile& recorded = state.record->file(file);
      if (!closure[file] || file == main_file || !recorded.is_read) continue;
      unit.closure.push_back({keep(recorded.path), recorded.state});
    }
    AddModules(*state.compiler, &unit);
    std::sort(unit.closure.begin(), unit.closure.end(),
              [](const ClosureFile& a, const ClosureFile& b) { return a.path < b.path; });
    const RecordedFile& main = state.record->file(main_file);
    unit.closure.insert(unit.closure.begin(), {unit.path, main.state});
    return shard;
  }

  // The interfaces that the unit was parsed with: it has read them, as a compiler does.
  void AddModules(clang::CompilerInstance& compiler, TranslationUnit* unit) {
    llvm::IntrusiveRefCntPtr<clang::ASTReader> reader = compiler.getASTReader();
    if (reader == nullptr) return;
    FileStates states(setting_.hello.workspace_root);
    for (const clang::serialization::ModuleFile& module : reader->getModuleManager()) {
      std::string path =
          WorkspacePath(setting_.hello.workspace_root, module.OriginalSourceFileName);
      if (std::optional<FileState> state = states.Read(path)) {
        unit->closure.push_back({arena_.CopyString(path), *state});
      }
    }
  }

  Setting& setting_;
  Task task_;
  std::unique_ptr<UnitTidy> tidy_;  // null: facts are collected
  Clock::time_point start_;
  Arena arena_;
};

}  // namespace

int RunParseServer(UniqueFd socket, RunLiveTask run_live_task, MakeUnitTidy make_unit_tidy) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::set_new_handler(OutOfMemory);
  llvm::install_bad_alloc_error_handler([](void*, const char*, bool) { OutOfMemory(); });
  // A crash then says where in the source the parser was.
  llvm::EnablePrettyStackTrace();

  Setting setting;
  absl::StatusOr<Frame> frame = ReceiveFrame(socket.get());
  if (!frame.ok()) return 0;
  absl::StatusOr<Hello> hello = DecodeHello(frame->payload);
  if (!frame->Is(MessageType::kHello) || !hello.ok() || frame->descriptors.size() != 1) {
    return kExitBadJob;
  }
  setting.hello = *std::move(hello);
  absl::StatusOr<std::unique_ptr<ClaimTable>> claims =
      ClaimTable::Map(std::move(frame->descriptors[0]));
  if (!claims.ok()) return kExitBadJob;
  setting.claims = *std::move(claims);
  setting.make_unit_tidy = make_unit_tidy;
  ParseNode node(std::move(socket), setting.hello.memory_limit);
  Task task = node.Serve();
  bool is_live = task.job.kind == JobKind::kBase || task.job.kind == JobKind::kPreamble ||
                 task.job.kind == JobKind::kText || task.job.kind == JobKind::kWhole;
  if (!is_live) JobRunner(setting, std::move(task)).Run();
  run_live_task(setting.hello, std::move(task));
  return kExitBadJob;  // it does not come back
}

}  // namespace astrolabe
