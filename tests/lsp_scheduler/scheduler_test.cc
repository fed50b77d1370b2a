// What the scheduler promises: order, newest wins, cancellation, every task exactly one end. No test waits for
// time to pass: tasks are held at gates, and delays are either an hour or nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/scheduler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "base/trace.h"

namespace astrolabe::lsp {
namespace {

// Closed until it is opened.
class Gate {
 public:
  void Open() {
    absl::MutexLock lock(&mutex_);
    open_ = true;
    opened_.SignalAll();
  }
  void Wait() {
    absl::MutexLock lock(&mutex_);
    while (!open_) opened_.Wait(&mutex_);
  }

 private:
  absl::Mutex mutex_;
  absl::CondVar opened_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

// What happened, in order: "a b -c(replaced)".
class Journal {
 public:
  void Add(std::string_view what) {
    absl::MutexLock lock(&mutex_);
    if (!text_.empty()) text_ += ' ';
    text_ += what;
  }
  std::string text() {
    absl::MutexLock lock(&mutex_);
    return text_;
  }

 private:
  absl::Mutex mutex_;
  std::string text_ ABSL_GUARDED_BY(mutex_);
};

// A task that says in `journal` how it ended.
Task Noted(Journal& journal, const std::string& name) {
  Task task;
  task.name = "noted";
  task.run = [&journal, name](const CancelToken&) { journal.Add(name); };
  task.dropped = [&journal, name](DropReason reason) {
    journal.Add(StrCat("-", name, "(", DropReasonName(reason), ")"));
  };
  return task;
}

Task ReadOf(Task task, std::string lane) {
  task.lane = std::move(lane);
  return task;
}
Task WriteOf(Task task, std::string lane) {
  task.lane = std::move(lane);
  task.is_write = true;
  return task;
}
Task WithKey(Task task, std::string key) {
  task.key = std::move(key);
  return task;
}
Task WithPriority(Task task, TaskPriority priority) {
  task.priority = priority;
  return task;
}
Task Delayed(Task task, absl::Duration max_delay = absl::InfiniteDuration()) {
  task.delay = absl::Hours(1);
  task.max_delay = max_delay;
  return task;
}

// A task that has begun and waits.
struct Held {
  explicit Held(Scheduler& scheduler, Task task = {}) {
    auto then = std::move(task.run);
    task.run = [this, then](const CancelToken& token) {
      begun.Open();
      gate.Wait();
      was_cancelled = token.cancelled();
      if (then != nullptr) then(token);
    };
    id = scheduler.Submit(std::move(task));
    begun.Wait();
  }
  TaskId id = 0;
  Gate begun;
  Gate gate;
  std::atomic<bool> was_cancelled{false};
};

// For a thread to start what is not to start.
void GiveTime() { absl::SleepFor(absl::Milliseconds(20)); }

TEST(Scheduler, WhatTheUserWaitsForComesFirst) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  Held held(scheduler);
  scheduler.Submit(WithPriority(Noted(journal, "background"), TaskPriority::kBackground));
  scheduler.Submit(WithPriority(Noted(journal, "neighbour"), TaskPriority::kNeighbour));
  scheduler.Submit(WithPriority(Noted(journal, "open"), TaskPriority::kOpenFile));
  scheduler.Submit(Noted(journal, "hover"));
  scheduler.Submit(Noted(journal, "completion"));
  scheduler.Submit(
      WithPriority(WriteOf(Noted(journal, "edit"), "a.cc"), TaskPriority::kBackground));
  held.gate.Open();
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "edit hover completion open neighbour background");
}

TEST(Scheduler, TheBackgroundLeavesAThreadFree) {
  Journal journal;
  Scheduler scheduler({.threads = 2});
  Task background;
  background.priority = TaskPriority::kBackground;
  Held held(scheduler, background);
  scheduler.Submit(WithPriority(Noted(journal, "second"), TaskPriority::kBackground));
  scheduler.Submit(WithPriority(Noted(journal, "third"), TaskPriority::kNeighbour));
  GiveTime();
  // Returns only because the second thread took it, past the two that came earlier.
  Held interactive(scheduler);
  EXPECT_EQ(journal.text(), "");
  interactive.gate.Open();
  held.gate.Open();
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "third second");
}

