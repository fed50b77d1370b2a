// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/body_edit.h"

#include <algorithm>
#include <utility>

#include "analysis/live/line_index.h"

namespace astrolabe {
namespace {

// Whether a line that [begin, end) touches, or one that it is joined to by a backslash, has a '#' in it: it may
// be a directive, and what that defines is seen further down.
bool TouchesDirective(std::string_view text, size_t begin, size_t end) {
  size_t from = begin;
  std::string_view before;  // the lines ahead of it
  do {
    size_t newline = from == 0 ? std::string_view::npos : text.rfind('\n', from - 1);
    from = newline == std::string_view::npos ? 0 : newline;
    before = text.substr(0, from);
    if (before.ends_with('\r')) before.remove_suffix(1);
  } while (before.ends_with('\\'));
  size_t to = std::min(text.find('\n', end), text.size());
  return text.substr(from, to - from).find('#') != std::string_view::npos;
}

// Moves a place outside of the function from the old text to the new one.
CodePlace Moved(const BodyEdit& edit, CodePlace place) {
  if (place < edit.old_end) return place;
  if (place.line == edit.old_end.line) {
    place.column = place.column - edit.old_end.column + edit.new_end.column;
  }
  place.line = place.line - edit.old_end.line + edit.new_end.line;
  return place;
}

CodeRange Moved(const BodyEdit& edit, const CodeRange& range) {
  return {Moved(edit, range.begin), Moved(edit, range.end)};
}

}  // namespace

std::optional<BodyEdit> FindBodyEdit(std::string_view old_text,
                                     const std::vector<FunctionSpan>& functions,
                                     std::string_view new_text) {
  size_t common = std::min(old_text.size(), new_text.size());
  size_t begin = static_cast<size_t>(
      std::mismatch(old_text.begin(), old_text.begin() + static_cast<std::ptrdiff_t>(common),
                    new_text.begin())
          .first -
      old_text.begin());
  size_t behind = 0;  // bytes that are equal at the end
  while (behind < common - begin &&
         old_text[old_text.size() - behind - 1] == new_text[new_text.size() - behind - 1]) {
    ++behind;
  }
  size_t old_end = old_text.size() - behind;
  size_t new_end = new_text.size() - behind;
  auto next = std::upper_bound(functions.begin(), functions.end(), begin,
                               [](size_t at, const FunctionSpan& span) { return at < span.begin; });
  if (next == functions.begin()) return std::nullopt;
  const FunctionSpan& function = *std::prev(next);
  if (begin <= function.body || old_end >= function.end) return std::nullopt;
  if (TouchesDirective(old_text, begin, old_end) || TouchesDirective(new_text, begin, new_end)) {
    return std::nullopt;
  }
  BodyEdit edit;
  edit.index = static_cast<size_t>(std::prev(next) - functions.begin());
  edit.growth = static_cast<int64_t>(new_text.size()) - static_cast<int64_t>(old_text.size());
  edit.function = function;
  edit.function.end = static_cast<uint32_t>(function.end + edit.growth);
  edit.old_range = {PlaceIn(old_text, function.begin), PlaceIn(old_text, function.end)};
  edit.new_range = {edit.old_range.begin, PlaceIn(new_text, edit.function.end)};
  edit.old_end = PlaceIn(old_text, old_end);
  edit.new_end = PlaceIn(new_text, new_end);
  return edit;
}

bool HasSameFunctions(const BodyEdit& edit, const std::vector<FunctionSpan>& before,
                      const std::vector<FunctionSpan>& now) {
  if (now.size() != before.size() || now[edit.index] != edit.function) return false;
  for (size_t i = 0; i < now.size(); ++i) {
    int64_t growth = i > edit.index ? edit.growth : 0;
    if (now[i].begin != before[i].begin + growth) return false;
  }
  return true;
}

std::vector<LiveDiagnostic> MergeDiagnostics(const BodyEdit& edit, const std::string& path,
                                             std::vector<LiveDiagnostic> before,
                                             std::vector<LiveDiagnostic> now) {
  auto is_in = [](const LiveDiagnostic& diagnostic, const CodeRange& range) {
    return range.begin <= diagnostic.range.begin && diagnostic.range.begin < range.end;
  };
  std::erase_if(now, [&](const auto& diagnostic) { return !is_in(diagnostic, edit.new_range); });
  for (LiveDiagnostic& diagnostic : before) {
    if (is_in(diagnostic, edit.old_range)) continue;
    diagnostic.range = Moved(edit, diagnostic.range);
    for (DiagnosticNote& note : diagnostic.notes) {
      if (note.location.path == path) note.location.range = Moved(edit, note.location.range);
    }
    for (DiagnosticFix& fix : diagnostic.fixes) {
      for (CodeEdit& change : fix.edits) change.range = Moved(edit, change.range);
    }
    now.push_back(std::move(diagnostic));
  }
  std::stable_sort(now.begin(), now.end(), [](const LiveDiagnostic& a, const LiveDiagnostic& b) {
    return a.range.begin < b.range.begin;
  });
  return now;
}

}  // namespace astrolabe
