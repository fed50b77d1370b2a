// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/include_choice.h"

#include <utility>

namespace astrolabe::lsp {

IncludeChoice::IncludeChoice(std::shared_ptr<Workspace> workspace, const Indexes& indexes,
                             std::string path, std::string_view text)
    : workspace_(std::move(workspace)),
      path_(std::move(path)),
      text_(text),
      public_headers_(indexes.snapshot, workspace_->Sources(indexes).root) {}

std::string IncludeChoice::Spell(const std::string& header) {
  PublicHeaders::Choice choice = public_headers_.For(header, workspace_->IndexPath(path_));
  if (!choice.spelled.empty()) return choice.spelled;
  if (!folders_) {
    folders_.emplace();
    if (const auto project = workspace_->project()) {
      const CompileCommand command = project->CommandFor(path_);
      *folders_ = IncludeFoldersOf(command.arguments, command.directory);
    }
  }
  return SpellInclude(*folders_, path_, workspace_->ClientPath(choice.path), text_);
}

}  // namespace astrolabe::lsp