TEST(Scheduler, OpenFilesLeaveAThreadFreeAndTheBackgroundTwo) {
  Journal journal;
  Scheduler scheduler({.threads = 3});
  Held background(scheduler, WithPriority({}, TaskPriority::kBackground));
  scheduler.Submit(WithPriority(Noted(journal, "background"), TaskPriority::kBackground));
  Held open(scheduler, WithPriority({}, TaskPriority::kOpenFile));
  scheduler.Submit(WithPriority(Noted(journal, "open"), TaskPriority::kOpenFile));
  GiveTime();
  Held interactive(scheduler);
  EXPECT_EQ(journal.text(), "");
  open.gate.Open();
  while (journal.text().empty()) std::this_thread::yield();
  EXPECT_EQ(journal.text(), "open");
  background.gate.Open();
  interactive.gate.Open();
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "open background");
}

TEST(Scheduler, WhoWaitsForOthersCountsAsNoThread) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  Gate gate;
  for (int i = 0; i < 5; ++i) {
    Gate begun;
    scheduler.Submit({.run = [&](const CancelToken&) {
      const Scheduler::Waiting waits(scheduler);
      begun.Open();
      gate.Wait();
    }});
    begun.Wait();
  }
  {
    Held held(scheduler);
    scheduler.Submit(Noted(journal, "second"));
    GiveTime();
    EXPECT_EQ(journal.text(), "") << "of those that work there is still one";
    held.gate.Open();
    while (journal.text().empty()) std::this_thread::yield();
  }
  gate.Open();
  scheduler.WaitIdle();
  // There are more threads by now; only one works.
  {
    Held held(scheduler);
    scheduler.Submit(Noted(journal, "third"));
    GiveTime();
    EXPECT_EQ(journal.text(), "second");
    held.gate.Open();
    scheduler.WaitIdle();
  }
  EXPECT_EQ(journal.text(), "second third");
}

TEST(Scheduler, AReadComesAfterTheWritesBeforeIt) {
  Journal journal;
  Scheduler scheduler({.threads = 4});
  Held write(scheduler, WriteOf(Noted(journal, "write1"), "a.cc"));
  scheduler.Submit(ReadOf(Noted(journal, "read1"), "a.cc"));
  scheduler.Submit(WriteOf(Noted(journal, "write2"), "a.cc"));
  Held other(scheduler, ReadOf(Noted(journal, "other"), "b.cc"));  // not held up
  other.gate.Open();
  while (journal.text().empty()) std::this_thread::yield();
  EXPECT_EQ(journal.text(), "other");
  write.gate.Open();
  scheduler.WaitIdle();
  EXPECT_TRUE(journal.text() == "other write1 read1 write2" ||
              journal.text() == "other write1 write2 read1")
      << journal.text();
}

TEST(Scheduler, ReadsRunBesideEachOtherAndBesideLaterWrites) {
  Journal journal;
  Scheduler scheduler({.threads = 3});
  Held first(scheduler, ReadOf({}, "a.cc"));
  Held second(scheduler, ReadOf({}, "a.cc"));
  Held write(scheduler, WriteOf(Noted(journal, "write"), "a.cc"));
  write.gate.Open();
  while (journal.text().empty()) std::this_thread::yield();
  first.gate.Open();
  second.gate.Open();
  scheduler.WaitIdle();
}

TEST(Scheduler, AReadSeesTheDocumentOfItsPlaceInTheOrder) {
  Scheduler scheduler({.threads = 3});
  std::atomic<int> version{0};
  std::vector<int> seen(100, -1);
  Held blocked(scheduler, WriteOf({}, "a.cc"));
  for (int i = 0; i < 100; ++i) {
    Task write;
    write.run = [&version, i](const CancelToken&) { version = i; };
    scheduler.Submit(WriteOf(write, "a.cc"));
    Task read;
    read.pin = [&version, &seen, i] { seen[i] = version; };
    read.run = [](const CancelToken&) {};
    scheduler.Submit(ReadOf(read, "a.cc"));
  }
  blocked.gate.Open();
  scheduler.WaitIdle();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(seen[i], i);
}

TEST(Scheduler, ThePinOfAReadWithNoWriteBeforeItIsAtOnce) {
  Scheduler scheduler({.threads = 1});
  Held held(scheduler);
  bool pinned = false;
  Task read;
  read.pin = [&] { pinned = true; };
  read.run = [](const CancelToken&) {};
  scheduler.Submit(ReadOf(read, "a.cc"));
  EXPECT_TRUE(pinned);
  held.gate.Open();
  scheduler.WaitIdle();
}

TEST(Scheduler, TheNewestOfAKeyReplacesTheOneThatWaits) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  Held held(scheduler);
  scheduler.Submit(WithKey(Noted(journal, "old"), "diagnostics of a.cc"));
  scheduler.Submit(WithKey(Noted(journal, "other"), "diagnostics of b.cc"));
  scheduler.Submit(WithKey(Noted(journal, "new"), "diagnostics of a.cc"));
  EXPECT_EQ(journal.text(), "-old(replaced)");
  held.gate.Open();
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "-old(replaced) other new");
}

