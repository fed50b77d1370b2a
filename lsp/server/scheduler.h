// What runs when: the order of a document, what the user waits for first, nothing that nobody wants any more.
//
// A small pool of threads of its own, and not TBB's: most tasks wait (for a child that parses, for a file)
// and would take TBB's workers out of use; a task has to be taken back from the queue when a newer edit makes
// it pointless, or wait for its time, neither of which an arena can; an arena has three priorities; and TSan
// sees through our mutex, not through Debian's TBB. A task that computes uses TBB inside itself.
//
// A task is a write of a lane (a lane is a document, by its key: didOpen, didChange, didClose), a read of a
// lane (a request about the document), or of no lane. A read has up to two parts: `pin`, short, which takes
// the document's snapshot, and `run`, which works on it for as long as it takes. So that a read neither sees
// an edit that came after it nor makes one wait.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/cancellation.h"

namespace astrolabe::lsp {

enum class TaskPriority : uint8_t {
  kInteractive,  // someone waits for the answer
  kOpenFile,     // diagnostics, tokens, inactive regions of what is on the screen
  kNeighbour,    // files that will probably be opened or asked about next
  kBackground,   // all else
};
inline constexpr size_t kTaskPriorities = 4;
std::string_view TaskPriorityName(TaskPriority priority);

enum class DropReason : uint8_t {
  kReplaced,   // a newer task with the same key came
  kObsolete,   // a write came to the lane of a task with `until_write`
  kCancelled,  // Cancel or CancelLane, before it had started
  kShutdown,   // Shutdown(kDrop), or submitted after any Shutdown
};
std::string_view DropReasonName(DropReason reason);

struct Task {
  const char* name = "task";  // a string literal: the span's name in the trace
  TaskPriority priority = TaskPriority::kInteractive;
  std::string lane;  // empty: none
  // Of the lane, which must then be given. A write has no key, no delay and no pin, and is not cancelled.
  bool is_write = false;
  // A read that the next edit makes pointless: when a write is submitted to the lane after it, it is dropped
  // if it waits and told to stop if it runs.
  bool until_write = false;

  // Newest wins: a task that waits with the same key is dropped when this one is submitted, and this one does
  // not start while one with the same key runs. Empty: none.
  std::string key;
  // Besides, the one with the same key that runs is told to stop.
  bool cancel_running = false;
  // Not to start before this has passed since it was submitted; or, for the successor of a task that it
  // replaced and that of others, not beyond `max_delay` since the first of them.
  absl::Duration delay = absl::ZeroDuration();
  absl::Duration max_delay = absl::InfiniteDuration();

  // Optional, reads only: called once before `run`, when all writes submitted to the lane before have ended
  // and none submitted later has begun. Holds up the lane. May be called in Submit, and for a task that is
  // dropped afterwards; not for one dropped before.
  std::function<void()> pin;
  // Required. The token is set when nobody wants the result any more; it is looked at before the start, and
  // what runs long should look at it at least every 10 ms.
  std::function<void(const CancelToken&)> run;
  // Optional: called instead of `run`, by whichever thread dropped the task.
  std::function<void(DropReason)> dropped;
};

using TaskId = uint64_t;  // 0 is none

struct SchedulerOptions {
  // Threads at most that are at work, started as work comes; see Scheduler::Waiting. 0: one more than there are
  // cores, at least 3.
  size_t threads = 0;
};

// Any thread, also from inside tasks, but for Shutdown, WaitIdle and the destructor: never from a task.
// Callbacks (`pin`, `run`, `dropped`) are called, and destroyed, without any lock held.
//
// Invariants:
//  1. Every task comes to exactly one end: `run` once or `dropped` once, the latter never after `run` has
//     begun.
//  2. The tasks of a lane are admitted in the order in which they were submitted. A write is admitted once
//     every write before it has ended and every read before it is pinned; none behind it is before it ends.
//     Reads run beside each other and beside later writes. Dropped tasks hold up nothing.
//  3. Of the tasks with one key at most one waits and at most one runs.
//  4. What may start starts by priority, writes before all, and in the order of submission among equals. As
//     tasks are not interrupted, threads are kept free: of three or more one never takes anything but writes
//     and kInteractive, and another one neither kNeighbour nor kBackground. Of two, the first holds.
//  5. A task whose token was set before it started does not start.
class Scheduler {
 public:
  explicit Scheduler(SchedulerOptions options = {});
  // Shutdown(kDrop).
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // The task's name for Cancel. 0 if it was dropped at once since Shutdown has been called.
  TaskId Submit(Task task);

