// One mutex over all queues: a task costs tens of microseconds at the least, the queues a fraction of one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/scheduler.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <system_error>

#include "base/log.h"
#include "base/metrics.h"
#include "base/strings.h"
#include "base/trace.h"

namespace astrolabe::lsp {
namespace {

constinit Counter tasks_run{"scheduler.run", "tasks"};
constinit Counter tasks_dropped{"scheduler.dropped", "tasks"};
// Threads, those of tasks that wait for somebody else among them. One that waits has 20 KB or so.
constexpr size_t kMaxThreads = 256;
// From submission to start, of kInteractive and of writes.
constinit Histogram interactive_wait{"scheduler.interactive_wait", "ns"};

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Saturating: a delay may be infinite.
int64_t After(int64_t time_ns, absl::Duration delay) {
  constexpr int64_t kFarNs = int64_t{1} << 61;
  const int64_t delay_ns = std::clamp<int64_t>(absl::ToInt64Nanoseconds(delay), 0, kFarNs);
  return time_ns + delay_ns;
}

size_t DefaultThreads() {
  return std::max<size_t>(3, size_t{std::thread::hardware_concurrency()} + 1);
}

bool IsUnasked(const Task& task) {
  return !task.is_write && task.priority >= TaskPriority::kOpenFile;
}

bool IsLow(const Task& task) { return !task.is_write && task.priority >= TaskPriority::kNeighbour; }

size_t RankOf(const Task& task) {
  return task.is_write ? 0 : 1 + static_cast<size_t>(task.priority);
}

}  // namespace

std::string_view TaskPriorityName(TaskPriority priority) {
  switch (priority) {
    case TaskPriority::kInteractive:
      return "interactive";
    case TaskPriority::kOpenFile:
      return "open file";
    case TaskPriority::kNeighbour:
      return "neighbour";
    case TaskPriority::kBackground:
      return "background";
  }
  return "unknown";
}

std::string_view DropReasonName(DropReason reason) {
  switch (reason) {
    case DropReason::kReplaced:
      return "replaced";
    case DropReason::kObsolete:
      return "obsolete";
    case DropReason::kCancelled:
      return "cancelled";
    case DropReason::kShutdown:
      return "shutdown";
  }
  return "unknown";
}

struct Scheduler::Entry {
  enum class State : uint8_t {
    kInLane,    // among Lane::waiting, or being pinned
    kDelayed,   // in delayed_
    kReady,     // in ready_
    kKeyTaken,  // would be ready, but one with its key runs
    kRunning,
    kDropped,
  };

  TaskId id = 0;
  // Callbacks belong to whoever brings the entry to its end: the thread that runs it, or Tell.
  Task task;
  State state = State::kInLane;  // under the scheduler's mutex, like the times
  int64_t submitted_ns = 0;
  int64_t first_submitted_ns = 0;  // of those that this one replaced, one after the other
  int64_t start_ns = 0;            // not before
  CancelToken token;
};

Scheduler::Scheduler(SchedulerOptions options)
    : max_threads_(options.threads != 0 ? options.threads : DefaultThreads()) {}

Scheduler::~Scheduler() { Shutdown(Drain::kDrop); }

TaskId Scheduler::Submit(Task task) {
  assert(task.run != nullptr);
  assert(!task.is_write || !task.lane.empty());
  if (task.is_write) {
    task.key.clear();
    task.until_write = false;
  }
  auto entry = std::make_shared<Entry>();
  entry->task = std::move(task);
  Task& mine = entry->task;
  Dropped dropped;
  {
    absl::MutexLock lock(&mutex_);
    if (!accepting_) {
      entry->state = Entry::State::kDropped;
      dropped.emplace_back(entry, DropReason::kShutdown);
    } else {
      entry->id = ++last_id_;
      entry->submitted_ns = entry->first_submitted_ns = NowNs();
      entries_[entry->id] = entry;
      if (!mine.key.empty()) {
        const Key present = keys_[mine.key];
        if (present.waiting != nullptr) {
          entry->first_submitted_ns = present.waiting->first_submitted_ns;
          Drop(present.waiting, DropReason::kReplaced, dropped);
        }
        if (mine.cancel_running && present.running != nullptr) present.running->token.Cancel();
        keys_[mine.key].waiting = entry;
      }
      entry->start_ns = std::min(After(entry->submitted_ns, mine.delay),
                                 After(entry->first_submitted_ns, mine.max_delay));
      if (mine.lane.empty()) {
        Admit(entry);
      } else {
        Lane& lane = lanes_[mine.lane];
        if (mine.is_write) {
          for (const auto& [id, read] : lane.reads) {
            if (read->task.until_write) Stop(read, DropReason::kObsolete, dropped);
          }
        } else {
          lane.reads[entry->id] = entry;
        }
        lane.waiting.push_back(entry);
        AdvanceLane(mine.lane);
      }
      AddThreads();
    }
  }
  Tell(dropped);
  return entry->id;
}

bool Scheduler::Cancel(TaskId id) {
  Dropped dropped;
  bool stopped = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return false;
    const EntryRef entry = found->second;
    stopped = entry->state != Entry::State::kDropped && !entry->task.is_write &&
              Stop(entry, DropReason::kCancelled, dropped);
  }
  Tell(dropped);
  return stopped;
}

