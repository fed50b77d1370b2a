// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/parse_server.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "alloc/arena.h"
#include "analysis/batch/claim_table.h"
#include "analysis/batch/collector.h"
#include "analysis/batch/parse_protocol.h"
#include "analysis/batch/parse_session.h"
#include "analysis/batch/type_tables.h"
#include "base/strings.h"
#include "index/semantic/shard.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/PrettyStackTrace.h"

namespace astrolabe {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The second field of /proc/self/statm counts resident pages, the first all of the address space.
uint64_t ProcessBytes(bool resident) {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  unsigned long long all = 0;
  unsigned long long in_memory = 0;
  int fields = std::fscanf(file, "%llu %llu", &all, &in_memory);
  std::fclose(file);
  if (fields != 2) return 0;
  return (resident ? in_memory : all) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

[[noreturn]] void OutOfMemory() {
  constexpr char kText[] = "out of memory\n";
  (void)!write(STDERR_FILENO, kText, sizeof(kText) - 1);
  _exit(kExitOutOfMemory);
}

void WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(kExitBadJob);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

[[noreturn]] void Deliver(int descriptor, const JobResult& result) {
  WriteAll(descriptor, EncodeResult(result));
  _exit(0);
}

// For `top` and `perf`, which tell processes apart by it.
const char* ProcessName(JobKind kind) {
  switch (kind) {
    case JobKind::kZygote:
    case JobKind::kExtend:
      return "astrolabe-zyg";
    case JobKind::kUnit:
      return "astrolabe-unit";
    case JobKind::kHeaders:
      return "astrolabe-hdr";
    default:
      return "astrolabe-tu";
  }
}

// What a forked process was forked for.
struct Task {
  Job job;
  UniqueFd result;
};

// A process that waits for work: the root, or a zygote at its fork point.
class Node {
 public:
  Node(UniqueFd socket, uint64_t memory_limit)
      : socket_(std::move(socket)), memory_limit_(memory_limit) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, nullptr);
    child_signal_ = UniqueFd(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  int socket() const { return socket_.get(); }

  // Takes jobs until the front goes away, then ends the process. Returns in forked children.
  Task Serve() {
    for (;;) {
      pollfd waiting[2] = {{socket_.get(), POLLIN, 0}, {child_signal_.get(), POLLIN, 0}};
      if (poll(waiting, 2, -1) < 0 && errno != EINTR) _exit(kExitBadJob);
      if (waiting[1].revents != 0) Reap();
      if (waiting[0].revents == 0) continue;
      absl::StatusOr<Frame> frame = ReceiveFrame(socket_.get());
      if (!frame.ok()) Quit();
      if (frame->type == MessageType::kKill) {
        uint32_t number = 0;
        if (frame->payload.size() == sizeof(number)) {
          std::memcpy(&number, frame->payload.data(), sizeof(number));
        }
        for (const Running& running : running_) {
          if (running.job == number) kill(running.pid, SIGKILL);
        }
        continue;
      }
      absl::StatusOr<Job> job = DecodeJob(frame->payload);
      if (frame->type != MessageType::kJob || !job.ok() || frame->descriptors.size() != 2) Quit();
      std::optional<Task> task = Fork(*std::move(job), std::move(frame->descriptors));
      if (task.has_value()) return *std::move(task);
    }
  }

 private:
  struct Running {
    pid_t pid;
    uint32_t job;
  };

  // The front is gone, or mad: nobody waits for what our children do.
  [[noreturn]] void Quit() {
    for (const Running& running : running_) kill(running.pid, SIGKILL);
    _exit(0);
  }

  std::optional<Task> Fork(Job job, std::vector<UniqueFd> descriptors) {
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
      Report(job.number, kExitOutOfMemory, 0, 0);
      return std::nullopt;
    }
    if (pid > 0) {
      running_.push_back({pid, job.number});
      return std::nullopt;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(kExitBadJob);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    dup2(descriptors[1].get(), STDERR_FILENO);
    prctl(PR_SET_NAME, ProcessName(job.kind));
    socket_.Reset();
    child_signal_.Reset();
    running_.clear();
    if (memory_limit_ > 0) {
      rlimit limit;
      limit.rlim_cur = limit.rlim_max = ProcessBytes(/*resident=*/false) + memory_limit_;
      setrlimit(RLIMIT_AS, &limit);
    }
    return Task{std::move(job), std::move(descriptors[0])};
  }

  void Reap() {
    signalfd_siginfo ignored;
    while (read(child_signal_.get(), &ignored, sizeof(ignored)) > 0) {
    }
    for (;;) {
      int status = 0;
      rusage usage = {};
      pid_t pid = wait4(-1, &status, WNOHANG, &usage);
      if (pid <= 0) return;
      auto at = std::find_if(running_.begin(), running_.end(),
                             [pid](const Running& running) { return running.pid == pid; });
      if (at == running_.end()) continue;
      auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
      };
      Report(at->job, WIFEXITED(status) ? WEXITSTATUS(status) : -1,
             WIFSIGNALED(status) ? WTERMSIG(status) : 0,
             seconds(usage.ru_utime) + seconds(usage.ru_stime));
      running_.erase(at);
    }
  }

  void Report(uint32_t job, int exit_code, int signal, double cpu_seconds) {
    Ended ended{job, exit_code, signal, cpu_seconds};
    if (!SendFrame(socket_.get(), MessageType::kEnded, EncodeEnded(ended)).ok()) Quit();
  }

  UniqueFd socket_;
  UniqueFd child_signal_;
  const uint64_t memory_limit_;
  std::vector<Running> running_;
};

// What a parsing process knows for its whole life.
struct Setting {
  Hello hello;
  std::unique_ptr<ClaimTable> claims;
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
    std::string reason = RunFrontEnd(job.cc1, plain ? job.file : "", job.headers, *this);
    Fail(ResultStatus::kUnreadable, reason);
  }

