// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/model_process.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <utility>

#include "absl/synchronization/notification.h"
#include "alloc/jemalloc.h"
#include "analysis/ai/model_server.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

// How long nobody looks whether an answer is still wanted.
constexpr absl::Duration kGlance = absl::Milliseconds(5);
constexpr int kDeathsToRest = 3;
constexpr absl::Duration kRest = absl::Minutes(1);
constexpr absl::Duration kWriteLimit = absl::Seconds(5);
constexpr absl::Duration kEndLimit = absl::Seconds(1);

std::string Encoded(ModelMessage type, std::string_view payload) {
  return EncodeFrame(static_cast<uint32_t>(type), payload);
}

void Add(const GenerationCost& cost, GenerationCost* sum) {
  sum->prompt_tokens += cost.prompt_tokens;
  sum->reused_tokens += cost.reused_tokens;
  sum->generated_tokens += cost.generated_tokens;
  sum->prompt_seconds += cost.prompt_seconds;
  sum->first_token_seconds += cost.first_token_seconds;
  sum->total_seconds += cost.total_seconds;
}

}  // namespace

ModelProcess::ModelProcess(ModelProcessOptions options) : options_(std::move(options)) {
  keeper_ = std::thread([this] { Keep(); });
}

ModelProcess::~ModelProcess() {
  {
    absl::MutexLock lock(&mutex_);
    stops_ = true;
    has_news_ = true;
  }
  keeper_.join();
  Fail(absl::CancelledError("the model is not needed any more"), /*only_sent=*/false);
}

uint64_t ModelProcess::Generate(GenerationRequest request, Callback callback) {
  uint64_t number = 0;
  {
    absl::MutexLock lock(&mutex_);
    number = next_number_++;
    ++counts_.requests;
    if (absl::Now() >= rests_until_) {
      waiting_[number] = {std::move(request), std::move(callback)};
      has_news_ = true;
      return number;
    }
    ++counts_.failures;
  }
  callback(absl::UnavailableError(
      "the model's process died again and again; it is left alone for a while"));
  return number;
}

absl::StatusOr<Generation> ModelProcess::GenerateNow(GenerationRequest request) {
  static constexpr std::atomic<bool> kNever = false;
  return GenerateNow(std::move(request), kNever);
}

absl::StatusOr<Generation> ModelProcess::GenerateNow(
    GenerationRequest request, const std::atomic<bool>& stop,
    const std::function<void(uint64_t number)>& started) {
  // The callback may come after nobody waits any more.
  struct Waiting {
    absl::Notification done;
    absl::StatusOr<Generation> answer = absl::UnknownError("");
  };
  auto waiting = std::make_shared<Waiting>();
  const uint64_t number =
      Generate(std::move(request), [waiting](absl::StatusOr<Generation> answer) {
        waiting->answer = std::move(answer);
        waiting->done.Notify();
      });
  if (started != nullptr) started(number);
  while (!waiting->done.WaitForNotificationWithTimeout(kGlance)) {
    if (stop.load()) Cancel(number);
  }
  return std::move(waiting->answer);
}

void ModelProcess::Cancel(uint64_t number) {
  {
    absl::MutexLock lock(&mutex_);
    auto it = waiting_.find(number);
    if (it == waiting_.end()) return;
    if (it->second.is_sent) to_cancel_.push_back(number);
    ++counts_.cancelled;
    has_news_ = true;
  }
  Answer(number, absl::CancelledError("cancelled"));
}

absl::StatusOr<ModelReady> ModelProcess::Load() {
  absl::MutexLock lock(&mutex_);
  is_wanted_ = true;
  has_news_ = true;
  load_failure_ = absl::OkStatus();
  const auto is_settled = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ready_.has_value() || !load_failure_.ok() || stops_;
  };
  mutex_.Await(absl::Condition(&is_settled));
  if (ready_.has_value()) return *ready_;
  return load_failure_.ok() ? absl::CancelledError("the model is not needed any more")
                            : load_failure_;
}

ModelCounts ModelProcess::counts() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

std::optional<ModelReady> ModelProcess::last_ready() const {
  absl::MutexLock lock(&mutex_);
  return last_ready_;
}

int ModelProcess::pid() const {
  absl::MutexLock lock(&mutex_);
  return pid_;
}

