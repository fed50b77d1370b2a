// The first signal asks, the second one ends.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/cancellation.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "gtest/gtest.h"

namespace astrolabe {
namespace {

// Signal dispositions are the process's, so each case has one of its own. Returns waitpid's status.
int InChild(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(CancelToken, StaysCancelled) {
  CancelToken token;
  EXPECT_FALSE(token.cancelled());
  EXPECT_TRUE(token.status().ok());
  token.Cancel();
  token.Cancel();
  EXPECT_TRUE(token.cancelled());
  EXPECT_EQ(token.status().code(), absl::StatusCode::kCancelled);
}

TEST(CancelOnSignals, FirstSignalOfEitherKindOnlyCancels) {
  for (const int first : {SIGINT, SIGTERM}) {
    const int status = InChild([first] {
      static CancelToken token;
      if (!CancelOnSignals(token, {SIGINT, SIGTERM}).ok() || token.cancelled()) return 1;
      ::raise(first);
      return token.cancelled() ? 42 : 2;
    });
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 42);
  }
}

TEST(CancelOnSignals, SecondSignalKillsEvenIfItIsTheOther) {
  for (const int second : {SIGINT, SIGTERM}) {
    const int status = InChild([second] {
      static CancelToken token;
      if (!CancelOnSignals(token, {SIGINT, SIGTERM}).ok()) return 1;
      ::raise(SIGINT);
      ::raise(second);
      return 2;
    });
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    EXPECT_EQ(WTERMSIG(status), second);
  }
}

TEST(CancelOnSignals, IgnoredSignalsStayIgnored) {
  const int status = InChild([] {
    static CancelToken token;
    ::signal(SIGHUP, SIG_IGN);
    if (!CancelOnSignals(token, {SIGHUP, SIGTERM}).ok()) return 1;
    ::raise(SIGHUP);
    return token.cancelled() ? 2 : 42;
  });
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST(CancelOnSignals, WhatIsNoSignalIsRefused) {
  const int status = InChild([] {
    static CancelToken token;
    return CancelOnSignals(token, {12'345}).code() == absl::StatusCode::kInvalidArgument ? 42 : 1;
  });
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

}  // namespace
}  // namespace astrolabe
