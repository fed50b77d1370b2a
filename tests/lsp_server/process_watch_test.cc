// Who started us has ended.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/process_watch.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "absl/synchronization/notification.h"

namespace astrolabe::lsp {
namespace {

TEST(ProcessWatch, TellsOnceAProcessHasEnded) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    close(pipe_ends[1]);
    (void)!read(pipe_ends[0], &byte, 1);  // until the parent closes its end
    _exit(0);
  }
  absl::Notification gone;
  auto watch = ProcessWatch::Start(child, [&] { gone.Notify(); });
  ASSERT_NE(watch, nullptr);
  EXPECT_FALSE(gone.HasBeenNotified());
  close(pipe_ends[1]);
  close(pipe_ends[0]);
  gone.WaitForNotification();
  waitpid(child, nullptr, 0);
  watch.reset();
  EXPECT_EQ(ProcessWatch::Start(child, [] {}), nullptr);
}

TEST(ProcessWatch, EndsWithoutACallWhileTheProcessLives) {
  bool called = false;
  ProcessWatch::Start(getpid(), [&] { called = true; }).reset();
  EXPECT_FALSE(called);
  EXPECT_EQ(ProcessWatch::Start(0, [] {}), nullptr);
  EXPECT_EQ(ProcessWatch::Start(-1, [] {}), nullptr);
}

}  // namespace
}  // namespace astrolabe::lsp