void ModelProcess::Keep() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      const auto is_needed = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stops_ || is_wanted_ || !waiting_.empty();
      };
      mutex_.Await(absl::Condition(&is_needed));
      if (stops_) return;
      has_ended_ = false;
      ready_.reset();
      load_failure_ = absl::OkStatus();
    }
    const absl::Status end = Live();
    if (end.ok()) {
      // Nobody has asked for a while: what asking has freed is not for the next time.
      (void)PurgeUnusedPages();
      continue;
    }
    bool is_about_model = false;
    bool rests = false;
    {
      absl::MutexLock lock(&mutex_);
      is_wanted_ = false;
      is_about_model = absl::IsFailedPrecondition(end);
      load_failure_ = end;
      if (!is_about_model) ++counts_.deaths;
      if (++deaths_in_a_row_ >= kDeathsToRest) {
        rests_until_ = absl::Now() + kRest;
        deaths_in_a_row_ = 0;
        rests = true;
      }
    }
    // What the dead process had not been told the next one is told.
    Fail(end, /*only_sent=*/!is_about_model && !rests);
  }
}

absl::Status ModelProcess::Live() {
  absl::StatusOr<std::unique_ptr<Subprocess>> process = Subprocess::Start(
      {.argv = {options_.program, kModelServerArgument}, .directory = "", .environment = {}},
      StderrMode::kInherit);
  if (!process.ok()) {
    return absl::FailedPreconditionError(
        StrCat("the model's process does not start: ", ToStd(process.status().message())));
  }
  {
    absl::MutexLock lock(&mutex_);
    ++counts_.starts;
    cpu_said_ = 0;
    pid_ = (*process)->pid();
    last_use_ = absl::Now();
    load_deadline_ = last_use_ + options_.load_limit;
  }
  std::thread reader([this, &process] { Read(**process); });
  absl::Status end = (*process)->Write(Encoded(ModelMessage::kSetting, Encode(options_.setting)),
                                       absl::Now() + kWriteLimit);
  if (end.ok()) end = Serve(**process);
  (*process)->CloseStdin();
  // One that ends by itself is let: how it did is worth knowing.
  if (absl::IsUnavailable(end)) (*process)->Wait(absl::Now() + kEndLimit).status().IgnoreError();
  (*process)->Kill();
  reader.join();
  const absl::StatusOr<ExitStatus> exit = (*process)->Wait();
  absl::MutexLock lock(&mutex_);
  pid_ = 0;
  ready_.reset();
  to_cancel_.clear();
  if (!load_failure_.ok()) return load_failure_;
  if (!absl::IsUnavailable(end)) return end;
  const bool is_illegal = exit.ok() && exit->signal == SIGILL;
  return absl::UnavailableError(
      StrCat("the model's process died", exit.ok() ? StrCat(" (", exit->ToString(), ")") : "",
             is_illegal ? ": llama.cpp was built for another processor than this one" : ""));
}

absl::Status ModelProcess::Serve(Subprocess& process) {
  for (;;) {
    std::string outgoing;
    {
      absl::MutexLock lock(&mutex_);
      if (stops_) return absl::OkStatus();
      if (has_ended_) return absl::UnavailableError("gone");
      const absl::Time now = absl::Now();
      if (!ready_.has_value() && now >= load_deadline_) {
        load_failure_ = absl::FailedPreconditionError(
            StrCat(options_.setting.path, ": the model was not loaded within ",
                   absl::FormatDuration(options_.load_limit)));
        return load_failure_;
      }
      if (ready_.has_value() && NextDeadline() <= now) {
        if (waiting_.empty()) {  // idle
          is_wanted_ = false;
          return absl::OkStatus();
        }
        return absl::AbortedError("the model's process hung and was ended");
      }
      outgoing = TakeOutgoing();
      has_news_ = false;
    }
    if (!outgoing.empty()) {
      absl::Status status = process.Write(outgoing, absl::Now() + kWriteLimit);
      if (!status.ok()) return absl::UnavailableError("gone");
      continue;
    }
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithDeadline(absl::Condition(&has_news_), NextDeadline());
  }
}

