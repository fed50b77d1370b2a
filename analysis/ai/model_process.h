// The front's side of the model's process: started when it is first needed, replaced when it dies or hangs, gone when
// nobody has asked for a while.
//
// Two threads while the process lives: the keeper starts it, writes to it and watches the clock, the reader takes what
// it says. Neither has anything to do while nobody asks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "analysis/ai/generation.h"
#include "base/frame.h"
#include "base/subprocess.h"

namespace astrolabe {

struct ModelProcessOptions {
  std::string program;  // our own binary, started as `program model`
  ModelSetting setting;
  absl::Duration idle_limit = absl::Minutes(5);
  absl::Duration load_limit = absl::Seconds(60);
  // How much longer than its own limit a request may take before the process counts as hung.
  absl::Duration patience = absl::Seconds(2);
};

// What has happened so far.
struct ModelCounts {
  uint64_t starts = 0;
  uint64_t deaths = 0;  // it crashed, was killed, or hung and was killed by us
  uint64_t requests = 0;
  uint64_t failures = 0;
  uint64_t cancelled = 0;
  GenerationCost cost;  // summed
  double load_seconds = 0;
  double cpu_seconds = 0;   // of the processes, up to what each has said last
  uint64_t most_bytes = 0;  // resident, of one process, when it said something
};

// Any thread. Callbacks come from threads of its own, exactly one for each request, and may ask again.
class ModelProcess {
 public:
  using Callback = std::function<void(absl::StatusOr<Generation>)>;

  explicit ModelProcess(ModelProcessOptions options);
  // Kills the process; what is asked and not answered is Cancelled.
  ~ModelProcess();
  ModelProcess(const ModelProcess&) = delete;
  ModelProcess& operator=(const ModelProcess&) = delete;

  // Errors: FailedPrecondition saying what is wrong with the model; Unavailable if its process died; Aborted if it
  // hung; DeadlineExceeded if it had no time; Cancelled. After three deaths in a row it is left alone for a minute: Unavailable at once.
  uint64_t Generate(GenerationRequest request, Callback callback) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits for the answer.
  absl::StatusOr<Generation> GenerateNow(GenerationRequest request) ABSL_LOCKS_EXCLUDED(mutex_);
  // ... until it is there or `stop` is set, which makes it Cancelled. `started`, if not null, is told the request's number.
  absl::StatusOr<Generation> GenerateNow(
      GenerationRequest request, const std::atomic<bool>& stop,
      const std::function<void(uint64_t number)>& started = nullptr) ABSL_LOCKS_EXCLUDED(mutex_);
  // The callback then comes at once, with Cancelled, if it has not come yet.
  void Cancel(uint64_t number) ABSL_LOCKS_EXCLUDED(mutex_);

  // What the model says of itself; loads it if it is not loaded.
  absl::StatusOr<ModelReady> Load() ABSL_LOCKS_EXCLUDED(mutex_);

  ModelCounts counts() const ABSL_LOCKS_EXCLUDED(mutex_);
  // What the model last said of itself; nullopt if it was never loaded.
  std::optional<ModelReady> last_ready() const ABSL_LOCKS_EXCLUDED(mutex_);
  // 0: none runs.
  int pid() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Waiting {
    GenerationRequest request;
    Callback callback;
    bool is_sent = false;
    absl::Time deadline = absl::InfiniteFuture();  // once it is sent: then the process hangs
  };

  void Keep() ABSL_LOCKS_EXCLUDED(mutex_);
  // One process from its start to its end; OK if that was ours.
  absl::Status Live() ABSL_LOCKS_EXCLUDED(mutex_);
  // Serves until the process is gone, hangs or is not needed any more.
  absl::Status Serve(Subprocess& process) ABSL_LOCKS_EXCLUDED(mutex_);
  void Read(Subprocess& process) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Handle(const Frame& frame) ABSL_LOCKS_EXCLUDED(mutex_);
  void Answer(uint64_t number, absl::StatusOr<Generation> answer) ABSL_LOCKS_EXCLUDED(mutex_);
  // Answers everything, or what has been sent, with `status`.
  void Fail(const absl::Status& status, bool only_sent) ABSL_LOCKS_EXCLUDED(mutex_);
  // What has to be written now: requests and cancellations, encoded.
  std::string TakeOutgoing() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeCost(const ProcessCost& cost) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Time NextDeadline() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ModelProcessOptions options_;
  mutable absl::Mutex mutex_;
  bool stops_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_news_ ABSL_GUARDED_BY(mutex_) = false;   // for the keeper
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;  // the process's output
  uint64_t next_number_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<uint64_t, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<uint64_t> to_cancel_ ABSL_GUARDED_BY(mutex_);
  bool is_wanted_ ABSL_GUARDED_BY(mutex_) = false;           // by Load
  std::optional<ModelReady> ready_ ABSL_GUARDED_BY(mutex_);  // of the process that runs
  std::optional<ModelReady> last_ready_ ABSL_GUARDED_BY(mutex_);
  double cpu_said_ ABSL_GUARDED_BY(mutex_) = 0;  // of the process that runs, seconds
  absl::Status load_failure_ ABSL_GUARDED_BY(mutex_);
  absl::Time load_deadline_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_use_ ABSL_GUARDED_BY(mutex_);
  int deaths_in_a_row_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time rests_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  ModelCounts counts_ ABSL_GUARDED_BY(mutex_);
  int pid_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread keeper_;
};

}  // namespace astrolabe
