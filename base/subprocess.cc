// Start is posix_spawn with everything closed; Run is a poll loop over the three pipes and the
// pidfd.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "absl/time/clock.h"
#include "base/errno_status.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;
// How often to look whether the child has ended where the kernel has no pidfd.
constexpr absl::Duration kPollWithoutPidfd = absl::Milliseconds(5);

// Writes without the SIGPIPE that would kill this process: it is blocked in this thread, and the one
// that the write may have raised is taken away before it is unblocked.
ssize_t WriteNoSigpipe(int fd, std::string_view data) {
  sigset_t sigpipe;
  sigset_t pending;
  sigset_t previous;
  ::sigemptyset(&sigpipe);
  ::sigaddset(&sigpipe, SIGPIPE);
  ::sigpending(&pending);
  const bool was_pending = ::sigismember(&pending, SIGPIPE) == 1;
  ::pthread_sigmask(SIG_BLOCK, &sigpipe, &previous);
  const ssize_t result = ::write(fd, data.data(), data.size());
  const int error = errno;
  if (result < 0 && error == EPIPE && !was_pending) {
    const timespec none = {};
    while (::sigtimedwait(&sigpipe, nullptr, &none) < 0 && errno == EINTR) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  errno = error;
  return result;
}

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

// Both ends above 2: if one of our own standard streams is closed, a pipe would else take its number
// and be overwritten by the dup2 of another stream in the child.
absl::StatusOr<Pipe> MakePipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return ErrnoStatus(errno, "create", "a pipe");
  Pipe result{UniqueFd(fds[0]), UniqueFd(fds[1])};
  for (UniqueFd* fd : {&result.read, &result.write}) {
    if (fd->get() > STDERR_FILENO) continue;
    const int moved = ::fcntl(fd->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0) return ErrnoStatus(errno, "create", "a pipe");
    fd->Reset(moved);
  }
  return result;
}

