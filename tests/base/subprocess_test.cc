// Children that answer, flood, hang, die and refuse, and what is left of them: nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/subprocess.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <thread>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/base/temp_directory.h"

namespace astrolabe {
namespace {

Command Shell(const std::string& script) { return {.argv = {"sh", "-c", script}}; }

RunResult RunToEnd(const Command& command, const RunOptions& options = {}) {
  absl::StatusOr<RunResult> result = RunSubprocess(command, options);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : RunResult{};
}

bool NoChildrenLeft() { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

// True once the process is gone, or a zombie that its (foreign) parent has yet to reap.
bool Dies(pid_t pid) {
  for (int i = 0; i < 500; ++i) {
    if (::kill(pid, 0) != 0) return true;
    char state = 0;
    if (FILE* file = ::fopen(("/proc/" + std::to_string(pid) + "/stat").c_str(), "re")) {
      if (::fscanf(file, "%*d (%*[^)]) %c", &state) != 1) state = 0;
      ::fclose(file);
    }
    if (state == 'Z') return true;
    ::usleep(10'000);
  }
  return false;
}

class SubprocessTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_TRUE(NoChildrenLeft()); }
};

TEST_F(SubprocessTest, CapturesOutputAndExitCode) {
  const RunResult result = RunToEnd(Shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(result.stdout_bytes, "out\n");
  EXPECT_EQ(result.stderr_bytes, "err\n");
  EXPECT_EQ(result.exit.exit_code, 3);
  EXPECT_FALSE(result.exit.ok());
  EXPECT_EQ(result.exit.ToString(), "exit code 3");
  EXPECT_FALSE(result.timed_out);
  EXPECT_TRUE(RunToEnd({.argv = {"/bin/true"}}).exit.ok());
}

TEST_F(SubprocessTest, ReportsTheSignal) {
  const RunResult result = RunToEnd(Shell("kill -SEGV $$"));
  EXPECT_EQ(result.exit.exit_code, -1);
  EXPECT_EQ(result.exit.signal, SIGSEGV);
  EXPECT_EQ(result.exit.ToString(), "signal 11 (Segmentation fault)");
}

TEST_F(SubprocessTest, ArgumentsArePassedAsTheyAre) {
  const RunResult result = RunToEnd({.argv = {"printf", "[%s]", "a b", "$HOME", "", "\"'*"}});
  EXPECT_EQ(result.stdout_bytes, "[a b][$HOME][][\"'*]");
}

TEST_F(SubprocessTest, DirectoryAndEnvironment) {
  TempDirectory directory;
  ::setenv("ASTROLABE_TEST_KEPT", "kept", 1);
  ::setenv("ASTROLABE_TEST_REMOVED", "removed", 1);
  Command command = Shell(
      "pwd; echo \"$ASTROLABE_TEST_KEPT,${ASTROLABE_TEST_REMOVED-unset},$ASTROLABE_TEST_SET\"");
  command.directory = directory.path();
  command.environment = {{"ASTROLABE_TEST_REMOVED", std::nullopt}, {"ASTROLABE_TEST_SET", "a=b"}};
  EXPECT_EQ(RunToEnd(command).stdout_bytes,
            std::filesystem::canonical(directory.path()).string() + "\nkept,unset,a=b\n");
}

TEST_F(SubprocessTest, WhatCannotBeStartedIsAnError) {
  TempDirectory directory;
  EXPECT_EQ(RunSubprocess({.argv = {"no-such-program-here"}}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(RunSubprocess({.argv = {directory.path()}}).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(RunSubprocess({}).status().code(), absl::StatusCode::kInvalidArgument);
  const absl::Status status =
      RunSubprocess({.argv = {"true"}, .directory = directory / "missing"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find("missing"), absl::string_view::npos) << status;
}

// More than any pipe holds, both ways at once: nobody waits for the other.
TEST_F(SubprocessTest, LargeInputComesBackWhole) {
  std::string input;
  for (int i = 0; i < 2'000'000; ++i) input += std::to_string(i);
  const RunResult result = RunToEnd({.argv = {"cat"}}, {.input = input});
  EXPECT_TRUE(result.stdout_bytes == input);
  EXPECT_FALSE(result.stdout_truncated);
}

TEST_F(SubprocessTest, OutputBeyondTheLimitIsDropped) {
  const RunResult result = RunToEnd(Shell("head -c 30000000 /dev/zero; head -c 3000 /dev/zero >&2"),
                                    {.max_stdout_bytes = 1'000'000, .max_stderr_bytes = 3'000});
  EXPECT_TRUE(result.exit.ok());  // it was read to its end and not blocked or killed
  EXPECT_EQ(result.stdout_bytes.size(), 1'000'000u);
  EXPECT_TRUE(result.stdout_truncated);
  EXPECT_EQ(result.stderr_bytes.size(), 3'000u);
  EXPECT_FALSE(result.stderr_truncated);
}

TEST_F(SubprocessTest, ChildThatIgnoresItsInputDoesNotKillUs) {
  const std::string input(10'000'000, 'x');
  const RunResult result = RunToEnd(Shell("exec <&-; echo done"), {.input = input});
  EXPECT_EQ(result.stdout_bytes, "done\n");
  EXPECT_TRUE(result.exit.ok());
}

TEST_F(SubprocessTest, TimeoutKillsTheWholeGroup) {
  const absl::Time begin = absl::Now();
  const RunResult result = RunToEnd(Shell("sleep 100 & echo $!; trap '' TERM; sleep 100"),
                                    {.timeout = absl::Seconds(1)});
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.exit.signal, SIGKILL);
  EXPECT_GE(result.wall, absl::Seconds(1));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
  const pid_t grandchild = std::stoi("0" + result.stdout_bytes);
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(Dies(grandchild));
}

TEST_F(SubprocessTest, TimeoutCutsOffAFlood) {
  const RunResult result =
      RunToEnd({.argv = {"cat", "/dev/zero"}}, {.timeout = absl::Milliseconds(300)});
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.exit.signal, SIGKILL);
}

// A process left behind that keeps the pipes open must not keep us.
TEST_F(SubprocessTest, ReturnsWhenTheChildEndsThoughItsPipesStayOpen) {
  const absl::Time begin = absl::Now();
  const RunResult result = RunToEnd(Shell("sleep 30 & echo $!"));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(15));
  EXPECT_FALSE(result.timed_out);
  const pid_t left_behind = std::stoi("0" + result.stdout_bytes);
  ASSERT_GT(left_behind, 0);
  ::kill(left_behind, SIGKILL);
}

TEST_F(SubprocessTest, MeasuresWhatTheChildUsed) {
  // dd reads the block into a buffer of its size.
  const RunResult result =
      RunToEnd({.argv = {"dd", "if=/dev/zero", "of=/dev/null", "bs=300000000", "count=1"}});
  EXPECT_TRUE(result.exit.ok()) << result.stderr_bytes;
  EXPECT_GT(result.exit.peak_rss_bytes, 300'000'000u);
  EXPECT_LT(result.exit.peak_rss_bytes, 600'000'000u);
  EXPECT_GT(result.exit.user_seconds + result.exit.system_seconds, 0.01);
  EXPECT_LT(absl::Seconds(result.exit.user_seconds + result.exit.system_seconds),
            result.wall + absl::Milliseconds(50));
}

TEST_F(SubprocessTest, NoDescriptorLeaksIntoTheChildOrStaysHere) {
  const auto open_here = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const int leaky = ::open("/dev/null", O_RDONLY);  // NOLINT: without O_CLOEXEC on purpose
  ASSERT_GE(leaky, 0);
  const auto before = open_here();
  // The fourth is the directory that ls itself reads.
  EXPECT_EQ(RunToEnd({.argv = {"ls", "/proc/self/fd"}}).stdout_bytes, "0\n1\n2\n3\n");
  EXPECT_FALSE(RunSubprocess({.argv = {"no-such-program-here"}}).ok());
  EXPECT_EQ(open_here(), before);
  ::close(leaky);
}

TEST_F(SubprocessTest, SignalsAreDefaultInTheChildWhateverWeDo) {
  sigset_t all;
  sigset_t previous;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &previous);
  const auto handler = ::signal(SIGPIPE, SIG_IGN);
  const RunResult result = RunToEnd(Shell("grep -E 'SigBlk|SigIgn' /proc/self/status"));
  ::signal(SIGPIPE, handler);
  ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  unsigned long long blocked = 1;
  unsigned long long ignored = 1;
  ASSERT_EQ(
      std::sscanf(result.stdout_bytes.c_str(), "SigBlk: %llx SigIgn: %llx", &blocked, &ignored), 2)
      << result.stdout_bytes;
  EXPECT_EQ(blocked, 0u);
  // Signals 32 and 33 are glibc's own; it ignores them in what it spawns.
  EXPECT_EQ(ignored & 0x7fffffff, 0u);
}

// Our own standard streams are closed: the pipes must not take their numbers and clobber each other.
TEST_F(SubprocessTest, WorksWithoutStandardStreams) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (int fd : {0, 1, 2}) ::close(fd);
    auto result = RunSubprocess({.argv = {"sh", "-c", "cat; echo err >&2"}}, {.input = "in"});
    ::_exit(result.ok() && result->stdout_bytes == "in" && result->stderr_bytes == "err\n" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// Makes pidfd_open fail in this process from now on, as on kernels before 5.3 and in some containers.
bool ForbidPidfd() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {std::size(program), program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 &&
         ::syscall(SYS_pidfd_open, ::getpid(), 0) < 0;
}

TEST_F(SubprocessTest, WorksWithoutPidfd) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!ForbidPidfd()) ::_exit(10);
    auto result = RunSubprocess({.argv = {"cat"}}, {.input = "in"});
    if (!result.ok() || result->stdout_bytes != "in" || !result->exit.ok()) ::_exit(11);
    result = RunSubprocess({.argv = {"sh", "-c", "exec >&- 2>&-; sleep 100"}},
                           {.timeout = absl::Milliseconds(100)});
    if (!result.ok() || !result->timed_out || result->exit.signal != SIGKILL) ::_exit(12);
    auto started = Subprocess::Start({.argv = {"sleep", "100"}}, StderrMode::kDiscard);
    if (!started.ok()) ::_exit(13);
    const absl::Time deadline = absl::Now() + absl::Milliseconds(30);
    if ((*started)->Wait(deadline).ok() || absl::Now() < deadline) ::_exit(14);
    (*started)->Kill();
    if ((*started)->Wait()->signal != SIGKILL) ::_exit(15);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(SubprocessTest, ManyThreadsRunChildrenAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 5; ++i) {
        const std::string text = std::to_string(t * 100 + i);
        EXPECT_EQ(RunToEnd({.argv = {"cat"}}, {.input = text}).stdout_bytes, text);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

std::unique_ptr<Subprocess> Start(const Command& command,
                                  StderrMode stderr_mode = StderrMode::kInherit) {
  auto child = Subprocess::Start(command, stderr_mode);
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

TEST_F(SubprocessTest, ConversationOverPipes) {
  auto child = Start(Shell("while read -r line; do echo \"got $line\"; done; exit 7"));
  std::array<char, 100> buffer;
  for (const std::string text : {"one", "two"}) {
    ASSERT_TRUE(child->Write(text + "\n").ok());
    const std::string expected = "got " + text + "\n";
    std::string answer;
    while (answer.size() < expected.size()) {
      auto size = child->Read(Subprocess::Stream::kStdout, buffer);
      ASSERT_TRUE(size.ok() && *size > 0);
      answer.append(buffer.data(), *size);
    }
    EXPECT_EQ(answer, expected);
  }
  EXPECT_EQ(child->Wait(absl::Now()).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(child->Read(Subprocess::Stream::kStdout, buffer, absl::Now() + absl::Milliseconds(20))
                .status()
                .code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(child->Read(Subprocess::Stream::kStderr, buffer).status().code(),
            absl::StatusCode::kFailedPrecondition);
  child->CloseStdin();
  EXPECT_EQ(*child->Read(Subprocess::Stream::kStdout, buffer), 0u);
  EXPECT_EQ(child->Wait()->exit_code, 7);
  EXPECT_EQ(child->Wait()->exit_code, 7);
  child->Kill();  // of a reaped child: nothing happens
}

TEST_F(SubprocessTest, WriteToADeadOrStubbornChildIsAnError) {
  auto dead = Start({.argv = {"true"}});
  ASSERT_TRUE(dead->Wait().ok());
  EXPECT_EQ(dead->Write("text").code(), absl::StatusCode::kUnavailable);

  auto stubborn = Start({.argv = {"sleep", "100"}});
  EXPECT_EQ(
      stubborn->Write(std::string(1'000'000, 'x'), absl::Now() + absl::Milliseconds(50)).code(),
      absl::StatusCode::kDeadlineExceeded);
}

TEST_F(SubprocessTest, KillEndsAWaitInAnotherThread) {
  auto child = Start({.argv = {"sleep", "100"}});
  std::thread killer([&] {
    absl::SleepFor(absl::Milliseconds(50));
    child->Kill();
  });
  const auto exit = child->Wait(absl::Now() + absl::Seconds(30));
  killer.join();
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->signal, SIGKILL);
}

TEST_F(SubprocessTest, DestroyingAChildKillsAndReapsIt) {
  auto child = Start({.argv = {"sleep", "100"}}, StderrMode::kDiscard);
  const pid_t pid = child->pid();
  EXPECT_EQ(::kill(pid, 0), 0);
  child.reset();
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST_F(SubprocessTest, CapturedStderrIsAStreamOfItsOwn) {
  auto child = Start(Shell("echo out; echo err >&2"), StderrMode::kCapture);
  std::array<char, 100> buffer;
  auto size = child->Read(Subprocess::Stream::kStderr, buffer);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(std::string_view(buffer.data(), *size), "err\n");
}

}  // namespace
}  // namespace astrolabe
