// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/language_model.h"

#include <utility>

#include "absl/status/statusor.h"
#include "analysis/ai/model_files.h"
#include "base/strings.h"

namespace astrolabe::lsp {

LanguageModel::Engine* LanguageModel::For(const std::string& path) {
  const std::shared_ptr<const ServerOptions> options = session_.options();
  if (!options->ai || !session_.ConfigOf(path)->completion.language_model) return nullptr;
  absl::MutexLock lock(&mutex_);
  if (engine_ != nullptr || was_tried_) return engine_.get();
  was_tried_ = true;
  absl::StatusOr<std::string> file = ChooseModel(options->ai_model);
  if (!file.ok()) {
    session_.Tell(LogLevel::kInfo, StrCat("no language model: ", ToStd(file.status().message())));
    return nullptr;
  }
  ModelProcessOptions process;
  process.program = session_.program();
  process.setting.path = *std::move(file);
  const auto workspaces = session_.workspaces();
  engine_ = std::make_unique<Engine>(std::move(process),
                                     workspaces.empty() ? "" : workspaces.front()->root());
  return engine_.get();
}

LanguageModel::Engine* LanguageModel::Asked() {
  absl::MutexLock lock(&mutex_);
  return engine_.get();
}

void LanguageModel::Tell(const absl::Status& failure) {
  const std::string message(failure.message());
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(told_, message) == message) return;
  }
  session_.Tell(LogLevel::kWarning, StrCat("language model: ", message));
}

}  // namespace astrolabe::lsp