std::string ModelProcess::TakeOutgoing() {
  std::string bytes;
  for (uint64_t number : std::exchange(to_cancel_, {})) {
    bytes += Encoded(ModelMessage::kCancel, Encode(number));
  }
  // A request's time begins when it can be worked on.
  if (!ready_.has_value()) return bytes;
  for (auto& [number, waiting] : waiting_) {
    if (waiting.is_sent) continue;
    waiting.is_sent = true;
    last_use_ = absl::Now();
    waiting.deadline = last_use_ + waiting.request.time_limit + options_.patience;
    bytes += Encoded(ModelMessage::kGenerate, Encode(NumberedRequest(number, waiting.request)));
  }
  return bytes;
}

void ModelProcess::TakeCost(const ProcessCost& cost) {
  counts_.cpu_seconds += std::max(0.0, cost.cpu_seconds - cpu_said_);
  cpu_said_ = cost.cpu_seconds;
  counts_.most_bytes = std::max(counts_.most_bytes, cost.resident_bytes);
}

absl::Time ModelProcess::NextDeadline() const {
  if (!ready_.has_value()) return load_deadline_;
  // Requests are served one behind the other: only the first one can hang.
  if (!waiting_.empty()) return waiting_.begin()->second.deadline;
  return last_use_ + options_.idle_limit;
}

void ModelProcess::Read(Subprocess& process) {
  std::string bytes;
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    absl::StatusOr<std::optional<Frame>> frame = TakeFrame(&bytes);
    if (!frame.ok()) break;
    if (frame->has_value()) {
      if (!Handle(**frame).ok()) break;
      continue;
    }
    absl::StatusOr<size_t> got = process.Read(Subprocess::Stream::kStdout, buffer);
    if (!got.ok() || *got == 0) break;
    bytes.append(buffer.data(), *got);
  }
  absl::MutexLock lock(&mutex_);
  has_ended_ = true;
  has_news_ = true;
}

absl::Status ModelProcess::Handle(const Frame& frame) {
  if (frame.Is(ModelMessage::kReady)) {
    absl::StatusOr<ModelReady> ready = Decode<ModelReady>(frame.payload);
    if (!ready.ok()) return ready.status();
    absl::MutexLock lock(&mutex_);
    counts_.load_seconds += ready->load_seconds;
    TakeCost(ready->process);
    ready_ = last_ready_ = *std::move(ready);
    has_news_ = true;
    return absl::OkStatus();
  }
  if (frame.Is(ModelMessage::kGenerated)) {
    auto generation = DecodeGeneration(frame.payload);
    if (!generation.ok()) return generation.status();
    {
      absl::MutexLock lock(&mutex_);
      deaths_in_a_row_ = 0;
      Add(generation->second.cost, &counts_.cost);
      TakeCost(generation->second.process);
    }
    Answer(generation->first, std::move(generation->second));
    return absl::OkStatus();
  }
  if (!frame.Is(ModelMessage::kFailed)) return absl::DataLossError("no message of a model");
  auto failure = Decode<NumberedFailure>(frame.payload);
  if (!failure.ok()) return failure.status();
  if (failure->number != 0) {
    const bool is_late =
        failure->code == static_cast<uint32_t>(absl::StatusCode::kDeadlineExceeded);
    Answer(failure->number, is_late ? absl::DeadlineExceededError(failure->message)
                                    : absl::InternalError(failure->message));
    return absl::OkStatus();
  }
  absl::MutexLock lock(&mutex_);
  load_failure_ = absl::FailedPreconditionError(failure->message);
  return load_failure_;
}

void ModelProcess::Answer(uint64_t number, absl::StatusOr<Generation> answer) {
  Callback callback;
  {
    absl::MutexLock lock(&mutex_);
    auto it = waiting_.find(number);
    if (it == waiting_.end()) return;  // cancelled meanwhile
    callback = std::move(it->second.callback);
    waiting_.erase(it);
    last_use_ = absl::Now();
    has_news_ = true;
    // The one behind it begins now.
    if (!waiting_.empty() && waiting_.begin()->second.is_sent) {
      Waiting& next = waiting_.begin()->second;
      next.deadline = last_use_ + next.request.time_limit + options_.patience;
    }
    if (!answer.ok() && !absl::IsCancelled(answer.status())) ++counts_.failures;
  }
  callback(std::move(answer));
}

void ModelProcess::Fail(const absl::Status& status, bool only_sent) {
  std::vector<uint64_t> numbers;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [number, waiting] : waiting_) {
      if (waiting.is_sent || !only_sent) numbers.push_back(number);
    }
  }
  for (uint64_t number : numbers) Answer(number, status);
}

}  // namespace astrolabe