TEST(Scheduler, TwoOfAKeyNeverRunAtOnce) {
  Journal journal;
  Scheduler scheduler({.threads = 3});
  Held running(scheduler, WithKey(Noted(journal, "first"), "k"));
  scheduler.Submit(WithKey(Noted(journal, "second"), "k"));
  scheduler.Submit(WithKey(Noted(journal, "third"), "k"));
  Held other(scheduler);  // a thread is free all the same
  EXPECT_EQ(journal.text(), "-second(replaced)");
  running.gate.Open();
  other.gate.Open();
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "-second(replaced) first third");
  EXPECT_FALSE(running.was_cancelled);
}

TEST(Scheduler, TheNewestCanStopTheOneThatRuns) {
  Journal journal;
  Scheduler scheduler({.threads = 2});
  Held running(scheduler, WithKey({}, "k"));
  Task newest = WithKey(Noted(journal, "newest"), "k");
  newest.cancel_running = true;
  scheduler.Submit(newest);
  running.gate.Open();
  scheduler.WaitIdle();
  EXPECT_TRUE(running.was_cancelled);
  EXPECT_EQ(journal.text(), "newest");
}

TEST(Scheduler, AnEditDropsWhatItMakesObsolete) {
  Journal journal;
  Scheduler scheduler({.threads = 2});
  Task until_write = ReadOf({}, "a.cc");
  until_write.until_write = true;
  Held running(scheduler, until_write);
  Held blocker(scheduler);
  Task tokens = ReadOf(Noted(journal, "tokens"), "a.cc");
  tokens.until_write = true;
  scheduler.Submit(tokens);
  scheduler.Submit(ReadOf(Noted(journal, "hover"), "a.cc"));
  Task elsewhere = ReadOf(Noted(journal, "elsewhere"), "b.cc");
  elsewhere.until_write = true;
  scheduler.Submit(elsewhere);
  scheduler.Submit(WriteOf(Noted(journal, "edit"), "a.cc"));
  scheduler.Submit(tokens);
  EXPECT_EQ(journal.text(), "-tokens(obsolete)");
  blocker.gate.Open();
  while (journal.text().find(" tokens") == std::string::npos) std::this_thread::yield();
  EXPECT_EQ(journal.text(), "-tokens(obsolete) edit hover elsewhere tokens");
  running.gate.Open();
  scheduler.WaitIdle();
  EXPECT_TRUE(running.was_cancelled);
}

TEST(Scheduler, CancelDropsWhatWaitsAndTellsWhatRuns) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  Held running(scheduler);
  const TaskId waiting = scheduler.Submit(Noted(journal, "waiting"));
  const TaskId write = scheduler.Submit(WriteOf(Noted(journal, "write"), "a.cc"));
  EXPECT_TRUE(scheduler.Cancel(waiting));
  EXPECT_FALSE(scheduler.Cancel(waiting)) << "it has ended";
  EXPECT_TRUE(scheduler.Cancel(running.id));
  EXPECT_FALSE(scheduler.Cancel(write)) << "an edit is no request";
  EXPECT_FALSE(scheduler.Cancel(999));
  EXPECT_EQ(journal.text(), "-waiting(cancelled)");
  running.gate.Open();
  scheduler.WaitIdle();
  EXPECT_TRUE(running.was_cancelled);
  EXPECT_EQ(journal.text(), "-waiting(cancelled) write");
}

TEST(Scheduler, ACancelledReadHoldsUpNothing) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  Held write(scheduler, WriteOf({}, "a.cc"));
  const TaskId read = scheduler.Submit(ReadOf(Noted(journal, "read"), "a.cc"));
  scheduler.Submit(WriteOf(Noted(journal, "write"), "a.cc"));
  EXPECT_TRUE(scheduler.Cancel(read));
  write.gate.Open();
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "-read(cancelled) write");
}

TEST(Scheduler, CancelOfALane) {
  Journal journal;
  Scheduler scheduler({.threads = 2});
  Held running(scheduler, ReadOf({}, "a.cc"));
  Held other(scheduler, ReadOf({}, "b.cc"));
  scheduler.Submit(ReadOf(Noted(journal, "read"), "a.cc"));
  scheduler.Submit(Delayed(ReadOf(Noted(journal, "delayed"), "a.cc")));
  scheduler.Submit(WriteOf(Noted(journal, "close"), "a.cc"));
  EXPECT_EQ(scheduler.CancelLane("a.cc"), 3u);
  EXPECT_EQ(scheduler.CancelLane("c.cc"), 0u);
  running.gate.Open();
  other.gate.Open();
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "-read(cancelled) -delayed(cancelled) close");
  EXPECT_TRUE(running.was_cancelled);
  EXPECT_FALSE(other.was_cancelled);
}

