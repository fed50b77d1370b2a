// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/file_jobs.h"

#include <utility>

namespace astrolabe {

NodeOfFile FileJobs::StartNode(const std::string& path, NodeId parent, Job job, uint64_t generation,
                               absl::Duration limit) {
  NodeOfFile made;
  made.generation = generation;
  made.started = absl::Now();
  made.parent = parent;
  made.text = job.text;
  made.job = tree_->StartJob(parent, std::move(job), limit, &made.node);
  node_file_[made.node] = path;
  job_file_[made.job] = path;
  return made;
}

uint32_t FileJobs::Start(const std::string& path, NodeId node, Job job, absl::Duration limit) {
  const uint32_t started = tree_->StartJob(node, std::move(job), limit);
  job_file_[started] = path;
  return started;
}

void FileJobs::Kill(uint32_t& job) {
  if (job == 0) return;
  tree_->KillJob(job);
  job_file_.erase(std::exchange(job, 0));
}

void FileJobs::Drop(std::optional<NodeOfFile>& node) {
  if (!node) return;
  if (node->ready) {
    tree_->CloseNode(node->node);
  } else {
    tree_->KillJob(node->job);
  }
  Forget(node);
}

void FileJobs::Forget(std::optional<NodeOfFile>& node) {
  node_file_.erase(node->node);
  job_file_.erase(node->job);
  node.reset();
}

std::optional<std::string> FileJobs::TakeOwnerOfJob(uint32_t job) {
  auto owner = job_file_.extract(job);
  if (owner.empty()) return std::nullopt;
  return std::move(owner.mapped());
}

std::optional<std::string> FileJobs::OwnerOfNode(NodeId node) const {
  auto owner = node_file_.find(node);
  return owner != node_file_.end() ? std::optional(owner->second) : std::nullopt;
}

}  // namespace astrolabe
