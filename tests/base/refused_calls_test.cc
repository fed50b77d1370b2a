// That a confined thread can read, and nothing else.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/refused_calls.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>

#include "base/whole_file.h"
#include "tests/base/temp_directory.h"

namespace astrolabe {
namespace {

// What starting /bin/true comes to: 0, or why not.
int Spawn() {
  char program[] = "/bin/true";
  char* argv[] = {program, nullptr};
  pid_t child = 0;
  const int error = ::posix_spawn(&child, program, nullptr, nullptr, argv, nullptr);
  if (error == 0) ::waitpid(child, nullptr, 0);
  return error;
}

TEST(RefusedCallsTest, AConfinedThreadOnlyReads) {
  TempDirectory directory;
  const std::string file = directory / "file";
  std::ofstream(file) << "text";
  bool has_seccomp = false;
  RunConfined([&] {
    has_seccomp = RefuseCalls({});
    if (!has_seccomp) return;
    EXPECT_EQ(ReadWholeFile(file), "text");
    for (int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_WRONLY | O_CREAT | O_APPEND}) {
      EXPECT_LT(::open(file.c_str(), flags, 0600), 0) << flags;
      EXPECT_EQ(errno, EPERM) << flags;
    }
    EXPECT_NE(::rename(file.c_str(), (directory / "other").c_str()), 0);
    EXPECT_NE(::unlink(file.c_str()), 0);
    EXPECT_NE(::mkdir((directory / "folder").c_str(), 0700), 0);
    EXPECT_LT(::socket(AF_UNIX, SOCK_STREAM, 0), 0);
    EXPECT_EQ(Spawn(), EPERM);
  });
  if (!has_seccomp) GTEST_SKIP() << "this kernel has no seccomp";
  EXPECT_EQ(ReadWholeFile(file), "text");
  EXPECT_NE(::access((directory / "folder").c_str(), F_OK), 0);
}

TEST(RefusedCallsTest, OtherThreadsKeepWhatTheyMay) {
  TempDirectory directory;
  RunConfined([] {});
  std::ofstream(directory / "file") << "text";
  EXPECT_EQ(ReadWholeFile(directory / "file"), "text");
  EXPECT_EQ(Spawn(), 0);
}

}  // namespace
}  // namespace astrolabe
