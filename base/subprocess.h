// Child processes: run one to its end, or start one and talk to it.
//
// What goes wrong by default with fork and exec, and does not here: a child gets no descriptor
// besides its three streams, no blocked or ignored signal, and a process group of its own, so that
// killing it takes along what it started; it is always reaped; writing to one that is gone is an
// error and no SIGPIPE; RunSubprocess serves all three streams at once, so none blocks another;
// starting is a vfork (posix_spawn), so it costs the same however much memory this process has (0.6
// ms for /bin/true, from 6 MB or from 1 GB).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"

namespace astrolabe {

// What to start.
struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up in our PATH if it has no slash
  std::string directory;          // to start in; empty: ours
  // Variables to set, or with nullopt to remove, on top of our environment.
  std::vector<std::pair<std::string, std::optional<std::string>>> environment;
};

// How a process ended, and what it cost, its waited-for children included.
struct ExitStatus {
  int exit_code = -1;  // -1 if a signal ended it
  int signal = 0;      // 0 if it exited
  double user_seconds = 0;
  double system_seconds = 0;
  // Largest resident set, in bytes. Linux counts the moment before exec, when the child is this
  // process's image: never less than our own resident size at the start.
  uint64_t peak_rss_bytes = 0;

  bool ok() const { return exit_code == 0; }
  // "exit code 1", "signal 9 (Killed)".
  std::string ToString() const;
};

struct RunOptions {
  std::string_view input;  // all of its stdin
  // Output beyond is read and dropped.
  size_t max_stdout_bytes = size_t{64} << 20;
  size_t max_stderr_bytes = size_t{1} << 20;
  // Wall-clock; then the whole process group is killed.
  absl::Duration timeout = absl::InfiniteDuration();
};

struct RunResult {
  ExitStatus exit;
  bool timed_out = false;
  std::string stdout_bytes;
  std::string stderr_bytes;
  bool stdout_truncated = false;
  bool stderr_truncated = false;
  absl::Duration wall;
};

// Runs `command` to its end. A program that fails or is killed is a result; an error Status means that
// it could not be started (NotFound, PermissionDenied, …). Output is taken until the process ends: what
// processes that it left behind write later is lost. Any thread.
absl::StatusOr<RunResult> RunSubprocess(const Command& command, const RunOptions& options = {});

enum class StderrMode { kCapture, kInherit, kDiscard };

// A child to talk to over pipes. One thread may write, one read each stream, and any may Wait, Kill or
// ask at the same time. Destroying it kills the process group, if the child still runs, and reaps it.
class Subprocess {
 public:
  enum class Stream { kStdout, kStderr };

  static absl::StatusOr<std::unique_ptr<Subprocess>> Start(const Command& command,
                                                           StderrMode stderr_mode);
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  pid_t pid() const { return pid_; }

  // Writes all of `data` to its stdin. Unavailable if the child has closed it (or is gone),
  // DeadlineExceeded if it did not take everything in time; part of the data may then be written.
  absl::Status Write(std::string_view data, absl::Time deadline = absl::InfiniteFuture());
  // The child sees the end of its input. By the writing thread.
  void CloseStdin() { stdin_.Reset(); }

  // Waits until there is something and reads at most buffer.size() bytes (not 0); returns how many, 0
  // at the end of the stream. DeadlineExceeded if nothing came. FailedPrecondition for a stream that is
  // not captured.
  absl::StatusOr<size_t> Read(Stream stream, std::span<char> buffer,
                              absl::Time deadline = absl::InfiniteFuture());

  // Waits for the end and reaps; afterwards returns the same again. DeadlineExceeded if it still runs.
  absl::StatusOr<ExitStatus> Wait(absl::Time deadline = absl::InfiniteFuture())
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Sends `signal` to the process group; nothing if the child has been reaped.
  void Kill(int signal = 9) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend absl::StatusOr<RunResult> RunSubprocess(const Command& command, const RunOptions& options);

  Subprocess(pid_t pid, std::string name) : pid_(pid), name_(std::move(name)) {}
  // True once the child has ended; does not reap.
  bool HasEnded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const pid_t pid_;
  const std::string name_;  // argv[0], for messages
  UniqueFd stdin_;
  UniqueFd stdout_;
  UniqueFd stderr_;
  UniqueFd pidfd_;  // readable when the child has ended; none on kernels before 5.3
  absl::Mutex mutex_;
  bool reaped_ ABSL_GUARDED_BY(mutex_) = false;
  ExitStatus exit_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe
