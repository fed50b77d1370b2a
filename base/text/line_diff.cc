// Ends that agree are cut off bytewise, which is all there is to do for one edit; between them lines
// are compared as numbers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "base/text/code_units.h"

namespace astrolabe {
namespace {

struct Lines {
  std::vector<size_t> starts;  // and the end
  std::vector<uint32_t> ids;   // equal for equal lines

  size_t count() const { return ids.size(); }
};

using LineIds = absl::flat_hash_map<absl::string_view, uint32_t>;

Lines SplitLines(std::string_view text, LineIds& known) {
  Lines lines;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.starts.push_back(at);
    const auto id = static_cast<uint32_t>(known.size());
    lines.ids.push_back(known.try_emplace(ToAbsl(text.substr(at, end - at)), id).first->second);
    at = end;
  }
  lines.starts.push_back(text.size());
  return lines;
}

// Lines [before, before_end) become lines [after, after_end).
struct Hunk {
  size_t before = 0;
  size_t before_end = 0;
  size_t after = 0;
  size_t after_end = 0;
};

// Myers' greedy search. reach[d][k]: how far into `before` d differences lead on diagonal k - d, on
// which the place in `after` is x - (k - d). Nothing if a limit is met.
std::optional<std::vector<Hunk>> CompareLines(const Lines& before, const Lines& after,
                                              const DiffLimits& limits) {
  const auto before_count = static_cast<int64_t>(before.count());
  const auto after_count = static_cast<int64_t>(after.count());
  std::vector<std::vector<int32_t>> reach;
  size_t comparisons = 0;
  // The best start on diagonal `k` with `d` differences, from what d - 1 reach: down inserts, right removes.
  const auto comes_from_below = [&](int64_t d, int64_t k) {
    const std::vector<int32_t>& last = reach[d - 1];
    // Diagonals of d - 1 go from -(d - 1) to d - 1 in steps of two.
    return k == -d || (k != d && last[(k - 1 + d - 1) / 2] < last[(k + 1 + d - 1) / 2]);
  };
  int64_t d = 0;
  for (bool found = false; !found; ++d) {
    if (d > static_cast<int64_t>(limits.max_differences)) return std::nullopt;
    reach.emplace_back(d + 1);
    for (int64_t k = -d; k <= d && !found; k += 2) {
      int64_t x = 0;
      if (d > 0) {
        const std::vector<int32_t>& last = reach[d - 1];
        x = comes_from_below(d, k) ? last[(k + 1 + d - 1) / 2] : last[(k - 1 + d - 1) / 2] + 1;
      }
      int64_t y = x - k;
      while (x < before_count && y < after_count && y >= 0 && before.ids[x] == after.ids[y]) {
        ++x;
        ++y;
        if (++comparisons > limits.max_comparisons) return std::nullopt;
      }
      reach[d][(k + d) / 2] = static_cast<int32_t>(x);
      found = x >= before_count && y >= after_count;
    }
  }
  // Back along the path; neighbouring differences make one hunk.
  std::vector<Hunk> hunks;
  int64_t x = before_count;
  int64_t y = after_count;
  for (--d; d > 0; --d) {
    const int64_t k = x - y;
    const bool below = comes_from_below(d, k);
    const int64_t from_k = below ? k + 1 : k - 1;
    const int64_t from_x = reach[d - 1][(from_k + d - 1) / 2];
    const int64_t from_y = from_x - from_k;
    const int64_t to_x = below ? from_x : from_x + 1;
    const int64_t to_y = below ? from_y + 1 : from_y;
    if (!hunks.empty() && hunks.back().before == static_cast<size_t>(to_x) &&
        hunks.back().after == static_cast<size_t>(to_y)) {
      hunks.back().before = from_x;
      hunks.back().after = from_y;
    } else {
      hunks.push_back({static_cast<size_t>(from_x), static_cast<size_t>(to_x),
                       static_cast<size_t>(from_y), static_cast<size_t>(to_y)});
    }
    x = from_x;
    y = from_y;
  }
  std::reverse(hunks.begin(), hunks.end());
  return hunks;
}

// By how much a range that is only added, or only removed, has to go back to begin at the start of a line; at
// most `limit`, and 0 if another place would not be the same edit. Of a line that is typed ahead of one that
// begins like it, all is new then, and the other line is where it was.
size_t ToLineStart(std::string_view text, ByteRange range, size_t limit) {
  for (size_t back = 0;; ++back) {
    if (range.begin == back || text[range.begin - back - 1] == '\n') {
      return IsBoundary(text, range.end - back) ? back : 0;
    }
    if (back == limit || text[range.begin - back - 1] != text[range.end - back - 1]) return 0;
  }
}

// The edit that makes `after`'s bytes out of `before`'s, without what is equal at the ends. Boundaries
// are those of the whole texts.
ByteEdit TrimmedEdit(std::string_view before, ByteRange old_range, std::string_view after,
                     ByteRange new_range) {
  const size_t common = std::min(old_range.end - old_range.begin, new_range.end - new_range.begin);
  size_t prefix = 0;
  while (prefix < common && before[old_range.begin + prefix] == after[new_range.begin + prefix]) {
    ++prefix;
  }
  while (prefix > 0 && (!IsBoundary(before, old_range.begin + prefix) ||
                        !IsBoundary(after, new_range.begin + prefix))) {
    --prefix;
  }
  size_t suffix = 0;
  while (suffix < common - prefix &&
         before[old_range.end - suffix - 1] == after[new_range.end - suffix - 1]) {
    ++suffix;
  }
  while (suffix > 0 && (!IsBoundary(before, old_range.end - suffix) ||
                        !IsBoundary(after, new_range.end - suffix))) {
    --suffix;
  }
  ByteRange removed = {old_range.begin + prefix, old_range.end - suffix};
  ByteRange added = {new_range.begin + prefix, new_range.end - suffix};
  const size_t back = removed.begin == removed.end ? ToLineStart(after, added, prefix)
                      : added.begin == added.end   ? ToLineStart(before, removed, prefix)
                                                   : 0;
  for (size_t* place : {&removed.begin, &removed.end, &added.begin, &added.end}) *place -= back;
  return {.range = removed, .replacement = after.substr(added.begin, added.end - added.begin)};
}

}  // namespace

