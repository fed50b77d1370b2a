// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/declaration_text.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

std::string_view Stripped(std::string_view line) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(line)));
}

// A line of a comment, already stripped: less what opens, closes and decorates it.
std::string_view WithoutMarkers(std::string_view line) {
  if (line.ends_with("*/")) line.remove_suffix(2);
  if (line.starts_with("//") || line.starts_with("/*")) line.remove_prefix(2);
  while (!line.empty() && (line.front() == '/' || line.front() == '*' || line.front() == '!')) {
    line.remove_prefix(1);
  }
  return Stripped(line);
}

}  // namespace

std::string DeclarationText(const TextBuffer& text, const DeclarationLines& lines) {
  const size_t first = lines.begin.line;
  const size_t end = std::min<size_t>({lines.end.line + 1, first + lines.limit, text.line_count()});
  std::string declaration;
  for (size_t line = first; line < end; ++line) {
    const std::string content = text.Line(line);
    const size_t body = lines.head_only ? content.find('{') : content.npos;
    declaration += content.substr(0, body);
    if (body != content.npos) {
      return StrCat(ToStd(absl::StripTrailingAsciiWhitespace(declaration)), ";\n");
    }
    declaration += '\n';
  }
  return declaration;
}

std::optional<std::string> CommentAbove(const TextBuffer& text, size_t line) {
  std::vector<std::string> lines;  // the last one first
  bool is_block = false;
  bool is_open = false;  // it begins further up
  while (line-- > 0) {
    const std::string content = text.Line(line);
    const std::string_view stripped = Stripped(content);
    if (lines.empty()) is_block = !stripped.starts_with("//") && stripped.ends_with("*/");
    if (!is_block && !stripped.starts_with("//")) break;
    const size_t opens = is_block ? stripped.find("/*") : stripped.npos;
    // Behind code on its line: about that.
    if (opens != stripped.npos && opens != 0) return std::nullopt;
    lines.emplace_back(WithoutMarkers(stripped));
    is_open = is_block && opens != 0;
    if (is_block && !is_open) break;
  }
  if (lines.empty() || is_open) return std::nullopt;
  std::reverse(lines.begin(), lines.end());
  return absl::StrJoin(lines, "\n");
}

}  // namespace astrolabe::lsp
