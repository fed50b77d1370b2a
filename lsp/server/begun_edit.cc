// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/begun_edit.h"

#include <algorithm>
#include <utility>

namespace astrolabe::lsp {
namespace {

uint32_t LineBreaks(std::string_view text) {
  return static_cast<uint32_t>(std::ranges::count(text, '\n'));
}

// Whether each error of `some` is one of `all`.
bool AreAmong(const ErrorCounts& some, const ErrorCounts& all) {
  return std::ranges::all_of(some, [&](const auto& error) {
    const auto same = all.find(error.first);
    return same != all.end() && error.second <= same->second;
  });
}

// All errors of that text, if they are known.
std::optional<ErrorCounts> KnownErrors(const DocumentDiagnostics& diagnostics,
                                       const DocumentSnapshot& document) {
  const std::shared_ptr<const KnownDiagnostics> known = diagnostics.Find(document->name.path);
  if (known == nullptr || known->generation != document->generation || !known->complete) {
    return std::nullopt;
  }
  return ErrorsAmong(*known);
}

}  // namespace

ChangedLines LinesOfChange(std::string_view before, std::string_view after) {
  const size_t shorter = std::min(before.size(), after.size());
  const size_t head = static_cast<size_t>(
      std::mismatch(before.begin(), before.begin() + shorter, after.begin()).first -
      before.begin());
  const size_t tail = static_cast<size_t>(
      std::mismatch(before.rbegin(), before.rbegin() + shorter, after.rbegin()).first -
      before.rbegin());
  // The two overlap where the edit could have been at several places: it is taken to have been at all of them.
  const size_t first = std::min(head, shorter - std::min(shorter, tail));
  const size_t kept = std::min(tail, shorter - head);
  ChangedLines lines;
  lines.first = LineBreaks(before.substr(0, first));
  lines.last_before = LineBreaks(before.substr(0, before.size() - kept));
  lines.last_after = LineBreaks(after.substr(0, after.size() - kept));
  return lines;
}

std::optional<EditedFile::Lines> GrownBy(const EditedFile::Lines& lines,
                                         const ChangedLines& change) {
  if (change.last_before < lines.first || change.first > lines.last) return std::nullopt;
  const uint32_t behind = std::max(lines.last, change.last_before) - change.last_before;
  return EditedFile::Lines{std::min(lines.first, change.first), change.last_after + behind};
}

BegunEdits::BegunEdits(Session& session, LiveDocuments& live) : session_(session), live_(live) {
  session_.OnDocument(
      [this](const DocumentSnapshot& document, DocumentEvent event) { Take(document, event); });
}

absl::StatusOr<std::optional<BegunEdit>> BegunEdits::Of(const DocumentSnapshot& document) {
  is_followed_ = true;
  absl::MutexLock lock(&mutex_);
  File& file = files_[document->name.path];
  if (file.now == nullptr) file.now = document;
  if (file.now->generation != document->generation) {
    return absl::FailedPreconditionError("the text has changed meanwhile");
  }
  return file.begun;
}

void BegunEdits::Know(const DocumentSnapshot& before, ErrorCounts errors) {
  absl::MutexLock lock(&mutex_);
  const auto file = files_.find(before->name.path);
  if (file == files_.end() || !file->second.begun || file->second.begun->before != before) return;
  file->second.begun->errors = std::move(errors);
}

bool BegunEdits::IsFollowed() const {
  if (!session_.options()->ai) return false;
  if (is_followed_) return true;
  const auto& capabilities = session_.client_capabilities().text_document;
  return capabilities && capabilities->inline_completion;
}

void BegunEdits::Take(const DocumentSnapshot& document, DocumentEvent event) {
  const std::string& path = document->name.path;
  if (path.empty()) return;  // of no file: it is not parsed
  const bool goes_on = IsFollowed() && event != DocumentEvent::kClosed;
  absl::MutexLock lock(&mutex_);
  if (!goes_on || event == DocumentEvent::kOpened) files_.erase(path);
  if (!goes_on) return;
  File& file = files_[path];
  if (file.now != nullptr && file.now->generation != document->generation)
    TakeEdit(document, &file);
  file.now = document;
}

void BegunEdits::TakeEdit(const DocumentSnapshot& document, File* file) {
  const ChangedLines change = LinesOfChange(file->now->text.ToString(), document->text.ToString());
  std::optional<ErrorCounts> errors = KnownErrors(live_.diagnostics(), file->now);
  if (file->begun) {
    const std::optional<ErrorCounts>& begun_with = file->begun->errors;
    const bool is_whole = errors && begun_with && AreAmong(*errors, *begun_with);
    const auto lines = GrownBy(file->begun->lines, change);
    if (lines && !is_whole) {
      file->begun->lines = *lines;
      return;
    }
  }
  file->begun = {file->now, std::move(errors), {change.first, change.last_after}};
}

}  // namespace astrolabe::lsp
