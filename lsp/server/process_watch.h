// Tells when another process has ended: the client's, so that a server whose editor was killed does not stay
// behind, even where somebody else holds the other end of its pipe.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "base/unique_fd.h"

namespace astrolabe::lsp {

class ProcessWatch {
 public:
  // Calls `gone` once, from a thread of its own, when the process `pid` ends. Null if there is no such
  // process: a client in another container names one that we cannot see.
  static std::unique_ptr<ProcessWatch> Start(pid_t pid, std::function<void()> gone);
  // Waits for a call that is under way.
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

 private:
  ProcessWatch(UniqueFd process, std::function<void()> gone);
  void Run() const;

  const UniqueFd process_;  // a pidfd
  const UniqueFd stop_;     // an eventfd
  const std::function<void()> gone_;
  std::thread thread_;
};

}  // namespace astrolabe::lsp
