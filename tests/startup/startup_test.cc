// What a user of the `astrolabe` program pays before it does anything: the shared libraries that
// the loader must find and the memory of an idle process. How long it takes is a bench
// (bench/startup).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <regex>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace {

struct Finished {
  int exit_code = -1;  // -1 if it did not exit by itself
  std::string output;  // stdout only
  // Peak resident set, bytes. The kernel carries this test's own resident set across the exec, so
  // the figure is never below that; it is a few MB.
  size_t peak_memory = 0;
};

// Runs `command` (looked up in PATH) to its end. Any error fails the current test.
Finished RunProgram(std::vector<std::string> command) {
  Finished result;
  std::array<int, 2> output = {-1, -1};
  if (pipe2(output.data(), O_CLOEXEC) != 0) {
    ADD_FAILURE() << "pipe: " << std::strerror(errno);
    return result;
  }
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  if (error == 0) {
    std::array<char, 4096> buffer;
    ssize_t size = 0;
    while ((size = read(output[0], buffer.data(), buffer.size())) > 0) {
      result.output.append(buffer.data(), static_cast<size_t>(size));
    }
    int status = 0;
    struct rusage usage = {};
    EXPECT_EQ(wait4(pid, &status, 0, &usage), pid) << std::strerror(errno);
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    result.peak_memory = static_cast<size_t>(usage.ru_maxrss) * 1024;
  } else {
    ADD_FAILURE() << command[0] << ": " << std::strerror(error);
  }
  close(output[0]);
  return result;
}

TEST(Startup, LinksNoSharedCompiler) {
  const Finished ldd = RunProgram({"ldd", ASTROLABE_PROGRAM});
  ASSERT_EQ(ldd.exit_code, 0);
  ASSERT_NE(ldd.output.find("libc.so"), std::string::npos) << "ldd printed: " << ldd.output;
  // z3, libxml2 and ICU are what LLVM's archives would drag in without --as-needed; absl has
  // archives.
  for (const char* library :
       {"libLLVM", "libclang", "libz3", "libxml2", "libicu", "libabsl", "libjemalloc"}) {
    EXPECT_EQ(ldd.output.find(library), std::string::npos) << library << " in:\n" << ldd.output;
  }
}

TEST(Startup, VersionNamesItselfAndItsCompiler) {
  const Finished version = RunProgram({ASTROLABE_PROGRAM, "--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_TRUE(std::regex_search(version.output, std::regex("^astrolabe [0-9]+\\.[0-9]+\\.[0-9]+")))
      << version.output;
  EXPECT_NE(version.output.find("22."), std::string::npos)
      << "which Clang is inside? " << version.output;
}

#ifndef ASTROLABE_SANITIZED
TEST(Startup, IdlesUnderTwentyMegabytes) {
  const Finished version = RunProgram({ASTROLABE_PROGRAM, "--version"});
  ASSERT_EQ(version.exit_code, 0);
  EXPECT_GT(version.peak_memory, size_t{1} << 20) << "not measured";
  EXPECT_LT(version.peak_memory, size_t{20} << 20);
}
#endif

}  // namespace