size_t Scheduler::CancelLane(std::string_view lane) {
  Dropped dropped;
  size_t stopped = 0;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = lanes_.find(ToAbsl(lane));
    if (found == lanes_.end()) return 0;
    for (const auto& [id, read] : found->second.reads) {
      stopped += Stop(read, DropReason::kCancelled, dropped);
    }
  }
  Tell(dropped);
  return stopped;
}

void Scheduler::Shutdown(Drain drain) {
  Dropped dropped;
  {
    absl::MutexLock lock(&mutex_);
    accepting_ = false;
    if (drain == Drain::kDrop) {
      for (const auto& [id, entry] : entries_) Stop(entry, DropReason::kShutdown, dropped);
    }
    ReleaseDelayed();
    AddThreads();
  }
  Tell(dropped);
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    while (!entries_.empty()) idle_.Wait(&mutex_);
    if (stopped_) {  // by another call: it joins
      while (!gone_) idle_.Wait(&mutex_);
      return;
    }
    stopped_ = true;
    work_.SignalAll();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  absl::MutexLock lock(&mutex_);
  gone_ = true;
  idle_.SignalAll();
}

void Scheduler::WaitIdle() {
  absl::MutexLock lock(&mutex_);
  while (!entries_.empty()) idle_.Wait(&mutex_);
}

Scheduler::Counts Scheduler::counts() const {
  absl::MutexLock lock(&mutex_);
  return {.waiting = entries_.size() - running_, .running = running_, .threads = threads_.size()};
}

void Scheduler::AdvanceLane(const std::string& name) {
  for (;;) {
    const auto found = lanes_.find(name);
    if (found == lanes_.end() || found->second.busy) return;
    Lane& lane = found->second;
    if (lane.waiting.empty()) break;
    const EntryRef entry = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    if (entry->state == Entry::State::kDropped) continue;
    if (entry->task.is_write) {
      lane.busy = true;
      Admit(entry);
      return;
    }
    if (entry->task.pin != nullptr) {
      lane.busy = true;
      std::function<void()> pin = std::move(entry->task.pin);
      entry->task.pin = nullptr;
      mutex_.Unlock();
      pin();
      pin = nullptr;
      mutex_.Lock();
      // What is busy is not forgotten, but the table may have moved.
      lanes_.find(name)->second.busy = false;
      if (entry->state == Entry::State::kDropped) continue;
    }
    Admit(entry);
  }
  ForgetLaneIfEmpty(name);
}

void Scheduler::ForgetLaneIfEmpty(const std::string& name) {
  const auto found = lanes_.find(name);
  if (found == lanes_.end()) return;
  const Lane& lane = found->second;
  if (lane.waiting.empty() && !lane.busy && lane.reads.empty()) lanes_.erase(found);
}

void Scheduler::ForgetKeyIfEmpty(const std::string& name) {
  const auto found = keys_.find(name);
  if (found == keys_.end()) return;
  if (found->second.waiting == nullptr && found->second.running == nullptr) keys_.erase(found);
}

