// The #include lines in the order that the file's .clang-format wants, each once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "absl/status/status.h"
#include "analysis/features/format/format.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"

namespace astrolabe {
namespace {

std::optional<std::string> Offer(const Selection& selection) {
  if (selection.ast().text.find("#include") == std::string::npos) return std::nullopt;
  return "organize includes";
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  TextChanges changes;
  for (const CodeEdit& edit : SortIncludes(ast.path, ast.text)) {
    changes.push_back({ast.OffsetOf(edit.range.begin), ast.OffsetOf(edit.range.end), edit.text});
  }
  if (changes.empty()) return absl::FailedPreconditionError("they are in order");
  return changes;
}

}  // namespace

extern const Refactoring kOrganizeIncludes = {"OrganizeIncludes", kOrganizeImports, Offer, Make};

}  // namespace astrolabe