  void AtForkPoint(ParseState& state) override {
    bool zygote = task_.job.kind == JobKind::kZygote || task_.job.kind == JobKind::kExtend;
    if (!zygote) return;  // a file of the workspace that knows our pragma
    ReserveTypeTables(state.compiler->getASTContext());
    Node node(std::move(task_.result), setting_.hello.memory_limit);
    Ready ready;
    ready.seconds = SecondsSince(start_);
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
    if (job.kind == JobKind::kExtend) {
      ContinueWithHeaders(state, job.headers, job.macros);
    } else if (job.kind != JobKind::kUnit) {
      _exit(kExitBadJob);
    } else if (!ContinueWithFile(state, job.file, job.macros)) {
      Fail(ResultStatus::kUnreadable, StrCat("cannot read ", job.file));
    }
  }

  [[noreturn]] void AtEnd(ParseState& state) override {
    const Job& job = task_.job;
    if (job.kind == JobKind::kZygote || job.kind == JobKind::kExtend) {
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
  [[noreturn]] void Fail(ResultStatus status, std::string reason) {
    JobResult result;
    result.status = status;
    result.reason = std::move(reason);
    result.parse_seconds = SecondsSince(start_);
    if (task_.job.kind == JobKind::kZygote || task_.job.kind == JobKind::kExtend) {
      WriteAll(STDERR_FILENO, result.reason + "\n");
      _exit(kExitBadJob);
    }
    Deliver(task_.result.get(), result);
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
    std::sort(unit.closure.begin(), unit.closure.end(),
              [](const ClosureFile& a, const ClosureFile& b) { return a.path < b.path; });
    const RecordedFile& main = state.record->file(main_file);
    unit.closure.insert(unit.closure.begin(), {unit.path, main.state});
    return shard;
  }

  Setting& setting_;
  Task task_;
  Clock::time_point start_;
  Arena arena_;
};

}  // namespace

int RunParseServer(UniqueFd socket) {
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
  if (frame->type != MessageType::kHello || !hello.ok() || frame->descriptors.size() != 1) {
    return kExitBadJob;
  }
  setting.hello = *std::move(hello);
  absl::StatusOr<std::unique_ptr<ClaimTable>> claims =
      ClaimTable::Map(std::move(frame->descriptors[0]));
  if (!claims.ok()) return kExitBadJob;
  setting.claims = *std::move(claims);
  Node node(std::move(socket), setting.hello.memory_limit);
  JobRunner(setting, node.Serve()).Run();
}

}  // namespace astrolabe