// Our end never blocks; the flag is of the open pipe end, so the child's end stays as programs expect.
void SetNonBlocking(const UniqueFd& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

std::vector<std::string> MakeEnvironment(const Command& command) {
  std::vector<std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    const bool overridden = std::any_of(command.environment.begin(), command.environment.end(),
                                        [&](const auto& change) { return change.first == name; });
    if (!overridden) result.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment) {
    if (value.has_value()) result.push_back(StrCat(name, "=", *value));
  }
  return result;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// The two argument structs of posix_spawn, destroyed together. Their functions fail only for lack of
// memory or for a bad descriptor number, and the first failure is kept.
class SpawnSetup {
 public:
  SpawnSetup() {
    Note(::posix_spawn_file_actions_init(&actions));
    Note(::posix_spawnattr_init(&attributes));
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  void Note(int failure) {
    if (error == 0) error = failure;
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = 0;
};

void SetUpAttributes(SpawnSetup& setup) {
  // Signals as a program expects them, whatever this process or thread blocks or ignores.
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::sigdelset(&all, SIGKILL);
  ::sigdelset(&all, SIGSTOP);
  setup.Note(::posix_spawnattr_setsigmask(&setup.attributes, &none));
  setup.Note(::posix_spawnattr_setsigdefault(&setup.attributes, &all));
  setup.Note(::posix_spawnattr_setpgroup(&setup.attributes, 0));
  setup.Note(::posix_spawnattr_setflags(
      &setup.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
}

// Milliseconds for poll, rounded up, -1 for ever.
int PollTimeout(absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) return -1;
  const absl::Duration left = deadline - absl::Now();
  if (left <= absl::ZeroDuration()) return 0;
  const int64_t ms = absl::ToInt64Milliseconds(left) + 1;
  return static_cast<int>(std::min<int64_t>(ms, 1'000'000'000));
}

// Waits until `fd` is ready for `events`. False if the deadline came first.
bool PollOne(int fd, short events, absl::Time deadline) {
  while (true) {
    pollfd entry = {fd, events, 0};
    const int ready = ::poll(&entry, 1, PollTimeout(deadline));
    if (ready > 0) return true;
    if (ready == 0 && absl::Now() >= deadline) return false;
    if (ready < 0 && errno != EINTR && errno != EAGAIN) return true;  // the call itself will tell
  }
}

ExitStatus ToExitStatus(int status, const rusage& usage) {
  ExitStatus result;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  result.user_seconds = seconds(usage.ru_utime);
  result.system_seconds = seconds(usage.ru_stime);
  result.peak_rss_bytes = static_cast<uint64_t>(usage.ru_maxrss) * 1024;
  return result;
}

// A captured stream of RunSubprocess.
struct Capture {
  UniqueFd* fd;
  std::string* bytes;
  size_t limit;
  bool* truncated;
};

// Reads what is there now; closes at the end of the stream. At most 1 MiB: that is as much as a pipe
// holds, so after the child's end one call empties it, and before a fast writer can't keep the caller
// from looking at the clock.
void Drain(const Capture& capture) {
  static constexpr int kMaxReads = 16;
  std::array<char, kReadBytes> buffer;
  for (int reads = 0; reads < kMaxReads && capture.fd->valid(); ++reads) {
    const ssize_t size = ::read(capture.fd->get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) {
      capture.fd->Reset();
      return;
    }
    const size_t taken = std::min(capture.limit - capture.bytes->size(), static_cast<size_t>(size));
    capture.bytes->append(buffer.data(), taken);
    if (taken < static_cast<size_t>(size)) *capture.truncated = true;
  }
}

}  // namespace

std::string ExitStatus::ToString() const {
  if (signal == 0) return StrCat("exit code ", exit_code);
  const char* description = ::sigdescr_np(signal);
  return StrCat("signal ", signal, " (", description != nullptr ? description : "unknown", ")");
}

absl::StatusOr<std::unique_ptr<Subprocess>> Subprocess::Start(const Command& command,
                                                              StderrMode stderr_mode) {
  if (command.argv.empty()) return absl::InvalidArgumentError("no program to start");
  const std::string& program = command.argv[0];
  // posix_spawn reports a missing directory and a missing program alike.
  struct stat st;
  if (!command.directory.empty() && ::stat(command.directory.c_str(), &st) != 0) {
    return ErrnoStatus(errno, StrCat("start ", program, " in"), command.directory);
  }

  absl::StatusOr<Pipe> in = MakePipe();
  absl::StatusOr<Pipe> out = MakePipe();
  absl::StatusOr<Pipe> err = stderr_mode == StderrMode::kCapture ? MakePipe() : Pipe{};
  for (const auto* pipe : {&in, &out, &err}) {
    if (!pipe->ok()) return pipe->status();
  }

  SpawnSetup setup;
  SetUpAttributes(setup);
  setup.Note(::posix_spawn_file_actions_adddup2(&setup.actions, in->read.get(), STDIN_FILENO));
  setup.Note(::posix_spawn_file_actions_adddup2(&setup.actions, out->write.get(), STDOUT_FILENO));
  if (stderr_mode == StderrMode::kCapture) {
    setup.Note(::posix_spawn_file_actions_adddup2(&setup.actions, err->write.get(), STDERR_FILENO));
  } else if (stderr_mode == StderrMode::kDiscard) {
    setup.Note(::posix_spawn_file_actions_addopen(&setup.actions, STDERR_FILENO, "/dev/null",
                                                  O_WRONLY, 0));
  }
  // Descriptors that a library opened without O_CLOEXEC.
  setup.Note(::posix_spawn_file_actions_addclosefrom_np(&setup.actions, STDERR_FILENO + 1));
  if (!command.directory.empty()) {
    setup.Note(::posix_spawn_file_actions_addchdir_np(&setup.actions, command.directory.c_str()));
  }
  if (setup.error != 0) return ErrnoStatus(setup.error, "prepare to start", program);

  const std::vector<std::string> environment = MakeEnvironment(command);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, program.c_str(), &setup.actions, &setup.attributes,
                                   Pointers(command.argv).data(), Pointers(environment).data());
  if (error != 0) return ErrnoStatus(error, "start", program);
  auto child = std::unique_ptr<Subprocess>(new Subprocess(pid, program));
  child->stdin_ = std::move(in->write);
  child->stdout_ = std::move(out->read);
  child->stderr_ = std::move(err->read);
  child->pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  SetNonBlocking(child->stdin_);
  SetNonBlocking(child->stdout_);
  if (child->stderr_.valid()) SetNonBlocking(child->stderr_);
  return child;
}

Subprocess::~Subprocess() {
  Kill(SIGKILL);
  Wait().IgnoreError();
}

absl::Status Subprocess::Write(std::string_view data, absl::Time deadline) {
  while (!data.empty()) {
    if (!stdin_.valid()) {
      return absl::FailedPreconditionError(StrCat(name_, ": its input is closed"));
    }
    const ssize_t written = WriteNoSigpipe(stdin_.get(), data);
    if (written >= 0) {
      data.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      if (!PollOne(stdin_.get(), POLLOUT, deadline)) {
        return absl::DeadlineExceededError(StrCat(name_, " does not take its input"));
      }
    } else if (errno == EPIPE) {
      return absl::UnavailableError(StrCat(name_, " has closed its input or ended"));
    } else if (errno != EINTR) {
      return ErrnoStatus(errno, "write to", name_);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> Subprocess::Read(Stream stream, std::span<char> buffer,
                                        absl::Time deadline) {
  const UniqueFd& fd = stream == Stream::kStdout ? stdout_ : stderr_;
  if (!fd.valid()) return absl::FailedPreconditionError(StrCat(name_, ": stream not captured"));
  while (true) {
    const ssize_t size = ::read(fd.get(), buffer.data(), buffer.size());
    if (size >= 0) return static_cast<size_t>(size);
    if (errno == EAGAIN) {
      if (!PollOne(fd.get(), POLLIN, deadline)) {
        return absl::DeadlineExceededError(StrCat(name_, " has written nothing"));
      }
    } else if (errno != EINTR) {
      return ErrnoStatus(errno, "read from", name_);
    }
  }
}

bool Subprocess::HasEnded() const {
  siginfo_t info = {};
  int result;
  do {
    result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG);
  } while (result != 0 && errno == EINTR);
  // An error means that somebody else has reaped it, against the contract; it has ended then.
  return result != 0 || info.si_pid == pid_;
}

absl::StatusOr<ExitStatus> Subprocess::Wait(absl::Time deadline) {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (reaped_) return exit_;
      if (HasEnded()) {
        int status = 0;
        rusage usage = {};
        pid_t result;
        do {
          result = ::wait4(pid_, &status, 0, &usage);
        } while (result < 0 && errno == EINTR);
        reaped_ = true;
        if (result == pid_) exit_ = ToExitStatus(status, usage);
        return exit_;
      }
    }
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(StrCat(name_, " is still running"));
    }
    // Outside of the lock, or nobody could kill it meanwhile.
    if (pidfd_.valid()) {
      PollOne(pidfd_.get(), POLLIN, deadline);
    } else {
      absl::SleepFor(std::min(kPollWithoutPidfd, deadline - absl::Now()));
    }
  }
}

void Subprocess::Kill(int signal) {
  absl::MutexLock lock(&mutex_);
  // Not reaped, so its process id and group can't belong to anybody else yet.
  if (!reaped_) ::kill(-pid_, signal);
}

absl::StatusOr<RunResult> RunSubprocess(const Command& command, const RunOptions& options) {
  const absl::Time begin = absl::Now();
  const absl::Time deadline = begin + options.timeout;
  absl::StatusOr<std::unique_ptr<Subprocess>> started =
      Subprocess::Start(command, StderrMode::kCapture);
  if (!started.ok()) return started.status();
  Subprocess& child = **started;

  RunResult result;
  const std::array<Capture, 2> captures = {
      {{&child.stdout_, &result.stdout_bytes, options.max_stdout_bytes, &result.stdout_truncated},
       {&child.stderr_, &result.stderr_bytes, options.max_stderr_bytes, &result.stderr_truncated}}};
  std::string_view input = options.input;
  if (input.empty()) child.CloseStdin();

  while (true) {
    bool ended;
    {
      absl::MutexLock lock(&child.mutex_);
      ended = child.HasEnded();
    }
    if (!ended && !result.timed_out && absl::Now() >= deadline) {
      result.timed_out = true;
      child.Kill(SIGKILL);
    }
    if (child.stdin_.valid()) {
      const ssize_t written = WriteNoSigpipe(child.stdin_.get(), input);
      if (written >= 0) input.remove_prefix(static_cast<size_t>(written));
      // A child need not read its input to the end: that is its own affair.
      const bool failed = written < 0 && errno != EAGAIN && errno != EINTR;
      if (input.empty() || failed) child.CloseStdin();
    }
    for (const Capture& capture : captures) Drain(capture);
    // After the end everything that it wrote was in the pipes, and Drain has just emptied them.
    if (ended) break;

    // Negative descriptors are skipped by poll.
    std::array<pollfd, 4> entries = {{{child.stdin_.get(), POLLOUT, 0},
                                      {child.stdout_.get(), POLLIN, 0},
                                      {child.stderr_.get(), POLLIN, 0},
                                      {child.pidfd_.get(), POLLIN, 0}}};
    absl::Time wake = result.timed_out ? absl::InfiniteFuture() : deadline;
    if (!child.pidfd_.valid()) wake = std::min(wake, absl::Now() + kPollWithoutPidfd);
    ::poll(entries.data(), entries.size(), PollTimeout(wake));
  }
  absl::StatusOr<ExitStatus> exit = child.Wait();
  if (!exit.ok()) return exit.status();
  result.exit = *exit;
  result.wall = absl::Now() - begin;
  return result;
}

}  // namespace astrolabe
