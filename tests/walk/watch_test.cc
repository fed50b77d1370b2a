// The watcher against real files: what a person does to a tree arrives, and nothing else.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/watch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "tests/walk/temp_tree.h"

namespace astrolabe {
namespace {

using Strings = std::vector<std::string>;

// "+path" created, "~path" changed, "-path" deleted, "-path/" a folder gone.
std::string Text(const WatchEvent& event) {
  const char sign = event.kind == WatchEventKind::kCreated   ? '+'
                    : event.kind == WatchEventKind::kChanged ? '~'
                                                             : '-';
  return sign + event.path + (event.is_directory ? "/" : "");
}

class WatchTest : public testing::Test {
 protected:
  void StartWatching() { StartWatching({.walk = {.root = tree_.root()}}); }
  void StartWatching(WatchOptions options) {
    absl::StatusOr<std::unique_ptr<Watcher>> watcher = Watcher::Start(std::move(options));
    ASSERT_TRUE(watcher.ok()) << watcher.status();
    watcher_ = *std::move(watcher);
  }

  WatchBatch Next() {
    absl::StatusOr<WatchBatch> batch = watcher_->Next(absl::Seconds(20));
    if (batch.ok()) return *std::move(batch);
    ADD_FAILURE() << batch.status();
    return {};
  }

  // The events of the batches up to one that tells of "sentinel", a file made here, which itself is left out.
  // Events come in order, so what is not among these does not come at all.
  Strings EventsSoFar() {
    tree_.Write("sentinel");
    Strings texts;
    for (bool done = false; !done;) {
      const WatchBatch batch = Next();
      if (batch.events.empty()) {
        ADD_FAILURE() << "nothing came; rescan: " << batch.rescan << " " << batch.reason;
        break;
      }
      for (const WatchEvent& event : batch.events) {
        if (event.path == "sentinel") {
          done = true;
        } else {
          texts.push_back(Text(event));
        }
      }
    }
    tree_.Remove("sentinel");
    const WatchBatch last = Next();
    EXPECT_EQ(last.events.size(), 1u);
    return texts;
  }

