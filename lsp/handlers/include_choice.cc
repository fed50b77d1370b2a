// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/include_choice.h"

#include <utility>

namespace astrolabe::lsp {
namespace {

// With the delimiters that the configuration wants for the header. One that it wants with both keeps its own.
std::string InStyle(const Config& config, const std::string& header, std::string spelled) {
  if (spelled.size() < 2) return spelled;
  const bool is_quoted = MatchesAny(config.style.quoted_headers, header);
  const bool is_angled = MatchesAny(config.style.angled_headers, header);
  if (is_quoted == is_angled) return spelled;
  spelled.front() = is_quoted ? '"' : '<';
  spelled.back() = is_quoted ? '"' : '>';
  return spelled;
}

}  // namespace

IncludeChoice::IncludeChoice(std::shared_ptr<Workspace> workspace, const Indexes& indexes,
                             std::string path, std::string_view text)
    : workspace_(std::move(workspace)),
      path_(std::move(path)),
      text_(text),
      config_(workspace_->ConfigOf(path_)),
      public_headers_(indexes.snapshot, workspace_->Sources(indexes).root) {}

std::string IncludeChoice::Spell(const std::string& header) {
  PublicHeaders::Choice choice = public_headers_.For(header, workspace_->IndexPath(path_));
  if (!choice.spelled.empty()) return choice.spelled;
  if (!folders_) {
    folders_.emplace();
    if (const auto command = workspace_->CommandFor(path_)) {
      *folders_ = IncludeFoldersOf(command->arguments, command->directory);
    }
  }
  const std::string path = workspace_->ClientPath(choice.path);
  return InStyle(*config_, path, SpellInclude(*folders_, path_, path, text_));
}

}  // namespace astrolabe::lsp