TEST(Scheduler, ADelayedTaskWaitsAndIsReplaced) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  scheduler.Submit(Delayed(WithKey(Noted(journal, "first"), "k")));
  scheduler.Submit(Delayed(WithKey(Noted(journal, "second"), "k")));
  scheduler.Submit(Noted(journal, "now"));
  while (journal.text().find("now") == std::string::npos) std::this_thread::yield();
  EXPECT_EQ(journal.text(), "-first(replaced) now");
  EXPECT_EQ(scheduler.counts().waiting, 1u);
  scheduler.Shutdown(Scheduler::Drain::kRun);
  EXPECT_EQ(journal.text(), "-first(replaced) now second") << "a drain does not wait an hour";
}

TEST(Scheduler, ADelayEnds) {
  Journal journal;
  Scheduler scheduler({.threads = 2});
  Task soon = Noted(journal, "soon");
  soon.delay = absl::Milliseconds(1);
  scheduler.Submit(soon);
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "soon");
}

TEST(Scheduler, ReplacingForEverDoesNotDelayForEver) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  scheduler.Submit(Delayed(WithKey(Noted(journal, "first"), "k")));
  // The first was submitted longer ago than this one may be delayed.
  scheduler.Submit(Delayed(WithKey(Noted(journal, "second"), "k"), absl::ZeroDuration()));
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "-first(replaced) second");
}

TEST(Scheduler, AShutdownThatDrops) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  Held running(scheduler);
  scheduler.Submit(WriteOf(Noted(journal, "write"), "a.cc"));
  scheduler.Submit(ReadOf(Noted(journal, "read"), "a.cc"));
  scheduler.Submit(Delayed(Noted(journal, "delayed")));
  std::thread shutdown([&] { scheduler.Shutdown(Scheduler::Drain::kDrop); });
  while (scheduler.counts().waiting > 0) std::this_thread::yield();
  running.gate.Open();
  shutdown.join();
  EXPECT_TRUE(running.was_cancelled);
  EXPECT_EQ(scheduler.Submit(Noted(journal, "late")), 0u);
  for (const std::string name : {"write", "read", "delayed", "late"}) {
    EXPECT_NE(journal.text().find(StrCat("-", name, "(shutdown)")), std::string::npos) << name;
  }
  scheduler.Shutdown(Scheduler::Drain::kDrop);
}

TEST(Scheduler, AShutdownThatRuns) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  Held write(scheduler, WriteOf(Noted(journal, "write"), "a.cc"));
  scheduler.Submit(Delayed(ReadOf(Noted(journal, "read"), "a.cc")));
  scheduler.Submit(WriteOf(Noted(journal, "write2"), "a.cc"));
  std::thread shutdown([&] { scheduler.Shutdown(Scheduler::Drain::kRun); });
  write.gate.Open();
  shutdown.join();
  EXPECT_TRUE(journal.text() == "write write2 read" || journal.text() == "write read write2")
      << journal.text();
}

TEST(Scheduler, TasksMaySubmitAndCancelTasks) {
  Journal journal;
  Scheduler scheduler({.threads = 1});
  Task outer;
  outer.run = [&](const CancelToken&) {
    scheduler.Submit(WithKey(Noted(journal, "a"), "k"));
    scheduler.Submit(WithKey(Noted(journal, "b"), "k"));
    scheduler.Cancel(scheduler.Submit(Noted(journal, "c")));
  };
  Task dropped = WithKey({}, "again");
  dropped.run = [](const CancelToken&) {};
  dropped.dropped = [&](DropReason) { scheduler.Submit(Noted(journal, "instead")); };
  Held held(scheduler);
  scheduler.Submit(dropped);
  scheduler.Submit(WithKey(Noted(journal, "newest"), "again"));
  scheduler.Submit(outer);
  held.gate.Open();
  scheduler.WaitIdle();
  EXPECT_EQ(journal.text(), "newest instead -a(replaced) -c(cancelled) b");
}

TEST(Scheduler, NoThreadBeforeTheFirstTask) {
  Scheduler scheduler;
  EXPECT_EQ(scheduler.counts().threads, 0u);
}

