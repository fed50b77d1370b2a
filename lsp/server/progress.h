// Work-done progress: telling the client that something goes on, how far it is, and that it is over.
//
//   auto progress = WorkDoneProgress::Create(dispatcher.client());
//   progress->Begin("Indexing");
//   progress->Report("120/3000", 4);
//   progress->End("3,000 files in 12 s");
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lsp/server/client.h"

namespace astrolabe::lsp {

struct ProgressOptions {
  // Reports that come sooner after the last one are dropped, except that of 100 %.
  absl::Duration interval = absl::Milliseconds(100);
  std::function<absl::Time()> now = absl::Now;  // replaced by tests
};

// One piece of work: Begin, any number of Reports, End; calls out of that order do nothing, and a
// progress that is destroyed between Begin and End ends. Any thread.
class WorkDoneProgress {
 public:
  // Under a token that came with a request (RequestContext::work_done_token).
  WorkDoneProgress(std::shared_ptr<Client> client, ProgressToken token,
                   ProgressOptions options = {});
  // Under a token of its own, which the client is asked to accept (window/workDoneProgress/create); only
  // for clients with the capability window.workDoneProgress. What is reported before the client has
  // answered is not lost, as far as it still matters then; if it refuses, nothing is sent.
  static std::unique_ptr<WorkDoneProgress> Create(const std::shared_ptr<Client>& client,
                                                  ProgressOptions options = {});
  WorkDoneProgress(const WorkDoneProgress&) = delete;
  WorkDoneProgress& operator=(const WorkDoneProgress&) = delete;
  ~WorkDoneProgress();

  // `cancellable`: the client may show a button that sends window/workDoneProgress/cancel with token().
  void Begin(std::string title, bool cancellable = false);
  // `percentage` is 0 to 100, and is not shown falling.
  void Report(std::string message, std::optional<uint32_t> percentage = std::nullopt);
  void End(std::string message = {});

  const ProgressToken& token() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace astrolabe::lsp
