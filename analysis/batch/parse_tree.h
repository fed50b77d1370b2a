// The front's side of the tree of parsing processes: start jobs, hear how they ended.
//
// Mechanics only (sockets, memory files, limits, what an end means); what to parse when is the
// caller's business (batch_run.h). Every job comes to exactly one kEnded event, whatever happens to its
// process, its node or the root.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "analysis/batch/claim_table.h"
#include "analysis/batch/parse_protocol.h"
#include "base/frame_queue.h"
#include "base/unique_fd.h"

namespace astrolabe {

using NodeId = uint32_t;
inline constexpr NodeId kRootNode = 0;

struct ParseTreeOptions {
  std::string program;        // our own binary
  std::string root;           // of the workspace
  uint64_t memory_limit = 0;  // bytes a job may allocate on top of its parent; 0: no limit
  size_t claim_keys = 16384;  // about how many header facts there may be
};

struct ParseEvent {
  enum class Kind {
    kReady,  // node waits for work
    kEnded,  // job is over
    kGone,   // node has died, all its jobs have ended
  };
  Kind kind = Kind::kEnded;
  NodeId node = kRootNode;  // of the job, where it is one
  Ready ready;

  uint32_t job = 0;
  bool delivered = false;  // `result` is what the job has to say
  JobResult result;
  std::string reason;  // otherwise: "crashed (signal 11)", "took longer than 60 s", "out of memory"
  std::string where;   // and where in the source it was, if known
  bool lost = false;   // killed only because its parent died: not its own fault
  // By a SIGKILL that is none of ours: a user's, or the kernel's when memory is short.
  bool killed = false;
  double wall_seconds = 0;
  double cpu_seconds = 0;
};

// One thread.
class ParseTree {
 public:
  static absl::StatusOr<std::unique_ptr<ParseTree>> Start(ParseTreeOptions options);
  ~ParseTree();  // kills all of it
  ParseTree(const ParseTree&) = delete;
  ParseTree& operator=(const ParseTree&) = delete;

  // Starts a job on a node that is ready (the root always is) and gives its number. `job.number` is
  // overwritten. For a kind that makes a node *new_node is the node that will be; it may be used once its
  // kReady has come.
  uint32_t StartJob(NodeId node, Job job, absl::Duration limit, NodeId* new_node = nullptr);

  // What has happened, waiting for at most `patience` for the first event.
  std::vector<ParseEvent> Wait(absl::Duration patience);

  // Makes Wait return. Any thread.
  void Wake();

  // Of a kRead the whole node.
  void KillJob(uint32_t job);
  // No more jobs for this node: its process ends. Its event kGone still comes.
  void CloseNode(NodeId node);

  // Jobs at work, waiting zygotes not counted.
  size_t running() const;
  // Seconds that a job has been at work.
  double Age(uint32_t job) const;

  ClaimTable& claims() { return *claims_; }
  pid_t root_pid() const { return root_pid_; }

 private:
  struct Node {
    UniqueFd socket;
    FrameQueue frames;  // that it has not taken yet
    uint32_t job = 0;   // that made it; 0 for the root
    bool ready = false;
    bool closing = false;
  };
  struct RunningJob {
    NodeId node = kRootNode;  // that runs it
    JobKind kind = JobKind::kPlain;
    UniqueFd result;
    UniqueFd log;
    absl::Time start;
    absl::Time deadline;
    absl::Duration limit;
    bool timed_out = false;
    bool waiting = false;  // a zygote that has parsed its headers
  };

  explicit ParseTree(ParseTreeOptions options) : options_(std::move(options)) {}
  absl::Status StartRoot();
  void StopRoot();
  void HandleFrame(NodeId id, const Frame& frame, std::vector<ParseEvent>* events);
  void HandleGone(NodeId id, std::vector<ParseEvent>* events);
  void EndJob(uint32_t number, const Ended& ended, bool lost, std::vector<ParseEvent>* events);

  const ParseTreeOptions options_;
  std::unique_ptr<ClaimTable> claims_;
  UniqueFd wake_;
  pid_t root_pid_ = -1;
  std::map<NodeId, Node> nodes_;
  std::map<uint32_t, RunningJob> jobs_;
  std::vector<uint32_t> orphans_;  // jobs started on nodes that were gone
  NodeId next_node_ = 1;
  uint32_t next_job_ = 1;
};

}  // namespace astrolabe
