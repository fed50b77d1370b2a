// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/parse_node.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace astrolabe {
namespace {

// For `top` and `perf`, which tell processes apart by it.
const char* ProcessName(JobKind kind) {
  switch (kind) {
    case JobKind::kZygote:
      return "astrolabe-zyg";
    case JobKind::kUnit:
      return "astrolabe-unit";
    case JobKind::kHeaders:
      return "astrolabe-hdr";
    case JobKind::kBase:
      return "astrolabe-base";
    case JobKind::kPreamble:
    case JobKind::kWarm:
      return "astrolabe-pre";
    case JobKind::kOpen:
      return "astrolabe-ast";
    default:
      return "astrolabe-tu";
  }
}

}  // namespace

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

ParseNode::ParseNode(UniqueFd socket, uint64_t memory_limit)
    : socket_(std::move(socket)), memory_limit_(memory_limit) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, nullptr);
  child_signal_ = UniqueFd(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
}

Task ParseNode::Serve(const Read& read) {
  for (;;) {
    pollfd waiting[2] = {{socket_.get(), POLLIN, 0}, {child_signal_.get(), POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0 && errno != EINTR) _exit(kExitBadJob);
    if (waiting[1].revents != 0) Reap();
    if (waiting[0].revents == 0) continue;
    absl::StatusOr<Frame> frame = ReceiveFrame(socket_.get());
    if (!frame.ok()) Quit();
    if (frame->Is(MessageType::kKill)) {
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
    if (!frame->Is(MessageType::kJob) || !job.ok() || frame->descriptors.size() != 2) Quit();
    if (job->kind == JobKind::kRead && read != nullptr) {
      AnswerHere(*job, frame->descriptors[0].get(), read);
      continue;
    }
    std::optional<Task> task = Fork(*std::move(job), std::move(frame->descriptors));
    if (task.has_value()) return *std::move(task);
  }
}

// The front is gone, or mad: nobody waits for what our children do.
void ParseNode::Quit() {
  for (const Running& running : running_) kill(running.pid, SIGKILL);
  _exit(0);
}

void ParseNode::AnswerHere(const Job& job, int result, const Read& read) {
  WriteAll(result, EncodeResult(read(job)));
  Report(job.number, /*exit_code=*/0, /*signal=*/0, /*cpu_seconds=*/0);
}

std::optional<Task> ParseNode::Fork(Job job, std::vector<UniqueFd> descriptors) {
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

void ParseNode::Reap() {
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

void ParseNode::Report(uint32_t job, int exit_code, int signal, double cpu_seconds) {
  Ended ended{job, exit_code, signal, cpu_seconds};
  if (!SendFrame(socket_.get(), MessageType::kEnded, EncodeEnded(ended)).ok()) Quit();
}

}  // namespace astrolabe
