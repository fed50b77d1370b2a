// A question in words to the language model that chats, for whom a person waits.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lsp/server/language_model.h"
#include "lsp/server/progress.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

struct ChatQuestion {
  std::string path;   // of the file that it is about
  std::string title;  // what the client shows meanwhile
  std::string task;   // what the model is to do
  std::string text;   // and with what; what it can't read of its end is cut
  uint32_t max_tokens = 512;
  bool may_end_early = false;  // an answer cut at max_tokens is one as well
};

// A minute at most, and until nobody wants it. FailedPrecondition with the reason, for people; Cancelled.
absl::StatusOr<std::string> AskModel(Session& session, LanguageModel& model, ChatQuestion question,
                                     const Work& work);

// Shows the client that a model is at work, if the client can show it, until it is gone.
std::unique_ptr<WorkDoneProgress> ShowModelAtWork(Session& session, const std::string& title);

}  // namespace astrolabe::lsp
