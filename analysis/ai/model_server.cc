// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/model_server.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "analysis/ai/generation.h"
#include "analysis/ai/generator.h"
#include "analysis/ai/model.h"
#include "analysis/ai/no_network.h"
#include "analysis/ai/processor.h"
#include "analysis/ai/quantize.h"
#include "base/errno_status.h"
#include "base/frame.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

bool WriteFrame(ModelMessage type, std::string_view payload) {
  std::string bytes = EncodeFrame(static_cast<uint32_t>(type), payload);
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t written = write(STDOUT_FILENO, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    left.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

ProcessCost CostOfThisProcess() {
  ProcessCost cost;
  timespec cpu = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  cost.cpu_seconds = static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) * 1e-9;
  std::ifstream file("/proc/self/statm");
  uint64_t size = 0;
  uint64_t resident = 0;
  file >> size >> resident;
  cost.resident_bytes = resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return cost;
}

// What has come in and is not done. Read by a thread of its own, so that a request can be cancelled while another
// thread computes.
class Inbox {
 public:
  struct Item {
    uint64_t number = 0;
    GenerationRequest request;
  };

  // Takes frames until there are no more.
  void Read() {
    std::string bytes;
    for (;;) {
      absl::StatusOr<std::optional<Frame>> frame = TakeFrame(&bytes);
      if (!frame.ok()) break;
      if (frame->has_value()) {
        if (!Take(**frame)) break;
        continue;
      }
      const size_t had = bytes.size();
      bytes.resize(had + kChunk);
      const ssize_t got = read(STDIN_FILENO, bytes.data() + had, kChunk);
      bytes.resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
    }
    // Whoever has asked is gone: nobody waits for what is being computed.
    _exit(0);
  }

  // What this process is for: a kSetting or a kQuantize.
  Frame WaitForTask() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](Inbox* self)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) { return self->task_.has_value(); },
        this));
    return *std::move(task_);
  }

  // The next request. Until the next call, cancelled() is about it.
  Item Next() {
    absl::MutexLock lock(&mutex_);
    current_ = 0;
    mutex_.Await(absl::Condition(
        +[](Inbox* self)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) { return !self->items_.empty(); },
        this));
    Item item = std::move(items_.front());
    items_.pop_front();
    current_ = item.number;
    cancelled_ = false;
    return item;
  }

  const std::atomic<bool>& cancelled() const { return cancelled_; }

 private:
  static constexpr size_t kChunk = 64 * 1024;

  bool Take(Frame& frame) {
    absl::MutexLock lock(&mutex_);
    if (frame.Is(ModelMessage::kSetting) || frame.Is(ModelMessage::kQuantize)) {
      task_ = std::move(frame);
      return true;
    }
    if (frame.Is(ModelMessage::kGenerate)) {
      auto request = Decode<NumberedRequest>(frame.payload);
      if (!request.ok()) return false;
      items_.push_back({request->first, std::move(request->second)});
      return true;
    }
    if (!frame.Is(ModelMessage::kCancel)) return false;
    absl::StatusOr<uint64_t> number = Decode<uint64_t>(frame.payload);
    if (!number.ok()) return false;
    if (*number == current_) cancelled_ = true;
    std::erase_if(items_, [&](const Item& item) { return item.number == *number; });
    return true;
  }

  absl::Mutex mutex_;
  std::optional<Frame> task_ ABSL_GUARDED_BY(mutex_);
  std::deque<Item> items_ ABSL_GUARDED_BY(mutex_);
  uint64_t current_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<bool> cancelled_ = false;
};

NumberedFailure FailureOf(uint64_t number, const absl::Status& why) {
  return {number, static_cast<uint32_t>(why.code()), std::string(why.message())};
}

// The exit code.
int FailTask(const absl::Status& why) {
  WriteFrame(ModelMessage::kFailed, Encode(FailureOf(0, why)));
  return 1;
}

int RunQuantize(const QuantizeJob& job) {
  const absl::Status status = QuantizeHere(job, [](uint64_t done, uint64_t tensors) {
    WriteFrame(ModelMessage::kQuantizing, Encode(std::pair(done, tensors)));
  });
  if (!status.ok()) return FailTask(status);
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(job.out, error);
  if (error) return FailTask(ErrnoStatus(error.value(), "read", job.out));
  WriteFrame(ModelMessage::kQuantized, Encode(size));
  return 0;
}

}  // namespace

int RunModelServer() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::signal(SIGPIPE, SIG_IGN);
  if (isatty(STDIN_FILENO) != 0) {
    constexpr char kText[] =
        "astrolabe model runs a language model for another astrolabe process; see `astrolabe ai`\n";
    (void)!write(STDERR_FILENO, kText, sizeof(kText) - 1);
    return 2;
  }
  const bool is_offline = CloseNetwork();
  // Never destroyed: its thread ends with the process.
  Inbox& inbox = *new Inbox;
  std::thread([&inbox] { inbox.Read(); }).detach();
  const Frame task = inbox.WaitForTask();
  const absl::Status can_run = CheckProcessor(WantedInstructions(), HasInstructions);
  if (!can_run.ok()) return FailTask(can_run);
  if (task.Is(ModelMessage::kQuantize)) {
    const absl::StatusOr<QuantizeJob> job = Decode<QuantizeJob>(task.payload);
    return job.ok() ? RunQuantize(*job) : 2;
  }
  absl::StatusOr<ModelSetting> setting = Decode<ModelSetting>(task.payload);
  if (!setting.ok()) return 2;

  const auto start = std::chrono::steady_clock::now();
  absl::StatusOr<std::unique_ptr<Model>> model = Model::Load(setting->path);
  if (!model.ok()) return FailTask(model.status());
  absl::StatusOr<std::unique_ptr<Generator>> generator = Generator::Create(**model, *setting);
  if (!generator.ok()) return FailTask(generator.status());
  ModelReady ready;
  ready.info = (*model)->info();
  ready.load_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  ready.context = (*generator)->context();
  ready.threads = (*generator)->threads();
  ready.processor = ProcessorFeatures();
  ready.is_offline = is_offline;
  ready.process = CostOfThisProcess();
  if (!WriteFrame(ModelMessage::kReady, Encode(ready))) return 0;
  for (;;) {
    const Inbox::Item item = inbox.Next();
    absl::StatusOr<Generation> generation = (*generator)->Generate(item.request, inbox.cancelled());
    if (generation.ok()) generation->process = CostOfThisProcess();
    const bool is_told = generation.ok()
                             ? WriteFrame(ModelMessage::kGenerated,
                                          Encode(NumberedGeneration(item.number, *generation)))
                             : WriteFrame(ModelMessage::kFailed,
                                          Encode(FailureOf(item.number, generation.status())));
    if (!is_told) return 0;
  }
}

}  // namespace astrolabe
