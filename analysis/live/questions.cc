// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/questions.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "analysis/live/line_index.h"
#include "base/archive.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

// For an answer in the node itself or from a prepared one. If there is none it is asked again, in a child, with
// the limit of a question.
constexpr absl::Duration kFirstTryLimit = absl::Seconds(2);

// So often a process that answers may be killed from outside before the question is given up.
constexpr int kMaxKills = 3;

// Answered whatever the state of the file: by its text.
bool NeedsTextAlone(QuestionKind kind) { return kind == QuestionKind::kFormat; }

// It runs more of Clang's code than what only looks names up: the AST is not put at risk for it.
bool NeedsChild(QuestionKind kind) { return kind == QuestionKind::kRefactor; }

// Whether a kCheckText can be parsed on the preamble that the file has.
bool SuitsPreamble(const OpenFile& file, const Question& question) {
  return question.files.empty() && question.other.empty() && file.is_exact &&
         !file.AwaitsIncludes() && question.text.starts_with(file.preamble->text);
}

void AddUnsaved(Job& job, const std::string& path, const std::string& text) {
  for (size_t i = 0; i + 1 < job.unsaved.size(); i += 2) {
    if (job.unsaved[i] != path) continue;
    job.unsaved[i + 1] = text;
    return;
  }
  job.unsaved.push_back(path);
  job.unsaved.push_back(text);
}

bool NeedsNoAst(QuestionKind kind) {
  return kind == QuestionKind::kComplete || kind == QuestionKind::kSignatureHelp;
}

}  // namespace

CompletionPlace CompletionPlaceIn(const std::string& path, const OpenFile& file, size_t offset) {
  return {path, file.text, file.generation, file.preamble_size, file.preamble->node, offset};
}

void Questions::Add(QuestionId id, const std::string& path, Question question, QuestionDone done) {
  pending_.emplace(id, Pending{path, std::move(question), std::move(done)});
}

void Questions::Cancel(QuestionId id) {
  auto it = pending_.find(id);
  if (it == pending_.end()) return;
  // What only reads is over in a moment, and to kill it would cost the AST.
  if (it->second.job != 0 && it->second.is_child) tree_.KillJob(it->second.job);
  Finish(id, absl::CancelledError("cancelled"));
}

void Questions::Start(const std::string& path, const OpenFile& file) {
  std::vector<QuestionId> refused;
  std::vector<std::pair<QuestionId, absl::Status>> failed;
  for (auto& [id, pending] : pending_) {
    if (pending.path != path || pending.job != 0) continue;
    if (!file.refused.empty() && !NeedsTextAlone(pending.question.kind)) {
      refused.push_back(id);
    } else if (pending.question.kind == QuestionKind::kCheckText && file.preamble &&
               !SuitsPreamble(file, pending.question)) {
      absl::Status status = StartWhole(pending);
      if (status.ok()) {
        by_job_[pending.job] = id;
      } else {
        failed.emplace_back(id, std::move(status));
      }
    } else if (StartOne(pending, file)) {
      by_job_[pending.job] = id;
    }
  }
  for (QuestionId id : refused) Finish(id, absl::UnavailableError(file.refused));
  for (auto& [id, status] : failed) Finish(id, std::move(status));
}

absl::Status Questions::StartWhole(Pending& pending) {
  const Question& question = pending.question;
  absl::StatusOr<Job> job = job_of_(question.other.empty() ? pending.path : question.other);
  if (!job.ok()) return job.status();
  job->kind = JobKind::kWhole;
  job->text = question.text;
  for (const FileText& file : question.files) {
    if (file.path != job->file) AddUnsaved(*job, file.path, file.text);
  }
  pending.is_child = true;
  pending.job = tree_.StartJob(kRootNode, *std::move(job), limit_);
  return absl::OkStatus();
}

bool Questions::StartOne(Pending& pending, const OpenFile& file) {
  Job job;
  job.file = pending.path;
  job.question = Encode(pending.question);
  NodeId node = kRootNode;
  if (NeedsTextAlone(pending.question.kind)) {
    job.kind = JobKind::kText;
    job.text = file.text;
  } else if (NeedsNoAst(pending.question.kind)) {
    if (!file.preamble.has_value()) return false;
    job.kind = JobKind::kComplete;
    job.text = file.text;
    size_t offset = LineIndex(file.text).OffsetOf(pending.question.place);
    CompletionNodes::Start start = nodes_.Find(CompletionPlaceIn(pending.path, file, offset));
    job.preamble_size = start.parsed;
    pending.is_prepared = start.is_prepared;
    node = start.node;
  } else if (pending.question.kind == QuestionKind::kCheckText) {
    if (!file.preamble.has_value()) return false;
    job.kind = JobKind::kBody;
    job.text = pending.question.text;
    job.preamble_size = file.preamble->text.size();
    node = file.preamble->node;
  } else {
    if (!file.ast.has_value() || file.ast->generation < file.generation) return false;
    bool in_child = pending.cost_its_node || NeedsChild(pending.question.kind);
    job.kind = in_child ? JobKind::kAsk : JobKind::kRead;
    node = file.ast->node;
  }
  pending.is_child = job.kind != JobKind::kRead;
  bool has_second_try = !pending.is_child || pending.is_prepared;
  pending.job = tree_.StartJob(node, std::move(job),
                               has_second_try ? std::min(kFirstTryLimit, limit_) : limit_);
  return true;
}

void Questions::Fail(const std::string& path, const absl::Status& why) {
  std::vector<QuestionId> ids;
  for (auto& [id, pending] : pending_) {
    if (pending.path == path) ids.push_back(id);
  }
  for (QuestionId id : ids) Finish(id, why);
}

void Questions::FailAll(const absl::Status& why) {
  while (!pending_.empty()) Finish(pending_.begin()->first, why);
}

void Questions::Finish(QuestionId id, absl::StatusOr<std::string> answer) {
  auto it = pending_.find(id);
  if (it == pending_.end()) return;
  by_job_.erase(it->second.job);
  QuestionDone done = std::move(it->second.done);
  pending_.erase(it);
  done(std::move(answer));
}

bool Questions::HandleEnd(ParseEvent& event, std::optional<std::string>* again) {
  auto asked = by_job_.find(event.job);
  if (asked == by_job_.end()) return false;
  QuestionId id = asked->second;
  by_job_.erase(asked);
  Pending& pending = pending_.at(id);
  pending.job = 0;
  bool is_answered = event.delivered && event.result.status == ResultStatus::kOk;
  bool is_doubtful = std::exchange(pending.is_prepared, false) &&
                     (!is_answered || SaysNothing(pending.question.kind, event.result.shard));
  if (is_doubtful) {
    if (!event.lost) nodes_.Distrust(pending.path);
    *again = pending.path;
  } else if (is_answered) {
    Finish(id, std::move(event.result.shard));
  } else if (event.lost || (event.killed && ++pending.kills < kMaxKills)) {
    // It was killed from outside; or its node was replaced by that of a newer text, which will answer; or has died of it.
    pending.cost_its_node |= !pending.is_child;
    *again = pending.path;
  } else {
    Finish(id, absl::UnavailableError(StrCat("the compiler ", event.reason,
                                             event.where.empty() ? "" : " at ", event.where)));
  }
  return true;
}

}  // namespace astrolabe