  TempTree tree_;
  std::unique_ptr<Watcher> watcher_;
};

TEST_F(WatchTest, FilesThatComeChangeAndGo) {
  tree_.Write("dir/old.c", "1");
  tree_.Write("gone.h");
  tree_.Write("notes.txt");
  StartWatching();
  tree_.Write("dir/new.c", "1");
  tree_.Write("dir/old.c", "22");
  tree_.Write("notes.txt", "only its name is followed");
  tree_.Write("new.txt");
  tree_.Remove("gone.h");
  EXPECT_EQ(EventsSoFar(), (Strings{"+dir/new.c", "~dir/old.c", "-gone.h", "+new.txt"}));
}

TEST_F(WatchTest, AnEditorsAtomicSaveIsSeen) {
  tree_.Write("a.c", "1");
  StartWatching();
  tree_.Write("a.c.tmp", "22");
  tree_.Move("a.c.tmp", "a.c");
  EXPECT_EQ(EventsSoFar(), (Strings{"+a.c", "-a.c.tmp"}));
}

TEST_F(WatchTest, DeletedAndMadeAgainIsChanged) {
  tree_.Write("a.c", "1");
  StartWatching();
  tree_.Remove("a.c");
  tree_.Write("a.c", "2");
  EXPECT_EQ(EventsSoFar(), (Strings{"~a.c"}));
}

TEST_F(WatchTest, NewFoldersAreWatchedWithAllTheyHold) {
  StartWatching();
  for (int i = 0; i < 50; ++i) tree_.Write("n" + std::to_string(100 + i) + "/deep/er/a.c");
  std::set<std::string> seen;
  for (const std::string& text : EventsSoFar()) seen.insert(text);
  EXPECT_EQ(seen.size(), 50u);
  tree_.Write("n120/deep/er/a.c", "changed");
  EXPECT_EQ(EventsSoFar(), (Strings{"~n120/deep/er/a.c"}));
}

TEST_F(WatchTest, FoldersThatMoveTakeTheirFilesAlong) {
  tree_.Write("from/sub/a.c");
  tree_.Write("stay.c");
  StartWatching();
  tree_.Move("from", "to");
  EXPECT_EQ(EventsSoFar(), (Strings{"-from/", "+to/sub/a.c"}));
  tree_.Write("to/sub/a.c", "changed at its new place");
  EXPECT_EQ(EventsSoFar(), (Strings{"~to/sub/a.c"}));
}

TEST_F(WatchTest, FoldersThatLeaveAreNoLongerFollowed) {
  TempTree elsewhere;
  tree_.Write("out/sub/a.c");
  StartWatching();
  const size_t before = watcher_->watch_count();
  std::filesystem::rename(tree_ / "out", elsewhere / "out");
  EXPECT_EQ(EventsSoFar(), (Strings{"-out/"}));
  EXPECT_EQ(watcher_->watch_count(), before - 2);
  elsewhere.Write("out/sub/a.c", "not ours any more");
  EXPECT_EQ(EventsSoFar(), Strings());
}

TEST_F(WatchTest, AFolderThatIsReplacedIsGoneBeforeItsNewContents) {
  tree_.Write("d/old.c");
  StartWatching();
  tree_.Remove("d");
  tree_.Write("d/new.c");
  EXPECT_EQ(EventsSoFar(), (Strings{"-d/", "+d/new.c"}));
}

TEST_F(WatchTest, WhatTheWalkLeavesOutIsNotReported) {
  tree_.MakeFolder(".git");
  tree_.Write(".gitignore", "build/\n*.o\n");
  tree_.Write("build/x.c");
  tree_.Write(".hidden/y.c");
  tree_.Write("a/b.c");
  StartWatching();
  EXPECT_EQ(watcher_->watch_count(), 2u);
  tree_.Write("build/x.c", "1");
  tree_.Write("a/c.o");
  tree_.Write(".hidden/z.c");
  tree_.Write("a/build/new.c");
  tree_.Link("a/link.c", "b.c");
  ASSERT_EQ(mkfifo((tree_ / "a/pipe.c").c_str(), 0600), 0);
  EXPECT_EQ(EventsSoFar(), Strings());
}

TEST_F(WatchTest, AChangedIgnoreFileAsksForARescan) {
  tree_.MakeFolder(".git");
  tree_.Write("sub/a.c");
  StartWatching();
  tree_.Write("sub/.gitignore", "*.log\n");
  const WatchBatch batch = Next();
  EXPECT_TRUE(batch.rescan);
  EXPECT_EQ(batch.reason, "an ignore file changed");
  tree_.Write("sub/x.log");
  tree_.Write("sub/y.c");
  EXPECT_EQ(EventsSoFar(), (Strings{"+sub/y.c"}));
}

TEST_F(WatchTest, AnOverflowingQueueAsksForARescan) {
  StartWatching();
  // Two events each, and the kernel keeps 16,384 unless told otherwise.
  for (int i = 0; i < 40'000; ++i) {
    const std::string path = tree_ / ("f" + std::to_string(i % 2));
    close(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    unlink(path.c_str());
  }
  bool rescan = false;
  for (int i = 0; i < 100 && !rescan; ++i) {
    const WatchBatch batch = Next();
    rescan = batch.rescan;
  }
  EXPECT_TRUE(rescan);
  tree_.Write("later.c");
  EXPECT_EQ(EventsSoFar(), (Strings{"+later.c"}));
}

TEST_F(WatchTest, WithoutWatchesItAsksForRescansAtIntervals) {
  tree_.Write("a/b/c/d.c");
  StartWatching(
      {.walk = {.root = tree_.root()}, .poll_interval = absl::Milliseconds(20), .max_watches = 2});
  EXPECT_EQ(watcher_->polling().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(watcher_->polling().message().find("max_user_watches"), absl::string_view::npos);
  EXPECT_EQ(watcher_->watch_count(), 0u);
  const absl::Time start = absl::Now();
  EXPECT_TRUE(Next().rescan);
  EXPECT_TRUE(Next().rescan);
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(39));
}

TEST_F(WatchTest, WatchesMayRunOutLater) {
  StartWatching({.walk = {.root = tree_.root()}, .max_watches = 3});
  EXPECT_TRUE(watcher_->polling().ok());
  tree_.MakeFolder("a/b/c/d");
  EXPECT_TRUE(Next().rescan);
  EXPECT_FALSE(watcher_->polling().ok());
}

TEST_F(WatchTest, StopEndsWaiting) {
  StartWatching();
  std::thread stopper([this] {
    absl::SleepFor(absl::Milliseconds(20));
    watcher_->Stop();
  });
  EXPECT_EQ(watcher_->Next().status().code(), absl::StatusCode::kCancelled);
  stopper.join();
  EXPECT_EQ(watcher_->Next().status().code(), absl::StatusCode::kCancelled);
}

TEST_F(WatchTest, TimesOutWithAnEmptyBatch) {
  StartWatching();
  const absl::StatusOr<WatchBatch> batch = watcher_->Next(absl::Milliseconds(10));
  ASSERT_TRUE(batch.ok());
  EXPECT_TRUE(batch->events.empty());
  EXPECT_FALSE(batch->rescan);
}

TEST_F(WatchTest, ARootThatGoesIsAnError) {
  tree_.Write("ws/a.c");
  StartWatching({.walk = {.root = tree_ / "ws"}});
  tree_.Remove("ws");
  absl::Status status;
  for (int i = 0; i < 3 && status.ok(); ++i) {
    status = watcher_->Next(absl::Seconds(20)).status();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Watcher::Start({.walk = {.root = tree_ / "ws"}}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(WatchTest, FoldersBeyondThePathLimit) {
  const std::string name(200, 'n');
  UniqueFd fd(open(tree_.root().c_str(), O_RDONLY | O_DIRECTORY));
  std::string path;
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(mkdirat(fd.get(), name.c_str(), 0755), 0);
    fd = UniqueFd(openat(fd.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
    path += name + "/";
  }
  StartWatching();
  const UniqueFd file(openat(fd.get(), "leaf.c", O_CREAT | O_WRONLY, 0644));
  EXPECT_EQ(EventsSoFar(), (Strings{"+" + path + "leaf.c"}));
}

// What the batches say, applied to what was there, is what a walk finds in the end, whatever happens to the
// tree while the watcher is at work.
TEST_F(WatchTest, BatchesAddUpToTheTree) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    TempTree tree;
    StartWatching({.walk = {.root = tree.root()},
                   .quiet = absl::Milliseconds(5),
                   .max_delay = absl::Milliseconds(20)});
    std::set<std::string> model;
    std::atomic<bool> done = false;
    std::thread vandal([&] {
      std::mt19937 random(seed);
      const auto path = [&random] {
        std::string text;
        for (size_t parts = 1 + random() % 4; parts > 0; --parts) {
          text += std::string(text.empty() ? "" : "/") + static_cast<char>('a' + random() % 3);
        }
        return text;
      };
      for (int i = 0; i < 1000; ++i) {
        std::error_code ignored;
        const std::string target = tree / path();
        switch (random() % 6) {
          case 0:
            std::filesystem::remove_all(target, ignored);
            break;
          case 1:
            std::filesystem::rename(tree / path(), target, ignored);
            break;
          case 2:
            std::filesystem::create_directories(target, ignored);
            break;
          default:
            std::filesystem::create_directories(std::filesystem::path(target).parent_path(),
                                                ignored);
            std::ofstream(target + ".c") << i;
        }
      }
      done = true;
    });
    for (;;) {
      const bool last = done;
      const absl::StatusOr<WatchBatch> batch = watcher_->Next(absl::Milliseconds(100));
      ASSERT_TRUE(batch.ok()) << batch.status();
      EXPECT_FALSE(batch->rescan) << batch->reason;
      for (const WatchEvent& event : batch->events) {
        if (event.kind != WatchEventKind::kDeleted) {
          model.insert(event.path);
        } else if (event.is_directory) {
          model.erase(model.lower_bound(event.path + "/"), model.lower_bound(event.path + "0"));
        } else {
          model.erase(event.path);
        }
      }
      if (last && batch->events.empty()) break;
    }
    vandal.join();
    const Strings found = WalkPaths({.root = tree.root()});
    EXPECT_EQ(Strings(model.begin(), model.end()), found) << "seed " << seed;
    EXPECT_GT(found.size(), 0u);
  }
}

}  // namespace
}  // namespace astrolabe
