// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/opening_progress.h"

#include <utility>

#include "analysis/project/paths.h"
#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

// What is done sooner is not worth showing.
constexpr absl::Duration kUnshown = absl::Milliseconds(500);

}  // namespace

void OpeningProgress::Take(const std::string& path, std::string_view state) {
  const auto& window = session_.client_capabilities().window;
  if (!window || !window->work_done_progress.value_or(false)) return;
  std::unique_ptr<WorkDoneProgress> ended;  // outlives the lock
  absl::MutexLock lock(&mutex_);
  const auto [it, is_new] = files_.try_emplace(path);
  File& file = it->second;
  if (state == "idle") {
    file.is_parsed = true;
    ended = std::move(file.progress);
  } else if (file.progress != nullptr) {
    file.progress->Report(std::string(state));
  } else if (is_new) {
    session_.scheduler().Submit({.name = "lsp.opening_progress",
                                 .priority = TaskPriority::kOpenFile,
                                 .delay = kUnshown,
                                 .run = [this, path](const CancelToken&) { Show(path); }});
  }
}

void OpeningProgress::Show(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  const auto it = files_.find(path);
  if (it == files_.end() || it->second.is_parsed || it->second.progress != nullptr) return;
  it->second.progress = WorkDoneProgress::Create(session_.client());
  it->second.progress->Begin(StrCat("Opening ", BaseName(path)));
}

void OpeningProgress::Forget(const std::string& path) {
  std::unique_ptr<WorkDoneProgress> ended;
  absl::MutexLock lock(&mutex_);
  const auto it = files_.find(path);
  if (it == files_.end()) return;
  ended = std::move(it->second.progress);
  files_.erase(it);
}

}  // namespace astrolabe::lsp
