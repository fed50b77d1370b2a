// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/model_chat.h"

#include <utility>

#include "base/strings.h"
#include "lsp/server/progress.h"

namespace astrolabe::lsp {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(1);

}  // namespace

absl::StatusOr<std::string> AskModel(Session& session, LanguageModel& model, ChatQuestion question,
                                     const Work& work) {
  const absl::StatusOr<LanguageModel::Engine*> engine = model.ForChat(question.path);
  if (!engine.ok()) return absl::FailedPreconditionError(engine.status().message());
  const auto progress = ShowModelAtWork(session, question.title);
  const Scheduler::Waiting waits(session.scheduler());
  GenerationRequest request;
  request.document = question.title;
  request.messages = {{.role = "system", .text = std::move(question.task)},
                      {.role = "user", .text = std::move(question.text), .may_be_cut = true}};
  request.max_tokens = question.max_tokens;
  request.time_limit = kPatience;
  absl::StatusOr<Generation> answer = (*engine)->model().GenerateNow(std::move(request), work.stop);
  (*engine)->Count();
  if (absl::IsCancelled(answer.status())) return answer.status();
  if (!answer.ok()) {
    return absl::FailedPreconditionError(
        StrCat("the language model: ", ToStd(answer.status().message())));
  }
  if (answer->candidates.empty()) {
    return absl::FailedPreconditionError("the language model wrote nothing");
  }
  Candidate& candidate = answer->candidates.front();
  if (candidate.end == GenerationEnd::kTime) {
    return absl::FailedPreconditionError("the language model took longer than a minute");
  }
  if (candidate.end == GenerationEnd::kTokens && !question.may_end_early) {
    return absl::FailedPreconditionError(
        StrCat("the language model was not done after ", candidate.tokens, " tokens"));
  }
  return std::move(candidate.text);
}

std::unique_ptr<WorkDoneProgress> ShowModelAtWork(Session& session, const std::string& title) {
  const auto& window = session.client_capabilities().window;
  if (!window || !window->work_done_progress.value_or(false)) return nullptr;
  auto progress = WorkDoneProgress::Create(session.client());
  progress->Begin(title);
  return progress;
}

}  // namespace astrolabe::lsp
