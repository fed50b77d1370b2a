// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/unified_diff.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "base/text/line_diff.h"

namespace astrolabe {
namespace {

constexpr size_t kContext = 3;

// With their ends.
std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// Lines [old_begin, old_end) become [new_begin, new_end).
struct Change {
  size_t old_begin = 0;
  size_t old_end = 0;
  size_t new_begin = 0;
  size_t new_end = 0;
};

// The line, counted from 0, that a byte is in.
size_t LineAt(std::string_view text, size_t offset) {
  return static_cast<size_t>(
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::vector<Change> ChangesOf(std::string_view before, std::string_view after) {
  std::vector<Change> changes;
  int64_t growth = 0;
  size_t old_lines = LinesOf(before).size();
  for (const ByteEdit& edit : DiffTexts(before, after)) {
    // From the start of the first line that is touched to the end of the last.
    size_t begin = edit.range.begin;
    while (begin > 0 && before[begin - 1] != '\n') --begin;
    size_t end = edit.range.end;
    bool at_line = end == begin && edit.replacement.ends_with('\n');
    while (!at_line && end < before.size() && (end == begin || before[end - 1] != '\n')) ++end;
    int64_t own = static_cast<int64_t>(edit.replacement.size()) -
                  static_cast<int64_t>(edit.range.end - edit.range.begin);
    Change change;
    change.old_begin = LineAt(before, begin);
    change.old_end = end == before.size() ? old_lines : LineAt(before, end);
    change.new_begin = LineAt(after, static_cast<size_t>(static_cast<int64_t>(begin) + growth));
    growth += own;
    size_t new_end = static_cast<size_t>(static_cast<int64_t>(end) + growth);
    change.new_end = LineAt(after, new_end);
    if (new_end == after.size() && !after.ends_with('\n') && new_end > 0) ++change.new_end;
    if (!changes.empty() && change.old_begin < changes.back().old_end) {
      changes.back().old_end = std::max(changes.back().old_end, change.old_end);
      changes.back().new_end = std::max(changes.back().new_end, change.new_end);
    } else {
      changes.push_back(change);
    }
  }
  return changes;
}

std::string RangeOf(size_t begin, size_t count) {
  if (count == 0) return StrCat(begin, ",0");
  return count == 1 ? StrCat(begin + 1) : StrCat(begin + 1, ",", count);
}

void AddLine(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

}  // namespace

std::string UnifiedDiff(std::string_view path, std::string_view before, std::string_view after) {
  if (before == after) return "";
  std::vector<std::string_view> was = LinesOf(before);
  std::vector<std::string_view> is = LinesOf(after);
  std::vector<Change> changes = ChangesOf(before, after);
  std::string out = StrCat("--- a/", path, "\n+++ b/", path, "\n");
  for (size_t i = 0; i < changes.size();) {
    size_t last = i;
    while (last + 1 < changes.size() &&
           changes[last + 1].old_begin <= changes[last].old_end + 2 * kContext) {
      ++last;
    }
    size_t lead = std::min(kContext, changes[i].old_begin);
    size_t begin = changes[i].old_begin - lead;
    size_t end = std::min(was.size(), changes[last].old_end + kContext);
    size_t new_begin = changes[i].new_begin - lead;
    size_t new_end = changes[last].new_end + (end - changes[last].old_end);
    out += StrCat("@@ -", RangeOf(begin, end - begin), " +",
                  RangeOf(new_begin, new_end - new_begin), " @@\n");
    size_t at = begin;
    for (; i <= last; ++i) {
      for (; at < changes[i].old_begin; ++at) AddLine(out, ' ', was[at]);
      for (; at < changes[i].old_end; ++at) AddLine(out, '-', was[at]);
      for (size_t line = changes[i].new_begin; line < changes[i].new_end; ++line) {
        AddLine(out, '+', is[line]);
      }
    }
    for (; at < end; ++at) AddLine(out, ' ', was[at]);
  }
  return out;
}

}  // namespace astrolabe