void Scheduler::Admit(const EntryRef& entry) {
  if (accepting_ && !entry->task.is_write && entry->start_ns > entry->submitted_ns &&
      entry->start_ns > NowNs()) {
    entry->state = Entry::State::kDelayed;
    delayed_[{entry->start_ns, entry->id}] = entry;
    work_.Signal();  // whoever waits may have to wait for less long
    return;
  }
  MakeReady(entry);
}

void Scheduler::MakeReady(const EntryRef& entry) {
  if (!entry->task.key.empty() && keys_[entry->task.key].running != nullptr) {
    entry->state = Entry::State::kKeyTaken;
    return;
  }
  entry->state = Entry::State::kReady;
  ready_[RankOf(entry->task)][entry->id] = entry;
  work_.Signal();
}

void Scheduler::ReleaseDelayed() {
  if (delayed_.empty()) return;
  const int64_t now_ns = NowNs();
  while (!delayed_.empty() && (!accepting_ || delayed_.begin()->first.first <= now_ns)) {
    const EntryRef entry = std::move(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
    MakeReady(entry);
  }
}

void Scheduler::Drop(const EntryRef& entry, DropReason reason, Dropped& dropped) {
  const Task& task = entry->task;
  switch (entry->state) {
    case Entry::State::kDelayed:
      delayed_.erase({entry->start_ns, entry->id});
      break;
    case Entry::State::kReady:
      ready_[RankOf(task)].erase(entry->id);
      if (task.is_write)
        lanes_[task.lane].busy = false;  // only in a shutdown: all behind it go too
      break;
    default:
      break;  // AdvanceLane passes over it; a key's waiting one is cleared below
  }
  if (!task.key.empty()) {
    keys_[task.key].waiting = nullptr;
    ForgetKeyIfEmpty(task.key);
  }
  entry->state = Entry::State::kDropped;
  dropped.emplace_back(entry, reason);
}

bool Scheduler::Stop(const EntryRef& entry, DropReason reason, Dropped& dropped) {
  if (entry->state == Entry::State::kDropped) return false;
  if (entry->state == Entry::State::kRunning) {
    if (!entry->task.is_write) entry->token.Cancel();
  } else {
    Drop(entry, reason, dropped);
  }
  return true;
}

void Scheduler::Tell(const Dropped& dropped) {
  for (const auto& [entry, reason] : dropped) {
    tasks_dropped.Add();
    {
      TraceSpan span("drop task");
      span.Arg("task", std::string_view(entry->task.name));
      span.Arg("reason", DropReasonName(reason));
      if (entry->task.dropped != nullptr) entry->task.dropped(reason);
    }
    entry->task.pin = nullptr;
    entry->task.run = nullptr;
    entry->task.dropped = nullptr;
    absl::MutexLock lock(&mutex_);
    Forget(entry);
  }
}

void Scheduler::Forget(const EntryRef& entry) {
  if (!entry->task.lane.empty() && !entry->task.is_write) {
    const auto lane = lanes_.find(entry->task.lane);
    if (lane != lanes_.end()) lane->second.reads.erase(entry->id);
    ForgetLaneIfEmpty(entry->task.lane);
  }
  entries_.erase(entry->id);
  if (entries_.empty()) idle_.SignalAll();
}

Scheduler::Waiting::Waiting(Scheduler& scheduler) : scheduler_(scheduler) {
  absl::MutexLock lock(&scheduler_.mutex_);
  ++scheduler_.pausing_;
  // A thread that found too many at work may take the next one.
  scheduler_.work_.Signal();
  scheduler_.AddThreads();
}

Scheduler::Waiting::~Waiting() {
  absl::MutexLock lock(&scheduler_.mutex_);
  --scheduler_.pausing_;
}

size_t Scheduler::ThreadLimit() const {
  return std::max(max_threads_, std::min(max_threads_ + pausing_, kMaxThreads));
}

size_t Scheduler::FreeForUnasked() const {
  return std::max<size_t>(2, max_threads_) - 1 - running_unasked_;
}

size_t Scheduler::FreeForLow() const {
  return std::min(FreeForUnasked(), std::max<size_t>(3, max_threads_) - 2 - running_low_);
}

void Scheduler::AddThreads() {
  const size_t low = std::min(ready_[3].size() + ready_[4].size(), FreeForLow());
  const size_t unasked = std::min(ready_[2].size() + low, FreeForUnasked());
  size_t wanted = ready_[0].size() + ready_[1].size() + unasked;
  if (!delayed_.empty()) wanted = std::max<size_t>(wanted, 1);  // somebody has to watch the clock
  size_t available = idle_threads_;
  while (available < wanted && threads_.size() < ThreadLimit() && !stopped_) {
    try {
      threads_.emplace_back([this] { Work(); });
    } catch (const std::system_error& error) {
      LogError("cannot start a thread: ", error.what(), "; ", threads_.size(),
               " are at work, raise the limit on processes (ulimit -u)");
      return;
    }
    ++available;
  }
}

Scheduler::EntryRef Scheduler::TakeReady() {
  // Threads that were started for those that waited may be more than are to work.
  if (running_ >= max_threads_ + pausing_) return nullptr;
  for (std::map<TaskId, EntryRef>& rank : ready_) {
    if (rank.empty()) continue;
    EntryRef entry = rank.begin()->second;
    const bool unasked = IsUnasked(entry->task);
    const bool low = IsLow(entry->task);
    // What follows is of lower priority still.
    if ((unasked && FreeForUnasked() == 0) || (low && FreeForLow() == 0)) return nullptr;
    rank.erase(rank.begin());
    entry->state = Entry::State::kRunning;
    ++running_;
    running_unasked_ += unasked;
    running_low_ += low;
    if (!entry->task.key.empty()) {
      Key& key = keys_[entry->task.key];
      key.waiting = nullptr;
      key.running = entry;
    }
    return entry;
  }
  return nullptr;
}

void Scheduler::Work() {
  NameThisThread("lsp worker");
  absl::MutexLock lock(&mutex_);
  while (!stopped_) {
    ReleaseDelayed();
    EntryRef entry = TakeReady();
    if (entry != nullptr) {
      // It may have been this thread that watched the clock for the delayed ones.
      if (!delayed_.empty()) work_.Signal();
      AddThreads();
      mutex_.Unlock();
      Run(entry);
      entry = nullptr;
      mutex_.Lock();
      continue;
    }
    ++idle_threads_;
    if (delayed_.empty()) {
      work_.Wait(&mutex_);
    } else {
      const int64_t wait_ns = std::max<int64_t>(0, delayed_.begin()->first.first - NowNs());
      work_.WaitWithTimeout(&mutex_, absl::Nanoseconds(wait_ns));
    }
    --idle_threads_;
  }
}

void Scheduler::Run(const EntryRef& entry) {
  Task& task = entry->task;
  const int64_t waited_ns = NowNs() - entry->submitted_ns;
  tasks_run.Add();
  if (RankOf(task) <= 1) interactive_wait.Record(static_cast<uint64_t>(waited_ns));
  {
    TraceSpan span(task.name);
    span.Arg("priority", task.is_write ? "write" : TaskPriorityName(task.priority));
    if (!task.lane.empty()) span.Arg("lane", task.lane);
    span.Arg("waited_us", waited_ns / 1000);
    task.run(entry->token);
    if (entry->token.cancelled()) span.Arg("cancelled", int64_t{1});
  }
  task.run = nullptr;
  task.dropped = nullptr;

  absl::MutexLock lock(&mutex_);
  --running_;
  running_unasked_ -= IsUnasked(task);
  running_low_ -= IsLow(task);
  if (!task.key.empty()) {
    Key& key = keys_[task.key];
    key.running = nullptr;
    if (key.waiting != nullptr && key.waiting->state == Entry::State::kKeyTaken) {
      MakeReady(EntryRef(key.waiting));
    }
    ForgetKeyIfEmpty(task.key);
  }
  if (task.is_write) {
    lanes_[task.lane].busy = false;
    AdvanceLane(task.lane);
    ForgetLaneIfEmpty(task.lane);
  }
  Forget(entry);
  // The lane may have admitted several reads, of which this thread takes one.
  AddThreads();
}

}  // namespace astrolabe::lsp
