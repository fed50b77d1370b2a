// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/process_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "base/trace.h"

namespace astrolabe::lsp {

std::unique_ptr<ProcessWatch> ProcessWatch::Start(pid_t pid, std::function<void()> gone) {
  if (pid <= 0) return nullptr;
  UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process.valid()) return nullptr;
  return std::unique_ptr<ProcessWatch>(new ProcessWatch(std::move(process), std::move(gone)));
}

ProcessWatch::ProcessWatch(UniqueFd process, std::function<void()> gone)
    : process_(std::move(process)),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      gone_(std::move(gone)),
      thread_([this] { Run(); }) {}

ProcessWatch::~ProcessWatch() {
  const uint64_t one = 1;
  (void)!write(stop_.get(), &one, sizeof one);
  thread_.join();
}

void ProcessWatch::Run() const {
  NameThisThread("client-watch");
  std::array<pollfd, 2> wait = {pollfd{.fd = process_.get(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = stop_.get(), .events = POLLIN, .revents = 0}};
  while (poll(wait.data(), wait.size(), -1) < 0 && errno == EINTR) {
  }
  if (wait[1].revents == 0) gone_();
}

}  // namespace astrolabe::lsp
