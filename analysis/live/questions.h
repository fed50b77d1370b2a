// What is asked of open files: from the call until the answer.
//
// A question waits until its file has what it needs: the AST of the newest text, or for completion the preamble. What
// only reads is answered by the AST's own process; if that takes too long or costs the process its life, the question
// is put again to a child of the process that takes its place. Completion goes to the node that has parsed most
// of what is ahead of the cursor (completion_nodes.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "analysis/batch/parse_tree.h"
#include "analysis/live/answers.h"
#include "analysis/live/completion_nodes.h"
#include "analysis/live/open_file.h"

namespace astrolabe {

using QuestionId = uint64_t;  // 0 is none
using QuestionDone = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;

// The place in a file with a preamble, for CompletionNodes.
CompletionPlace CompletionPlaceIn(const std::string& path, const OpenFile& file, size_t offset);

// One thread, that of `tree`. Every question ends with one call of its `done`.
class Questions {
 public:
  // How to parse a file, open or not: file, directory, arguments and what else is open.
  using JobOf = std::function<absl::StatusOr<Job>(const std::string& path)>;

  // `limit`: of one question, in a process of its own.
  Questions(ParseTree& tree, CompletionNodes& nodes, JobOf job_of, absl::Duration limit)
      : tree_(tree), nodes_(nodes), job_of_(std::move(job_of)), limit_(limit) {}

  void Add(QuestionId id, const std::string& path, Question question, QuestionDone done);
  void Cancel(QuestionId id);
  // The state of the file may be another now: starts what can be asked, and fails all if it is refused.
  void Start(const std::string& path, const OpenFile& file);
  void Fail(const std::string& path, const absl::Status& why);
  void FailAll(const absl::Status& why);

  bool empty() const { return pending_.empty(); }

  // Whether the job that has ended was one of ours. `again` is then the file whose questions have to be
  // started again, if any.
  bool HandleEnd(ParseEvent& event, std::optional<std::string>* again);

 private:
  struct Pending {
    std::string path;
    Question question;
    QuestionDone done;
    uint32_t job = 0;            // 0: waits for a node
    bool is_child = false;       // what answers is a process of its own
    bool is_prepared = false;    // it is asked on one of nodes_
    bool cost_its_node = false;  // the node that should have answered died with it
    int kills = 0;               // of processes that should have answered
  };

  // Whether the file has the node to ask.
  bool StartOne(Pending& pending, const OpenFile& file);
  // A kCheckText that needs a parse from the first line.
  absl::Status StartWhole(Pending& pending);
  void Finish(QuestionId id, absl::StatusOr<std::string> answer);

  ParseTree& tree_;
  CompletionNodes& nodes_;
  const JobOf job_of_;
  const absl::Duration limit_;
  std::map<QuestionId, Pending> pending_;
  std::map<uint32_t, QuestionId> by_job_;
};

}  // namespace astrolabe
