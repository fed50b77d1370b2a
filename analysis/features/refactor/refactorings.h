// What a refactoring is. To add one: a file with its kNAME, and its name in the list of answer.cc.
//
// A refactoring looks at a selection and says whether it applies; asked for its edits, it gives changes to the text
// or the reason why not. It decides by the AST and edits the text: what it does not change stays as it was typed.
// Macros and templates are refused wherever the result could be wrong; what is left of that is found by whoever
// parses the edited text (lsp/server/edit_check.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/selection.h"

namespace astrolabe {

// Of a file beside that of the selection.
struct OtherFile {
  std::string path;      // absolute
  bool creates = false;  // it is not there yet
  std::string text;      // that the changes are of
  TextChanges changes;
};

struct FilesChanges {
  TextChanges changes;  // of the file of the selection
  std::vector<OtherFile> others;
  std::optional<SignatureChange> signature;  // then there is nothing else
};

struct Refactoring {
  std::string_view id;    // clangd's name for it, where clangd has it
  std::string_view kind;  // as LSP names them: "refactor.extract", …
  // The title under which it is offered; nothing if it does not apply here.
  std::optional<std::string> (*offer)(const Selection& selection);
  // Only called where it is offered. An error says why not, for people.
  absl::StatusOr<TextChanges> (*make)(const Selection& selection);
  // In place of `make`, for one that is about more than the file of the selection.
  absl::StatusOr<FilesChanges> (*make_in_files)(const Selection& selection) = nullptr;
};

inline constexpr std::string_view kExtract = "refactor.extract";
inline constexpr std::string_view kInline = "refactor.inline";
inline constexpr std::string_view kRewrite = "refactor.rewrite";
inline constexpr std::string_view kMove = "refactor.move";
inline constexpr std::string_view kQuickFix = "quickfix";
inline constexpr std::string_view kOrganizeImports = "source.organizeImports";

}  // namespace astrolabe
