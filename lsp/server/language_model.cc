// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/language_model.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "analysis/ai/model_files.h"
#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

std::vector<ModelProcess*> Borrowed(const std::vector<std::unique_ptr<ModelProcess>>& models) {
  std::vector<ModelProcess*> borrowed;
  for (const auto& model : models) borrowed.push_back(model.get());
  return borrowed;
}

}  // namespace

LanguageModel::Engine::Engine(std::vector<std::unique_ptr<ModelProcess>> models, std::string root,
                              const std::string& name)
    : models_(std::move(models)),
      suggester_(Borrowed(models_), LearntIn(ReadAiUsage(AiUsageFolder()))),
      usage_(AiUsageFolder(), std::move(root), name) {}

bool LanguageModel::Engine::IsRunning() const {
  return std::ranges::any_of(models_, [](const auto& model) { return model->pid() != 0; });
}

bool LanguageModel::IsWantedFor(const std::string& path) const {
  return session_.options()->ai && session_.ConfigOf(path)->completion.language_model;
}

std::unique_ptr<LanguageModel::Engine> LanguageModel::Start(std::vector<std::string> files,
                                                            uint32_t context,
                                                            const std::string& name) const {
  std::vector<std::unique_ptr<ModelProcess>> models;
  for (std::string& file : files) {
    ModelProcessOptions process;
    process.program = session_.program();
    process.setting.path = std::move(file);
    process.setting.context = context;
    models.push_back(std::make_unique<ModelProcess>(std::move(process)));
  }
  const auto workspaces = session_.workspaces();
  return std::make_unique<Engine>(std::move(models),
                                  workspaces.empty() ? "" : workspaces.front()->root(), name);
}

LanguageModel::Engine* LanguageModel::For(const std::string& path) {
  if (!IsWantedFor(path)) return nullptr;
  const std::shared_ptr<const ServerOptions> options = session_.options();
  absl::MutexLock lock(&mutex_);
  if (engine_ != nullptr || was_tried_) return engine_.get();
  was_tried_ = true;
  absl::StatusOr<std::vector<std::string>> files = ChooseModels(options->ai_model);
  if (!files.ok()) {
    session_.Tell(LogLevel::kInfo, StrCat("no language model: ", ToStd(files.status().message())));
    return nullptr;
  }
  engine_ = Start(*std::move(files), ModelSetting().context, "");
  return engine_.get();
}

LanguageModel::Engine* LanguageModel::Asked() {
  absl::MutexLock lock(&mutex_);
  return engine_.get();
}

absl::StatusOr<LanguageModel::Engine*> LanguageModel::ForChat(const std::string& path) {
  if (!IsWantedFor(path)) return absl::UnavailableError("language models are turned off here");
  const std::shared_ptr<const ServerOptions> options = session_.options();
  absl::MutexLock lock(&mutex_);
  if (chat_ != nullptr) return chat_.get();
  // Looked for each time: the user may follow what the error says while the server runs.
  absl::StatusOr<std::string> file = ChooseChatModel(options->ai_chat_model, "--ai-chat-model");
  if (!file.ok()) return file.status();
  chat_ = Start({*std::move(file)}, kChatContext, "chat");
  return chat_.get();
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
