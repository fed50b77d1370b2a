// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/progress.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/strings.h"
#include "lsp/protocol/methods.h"

namespace astrolabe::lsp {

// Shared with the callback that the client's acceptance comes to.
struct WorkDoneProgress::State {
  State(std::shared_ptr<Client> the_client, ProgressToken the_token, ProgressOptions the_options,
        bool is_accepted)
      : client(std::move(the_client)),
        token(std::move(the_token)),
        options(std::move(the_options)),
        accepted(is_accepted) {}

  // Sends what the client does not know yet. Under the lock, so that messages keep their order.
  void Send() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (!accepted) return;
    if (begin) {
      begin->message = std::exchange(report.message, std::nullopt);
      begin->percentage = report.percentage;
      client->Progress(token, *begin);
      begin.reset();
      last_sent = options.now();
      begun = true;
    } else if (begun && report.message &&
               (options.now() - last_sent >= options.interval || report.percentage == 100U)) {
      client->Progress(token, report);
      report.message.reset();
      last_sent = options.now();
    }
    if (begun && end) {
      client->Progress(token, *end);
      begun = false;
    }
  }

  const std::shared_ptr<Client> client;
  const ProgressToken token;
  const ProgressOptions options;

  absl::Mutex mutex;
  bool accepted ABSL_GUARDED_BY(mutex);
  bool started ABSL_GUARDED_BY(mutex) = false;  // Begin was called
  bool begun ABSL_GUARDED_BY(mutex) = false;    // and sent, and the end was not
  absl::Time last_sent ABSL_GUARDED_BY(mutex) = absl::InfinitePast();
  std::optional<WorkDoneProgressBegin> begin ABSL_GUARDED_BY(mutex);  // until it is sent
  WorkDoneProgressReport report ABSL_GUARDED_BY(mutex);  // the message only if it is not sent yet
  std::optional<WorkDoneProgressEnd> end ABSL_GUARDED_BY(mutex);
};

WorkDoneProgress::WorkDoneProgress(std::shared_ptr<Client> client, ProgressToken token,
                                   ProgressOptions options)
    : state_(
          std::make_shared<State>(std::move(client), std::move(token), std::move(options), true)) {}

std::unique_ptr<WorkDoneProgress> WorkDoneProgress::Create(const std::shared_ptr<Client>& client,
                                                           ProgressOptions options) {
  static std::atomic<int> last{0};
  auto progress = std::make_unique<WorkDoneProgress>(
      client, StrCat("astrolabe-", last.fetch_add(1) + 1), std::move(options));
  {
    absl::MutexLock lock(&progress->state_->mutex);
    progress->state_->accepted = false;
  }
  client->Call<WorkDoneProgressCreateRequest>(
      {.token = progress->token()},
      [state = progress->state_](const absl::StatusOr<std::monostate>& result) {
        absl::MutexLock lock(&state->mutex);
        state->accepted = result.ok();
        // Over before the client had agreed to see it: then it need not see it at all.
        if (!state->end) state->Send();
      });
  return progress;
}

WorkDoneProgress::~WorkDoneProgress() { End(); }

const ProgressToken& WorkDoneProgress::token() const { return state_->token; }

void WorkDoneProgress::Begin(std::string title, bool cancellable) {
  absl::MutexLock lock(&state_->mutex);
  if (std::exchange(state_->started, true)) return;
  state_->begin = WorkDoneProgressBegin{.title = std::move(title), .cancellable = cancellable};
  state_->Send();
}

void WorkDoneProgress::Report(std::string message, std::optional<uint32_t> percentage) {
  absl::MutexLock lock(&state_->mutex);
  if (!state_->started || state_->end) return;
  state_->report.message = std::move(message);
  if (percentage) {
    state_->report.percentage =
        std::max(std::min(*percentage, 100U), state_->report.percentage.value_or(0));
  }
  state_->Send();
}

void WorkDoneProgress::End(std::string message) {
  absl::MutexLock lock(&state_->mutex);
  if (!state_->started || state_->end) return;
  state_->end = WorkDoneProgressEnd{};
  if (!message.empty()) state_->end->message = std::move(message);
  state_->Send();
}

}  // namespace astrolabe::lsp