std::vector<ByteEdit> DiffTexts(std::string_view before, std::string_view after,
                                const DiffLimits& limits) {
  if (before == after) return {};
  const ByteEdit whole = TrimmedEdit(before, {0, before.size()}, after, {0, after.size()});
  if (whole.range.begin == whole.range.end || whole.replacement.empty()) return {whole};

  // To whole lines again, so that equal lines at the edges are found equal.
  const size_t prefix = before.substr(0, whole.range.begin).rfind('\n') + 1;
  const size_t line_feed = before.find('\n', whole.range.end);
  const size_t suffix = before.size() - std::min(line_feed, before.size() - 1) - 1;
  const ByteRange old_range = {prefix, before.size() - suffix};
  const ByteRange new_range = {prefix, after.size() - suffix};
  LineIds ids;
  const Lines old_lines = SplitLines(before.substr(0, old_range.end).substr(prefix), ids);
  const Lines new_lines = SplitLines(after.substr(0, new_range.end).substr(prefix), ids);
  if (old_lines.count() == 1 || new_lines.count() == 1) return {whole};
  const std::optional<std::vector<Hunk>> hunks = CompareLines(old_lines, new_lines, limits);
  if (!hunks) return {whole};
  std::vector<ByteEdit> edits;
  for (const Hunk& hunk : *hunks) {
    edits.push_back(TrimmedEdit(
        before,
        {prefix + old_lines.starts[hunk.before], prefix + old_lines.starts[hunk.before_end]}, after,
        {prefix + new_lines.starts[hunk.after], prefix + new_lines.starts[hunk.after_end]}));
  }
  return edits;
}

}  // namespace astrolabe