  // Drops the task if it waits; if it runs, sets its token and lets it end. False if it is a write, or has
  // ended, or never was.
  bool Cancel(TaskId id);
  // Cancel of all reads of a lane that were submitted so far. How many there were.
  size_t CancelLane(std::string_view lane);

  // What becomes of the tasks that wait when the end has come.
  enum class Drain { kRun, kDrop };
  // From now on nothing is accepted. kRun: all that waits is run, without regard to delays. kDrop: all of it,
  // writes too, is dropped, and what runs is told to stop. Returns when all has ended and the threads are
  // gone. Called a second time, waits for the same.
  void Shutdown(Drain drain);

  // Waits until nothing waits or runs, delayed tasks included.
  void WaitIdle();

  // While it lives, the task that made it waits for somebody else (a child that parses) and counts as no thread
  // at work: others start in its place, up to 256 in all. Made and destroyed by the thread that runs the task.
  class Waiting {
   public:
    explicit Waiting(Scheduler& scheduler);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    Scheduler& scheduler_;
  };

  struct Counts {
    size_t waiting = 0;  // delayed ones included
    size_t running = 0;
    size_t threads = 0;
  };
  Counts counts() const;

 private:
  struct Entry;
  using EntryRef = std::shared_ptr<Entry>;
  struct Lane {
    std::deque<EntryRef> waiting;  // not yet admitted; dropped ones among them
    bool busy = false;  // a write is admitted and has not ended, or a read is being pinned
    std::map<TaskId, EntryRef> reads;  // all that have not ended
  };
  struct Key {
    EntryRef waiting;
    EntryRef running;
  };
  // Dropped, but not yet told so.
  using Dropped = std::vector<std::pair<EntryRef, DropReason>>;

  // Admits what the lane allows; lets go of the mutex to pin.
  void AdvanceLane(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetLaneIfEmpty(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetKeyIfEmpty(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The entry is admitted: it starts when its time has come, its key is free and a thread is.
  void Admit(const EntryRef& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeReady(const EntryRef& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Those whose time has come, or all once nothing is accepted.
  void ReleaseDelayed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes a waiting entry out of its queue; Tell must follow.
  void Drop(const EntryRef& entry, DropReason reason, Dropped& dropped)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Drops a waiting entry, tells a running one to stop; false if it is dropped already.
  bool Stop(const EntryRef& entry, DropReason reason, Dropped& dropped)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tell(const Dropped& dropped) ABSL_LOCKS_EXCLUDED(mutex_);
  // The entry has come to its end, and its callbacks are through.
  void Forget(const EntryRef& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How many threads there may be.
  size_t ThreadLimit() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How many more may start, of kOpenFile and below; of kNeighbour and kBackground.
  size_t FreeForUnasked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t FreeForLow() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddThreads() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The next one to start, as running; null if none may.
  EntryRef TakeReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Work() ABSL_LOCKS_EXCLUDED(mutex_);
  void Run(const EntryRef& entry) ABSL_LOCKS_EXCLUDED(mutex_);

  const size_t max_threads_;
  mutable absl::Mutex mutex_;
  absl::CondVar work_;  // something is ready or delayed, or it is the end
  absl::CondVar idle_;  // entries_ is empty, or the threads are gone
  TaskId last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<TaskId, EntryRef> entries_
      ABSL_GUARDED_BY(mutex_);  // without those that ended
  absl::flat_hash_map<std::string, Lane> lanes_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Key> keys_ ABSL_GUARDED_BY(mutex_);
  // By rank: writes, then the priorities.
  std::array<std::map<TaskId, EntryRef>, 1 + kTaskPriorities> ready_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<int64_t, TaskId>, EntryRef> delayed_ ABSL_GUARDED_BY(mutex_);  // by start time
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t pausing_ ABSL_GUARDED_BY(mutex_) = 0;  // of those that run: they wait for somebody else
  // Of kOpenFile and below; of kNeighbour and kBackground.
  size_t running_unasked_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t running_low_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t idle_threads_ ABSL_GUARDED_BY(mutex_) = 0;
  bool accepting_ ABSL_GUARDED_BY(mutex_) = true;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;  // threads are to end
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;     // they have
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