TEST(Scheduler, SpansShowPriorityAndLane) {
  const std::string path = ::testing::TempDir() + "/scheduler_trace.json";
  ASSERT_TRUE(StartTrace(path).ok());
  {
    Journal journal;
    Scheduler scheduler({.threads = 1});
    Task task = ReadOf(Noted(journal, "x"), "/work/a.cc");
    task.name = "hover";
    scheduler.Submit(task);
    scheduler.WaitIdle();
  }
  ASSERT_TRUE(StopTrace().ok());
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_NE(text.str().find("\"hover\""), std::string::npos);
  EXPECT_NE(text.str().find(R"("priority":"interactive","lane":"/work/a.cc","waited_us":)"),
            std::string::npos)
      << text.str();
}

// Everything at once from several threads: each task has one end, writes of a lane stay in order, reads are
// pinned between the writes they were submitted between, keys never run twice at once.
TEST(Scheduler, AtRandomFromManyThreads) {
  constexpr int kSubmitters = 3;
  constexpr int kTasks = 2000;
  constexpr int kKeys = 5;
  struct Lane {
    int last_write = -1;  // only its writes and pins touch it: unguarded on purpose, for TSan
  };
  std::vector<std::vector<std::atomic<int>>> ends;
  for (int i = 0; i < kSubmitters; ++i) ends.emplace_back(kTasks);
  std::vector<Lane> lanes(kSubmitters);
  std::array<std::atomic<int>, kKeys> key_running{};
  std::atomic<int> wrong{0};
  std::atomic<int> accepted_after{0};
  for (const Scheduler::Drain drain : {Scheduler::Drain::kRun, Scheduler::Drain::kDrop}) {
    for (auto& list : ends) {
      for (auto& end : list) end = 0;
    }
    for (Lane& lane : lanes) lane.last_write = -1;
    Scheduler scheduler({.threads = 4});
    std::vector<std::thread> submitters;
    for (int s = 0; s < kSubmitters; ++s) {
      submitters.emplace_back([&, s] {
        std::mt19937 random(static_cast<uint32_t>(s) + 1);
        TaskId last = 0;
        int last_write = -1;
        for (int i = 0; i < kTasks; ++i) {
          Task task;
          task.priority = static_cast<TaskPriority>(random() % kTaskPriorities);
          task.dropped = [&, s, i](DropReason) { ++ends[s][i]; };
          const uint32_t kind = random() % 8;
          const int key = static_cast<int>(random() % kKeys);
          if (kind == 0) {
            task.lane = StrCat("lane ", s);
            task.is_write = true;
            task.run = [&, s, i](const CancelToken&) {
              if (lanes[s].last_write >= i) ++wrong;
              lanes[s].last_write = i;
              ++ends[s][i];
            };
            last_write = i;
          } else if (kind < 4) {
            task.lane = StrCat("lane ", s);
            task.until_write = kind == 3;
            task.pin = [&, s, last_write] {
              if (lanes[s].last_write != last_write) ++wrong;
            };
            task.run = [&, s, i, waits = kind == 1](const CancelToken&) {
              if (waits) {
                const Scheduler::Waiting waiting(scheduler);
                std::this_thread::yield();
              }
              ++ends[s][i];
            };
          } else {
            task.key = StrCat("key ", key);
            task.cancel_running = kind == 5;
            if (kind == 6) task.delay = absl::Microseconds(random() % 300);
            task.run = [&, s, i, key](const CancelToken&) {
              if (++key_running[key] != 1) ++wrong;
              --key_running[key];
              ++ends[s][i];
            };
          }
          const TaskId id = scheduler.Submit(std::move(task));
          if (id == 0) ++accepted_after;
          if (random() % 10 == 0) scheduler.Cancel(last);
          if (random() % 200 == 0) scheduler.CancelLane(StrCat("lane ", s));
          last = id;
        }
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
    scheduler.Shutdown(drain);
    for (const auto& list : ends) {
      for (const auto& end : list) ASSERT_EQ(end, 1);
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(accepted_after, 0);
}

TEST(Scheduler, AShutdownBesideSubmitters) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> ends{0};
    Scheduler scheduler({.threads = 2});
    std::vector<std::thread> submitters;
    for (int s = 0; s < 2; ++s) {
      submitters.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          Task task;
          task.lane = "lane";
          task.is_write = i % 3 == 0;
          task.run = [&](const CancelToken&) { ++ends; };
          task.dropped = [&](DropReason) { ++ends; };
          scheduler.Submit(std::move(task));
        }
      });
    }
    scheduler.Shutdown(round % 2 == 0 ? Scheduler::Drain::kRun : Scheduler::Drain::kDrop);
    for (std::thread& submitter : submitters) submitter.join();
    EXPECT_EQ(ends, 100);
  }
}

}  // namespace
}  // namespace astrolabe::lsp
