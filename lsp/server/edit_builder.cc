// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/edit_builder.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "lsp/documents/uri.h"

namespace astrolabe::lsp {

EditBuilder::EditBuilder(const Session& session) : session_(session) {
  const auto& workspace = session.client_capabilities().workspace;
  if (!workspace || !workspace->workspace_edit) return;
  has_document_changes_ = workspace->workspace_edit->document_changes.value_or(false);
  const auto& operations = workspace->workspace_edit->resource_operations;
  can_create_ = has_document_changes_ && operations &&
                std::ranges::any_of(*operations, [](const ResourceOperationKind& kind) {
                  return kind.value == ResourceOperationKind::kCreate;
                });
  has_annotations_ =
      has_document_changes_ && workspace->workspace_edit->change_annotation_support.has_value();
}

void EditBuilder::Replace(const DocumentUri& uri, const Range& range, std::string new_text) {
  by_document_[uri].push_back({range, std::move(new_text), {}});
}

void EditBuilder::Propose(const DocumentUri& uri, const Range& range, std::string new_text,
                          const std::string& reason) {
  if (has_annotations_) {
    annotations_.try_emplace(
        reason, ChangeAnnotation{.label = reason, .needs_confirmation = true, .description = {}});
  }
  by_document_[uri].push_back(
      {range, std::move(new_text), has_annotations_ ? reason : std::string()});
}

void EditBuilder::Create(const DocumentUri& uri, std::string text) {
  created_.insert(uri);
  Replace(uri, Range(), std::move(text));
}

// By their start, each once; those of one start in the order in which they came.
std::vector<EditBuilder::Edit> EditBuilder::InOrder(std::vector<Edit> edits) {
  std::ranges::stable_sort(edits, {}, [](const Edit& edit) {
    return std::pair(edit.range.start.line, edit.range.start.character);
  });
  std::vector<Edit> once;
  size_t first = 0;  // of those that start where the last one does
  for (Edit& edit : edits) {
    if (once.empty() || once[first].range.start != edit.range.start) first = once.size();
    const bool is_there = std::ranges::any_of(
        once | std::views::drop(first),
        [&](const Edit& other) { return other.range == edit.range && other.text == edit.text; });
    if (!is_there) once.push_back(std::move(edit));
  }
  return once;
}

WorkspaceEdit EditBuilder::Take() {
  WorkspaceEdit result;
  for (auto& [uri, in_any_order] : by_document_) {
    std::vector<Edit> edits = InOrder(std::move(in_any_order));
    if (!has_document_changes_) {
      if (!result.changes) result.changes.emplace();
      std::vector<TextEdit>& changes = (*result.changes)[uri];
      for (Edit& edit : edits) changes.push_back({edit.range, std::move(edit.text)});
      continue;
    }
    if (!result.document_changes) result.document_changes.emplace();
    if (created_.contains(uri)) {
      CreateFile file;
      file.uri = uri;
      result.document_changes->push_back(std::move(file));
    }
    TextDocumentEdit document;
    document.text_document.uri = uri;
    const absl::StatusOr<DocumentName> name = ParseDocumentUri(uri);
    const DocumentSnapshot open = name.ok() ? session_.documents().Find(name->key()) : nullptr;
    if (open != nullptr) {
      document.text_document.version = static_cast<int32_t>(open->version);
    }
    for (Edit& edit : edits) {
      if (edit.annotation.empty()) {
        document.edits.push_back(TextEdit{edit.range, std::move(edit.text)});
      } else {
        document.edits.push_back(
            AnnotatedTextEdit{edit.range, std::move(edit.text), edit.annotation});
      }
    }
    result.document_changes->push_back(std::move(document));
  }
  if (!annotations_.empty()) result.change_annotations = std::move(annotations_);
  return result;
}

}  // namespace astrolabe::lsp
