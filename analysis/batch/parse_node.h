// A process that waits for work and forks a child for each piece: the root, a zygote at its fork point, the
// AST of an open file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/batch/parse_protocol.h"
#include "base/unique_fd.h"

namespace astrolabe {

// What a forked process was forked for.
struct Task {
  Job job;
  UniqueFd result;  // for kPreamble and others that become nodes, the new node's socket
};

// One thread, the process's only one.
class ParseNode {
 public:
  // `memory_limit`: bytes that a child may allocate on top of what this process has; 0: no limit.
  ParseNode(UniqueFd socket, uint64_t memory_limit);

  int socket() const { return socket_.get(); }

  // Takes jobs until the front goes away, then ends the process. Returns in forked children. Jobs of kind
  // kRead are answered by `read`, here.
  using Read = std::function<JobResult(const Job&)>;
  Task Serve(const Read& read = nullptr);

 private:
  struct Running {
    pid_t pid;
    uint32_t job;
  };

  [[noreturn]] void Quit();
  void AnswerHere(const Job& job, int result, const Read& read);
  std::optional<Task> Fork(Job job, std::vector<UniqueFd> descriptors);
  void Reap();
  void Report(uint32_t job, int exit_code, int signal, double cpu_seconds);

  UniqueFd socket_;
  UniqueFd child_signal_;
  const uint64_t memory_limit_;
  std::vector<Running> running_;
};

// Bytes of this process's memory, or of its address space.
uint64_t ProcessBytes(bool resident);

// For both: ends the process where nobody reads any more.
void WriteAll(int descriptor, std::string_view bytes);
[[noreturn]] void Deliver(int descriptor, const JobResult& result);

}  // namespace astrolabe
