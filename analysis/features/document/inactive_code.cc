// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/document/inactive_code.h"

#include <algorithm>
#include <string_view>

#include "analysis/batch/preprocessor_record.h"

namespace astrolabe {
namespace {

bool IsDirective(const LiveAst& ast, uint32_t line) {
  if (line >= ast.lines.size()) return false;
  size_t first = ast.text.find_first_not_of(" \t", ast.lines[line]);
  return first != std::string::npos && ast.text[first] == '#';
}

}  // namespace

std::vector<LineSpan> InactiveLines(LiveAst& ast) {
  std::vector<LineSpan> spans;
  if (ast.record == nullptr) return spans;
  for (clang::FileID part : {ast.preamble, ast.main}) {
    if (part.isInvalid()) continue;
    for (const FileRun* run : ast.record->RunsOf(part)) {
      for (const SkippedRange& skipped : run->skipped) {
        if (skipped.begin >= ast.text.size()) continue;
        uint32_t size = static_cast<uint32_t>(ast.text.size());
        LineSpan span{ast.PlaceAt(skipped.begin).line + 1,
                      ast.PlaceAt(std::min(skipped.end, size)).line};
        // A condition may go on behind a backslash.
        while (span.first < ast.lines.size()) {
          std::string_view before(ast.text.data(), ast.lines[span.first] - 1);
          if (before.ends_with('\r')) before.remove_suffix(1);
          if (!before.ends_with('\\')) break;
          ++span.first;
        }
        // The directive at the end is not skipped; without one the file ends there. Of an #elif the
        // preprocessor has read the condition too, and stands behind it.
        if (skipped.end < size) {
          while (span.last >= span.first && !IsDirective(ast, span.last)) --span.last;
          if (span.last == 0) continue;
          --span.last;
        }
        if (span.first <= span.last && span.last < ast.lines.size()) spans.push_back(span);
      }
    }
  }
  std::sort(spans.begin(), spans.end(),
            [](const LineSpan& a, const LineSpan& b) { return a.first < b.first; });
  std::vector<LineSpan> apart;
  for (const LineSpan& span : spans) {
    if (!apart.empty() && span.first <= apart.back().last) {
      apart.back().last = std::max(apart.back().last, span.last);
    } else {
      apart.push_back(span);
    }
  }
  return apart;
}

InactiveRegionsAnswer MakeInactiveRegions(LiveAst& ast) {
  InactiveRegionsAnswer answer;
  for (const LineSpan& span : InactiveLines(ast)) {
    CodePlace end = ast.PlaceAt(ast.OffsetOf({span.last, 0x7FFFFFFF}));
    answer.regions.push_back({{span.first, 0}, end});
  }
  return answer;
}

}  // namespace astrolabe
