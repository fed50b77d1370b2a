// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/completion_point.h"

#include <algorithm>
#include <optional>

#include "index/ascii.h"
#include "index/include_line.h"

namespace astrolabe {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

size_t LineBegin(std::string_view text, size_t offset) {
  if (offset == 0) return 0;
  size_t newline = text.rfind('\n', offset - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

void Blank(std::string& text, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

}  // namespace

CompletionPoint FindCompletionPoint(std::string_view text, uint32_t offset) {
  CompletionPoint point;
  size_t cursor = std::min<size_t>(offset, text.size());
  size_t begin = cursor;
  size_t end = cursor;
  size_t line_begin = LineBegin(text, cursor);
  if (const auto path = OpenIncludePath(text.substr(line_begin, cursor - line_begin))) {
    point.in_include = true;
    size_t slash = path->rfind('/');
    begin = cursor - (slash == std::string_view::npos ? path->size() : path->size() - slash - 1);
    // With the delimiter, which every option brings; of "a/|b/c" the rest is kept.
    while (end < text.size() && (IsNameByte(text[end]) || text[end] == '.' || text[end] == '-'))
      ++end;
    if (end < text.size() && (text[end] == '"' || text[end] == '>' || text[end] == '/')) ++end;
  } else {
    while (begin > 0 && IsNameByte(text[begin - 1])) --begin;
    while (end < text.size() && IsNameByte(text[end])) ++end;
    point.in_number = begin < cursor && IsDigit(text[begin]);
    // A destructor's name begins with its tilde, where it can be only that.
    if (begin > 1 && text[begin - 1] == '~' &&
        (text[begin - 2] == '.' || text[begin - 2] == '>' || text[begin - 2] == ':')) {
      --begin;
    }
  }
  size_t next = end;
  while (next < text.size() && IsBlank(text[next])) ++next;
  if (next < text.size() && text[next] != '\n' && text[next] != '\r') point.next = text[next];
  point.is_scope = text.substr(next).starts_with("::");
  point.begin = static_cast<uint32_t>(begin);
  point.cursor = static_cast<uint32_t>(cursor);
  point.end = static_cast<uint32_t>(end);
  size_t before = begin;
  while (before > 0 && (IsBlank(text[before - 1]) || text[before - 1] == '\n')) --before;
  std::string_view ahead = text.substr(0, before);
  point.is_qualified = ahead.ends_with(".") || ahead.ends_with("->") || ahead.ends_with("::");
  point.typed = std::string(text.substr(begin, cursor - begin));
  return point;
}

std::string TextToParse(std::string_view text, uint32_t preamble_size,
                        const CompletionPoint& point) {
  std::string result(text);
  // A NUL of the user's own could be taken for the point.
  std::replace(result.begin(), result.end(), '\0', ' ');
  size_t read_from = std::min<size_t>(preamble_size, text.size());
  size_t line = LineBegin(text, point.begin);
  bool ends_directive = point.begin == read_from && line < read_from &&
                        TrimmedLine(text.substr(line)).starts_with('#');
  if (point.begin < read_from || ends_directive) {
    // The preamble is in the past. Of the line in it, its directive can be completed.
    read_from = line;
    while (read_from > 1 && text[read_from - 2] == '\\') read_from = LineBegin(text, read_from - 1);
    result.resize(std::min(text.find('\n', point.end), text.size()));
  }
  Blank(result, 0, read_from);
  Blank(result, point.begin, point.end);
  return result;
}

}  // namespace astrolabe
