// Which processes and jobs of the parsing tree are at work for which open file.
//
// What they say is found by their numbers, and a file that does not want one any more drops it here, so that nothing
// that is still said of it reaches the file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "analysis/batch/parse_tree.h"
#include "analysis/live/open_file.h"

namespace astrolabe {

// One thread, that of the tree. Without a tree nothing can be started, and all else does nothing.
class FileJobs {
 public:
  explicit FileJobs(const std::unique_ptr<ParseTree>& tree) : tree_(tree) {}

  // A job that makes a node; `generation` is that of the file's text.
  NodeOfFile StartNode(const std::string& path, NodeId parent, Job job, uint64_t generation,
                       absl::Duration limit);
  uint32_t Start(const std::string& path, NodeId node, Job job, absl::Duration limit);

  // Nobody wants it any more. 0 and nothing: there is none.
  void Kill(uint32_t& job);
  void Drop(std::optional<NodeOfFile>& node);
  // It has died.
  void Forget(std::optional<NodeOfFile>& node);

  // The file that the job was for, which has ended; nothing if it is nobody's.
  std::optional<std::string> TakeOwnerOfJob(uint32_t job);
  std::optional<std::string> OwnerOfNode(NodeId node) const;

 private:
  const std::unique_ptr<ParseTree>& tree_;
  std::map<uint32_t, std::string> job_file_;
  std::map<NodeId, std::string> node_file_;
};

}  // namespace astrolabe
