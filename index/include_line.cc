// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/include_line.h"

#include <algorithm>

namespace astrolabe {
namespace {

char ClosingOf(char delimiter) { return delimiter == '<' ? '>' : '"'; }

// What a directive includes, from its delimiter on; empty for other directives.
std::string_view FromDelimiter(std::string_view directive) {
  const std::string_view name = DirectiveName(directive);
  if (!IsIncludeName(name)) return {};
  const std::string_view spelled = TrimmedLine(directive.substr(name.size()));
  return spelled.starts_with('"') || spelled.starts_with('<') ? spelled : std::string_view();
}

}  // namespace

std::string_view TrimmedLine(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string_view DirectiveOf(std::string_view line) {
  line = TrimmedLine(line);
  if (!line.starts_with('#')) return {};
  return TrimmedLine(line.substr(1));
}

std::string_view DirectiveName(std::string_view directive) {
  const auto is_of_name = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return {directive.begin(), std::ranges::find_if_not(directive, is_of_name)};
}

bool IsIncludeName(std::string_view name) {
  return name == "include" || name == "include_next" || name == "import";
}

std::string_view IncludeSpelling(std::string_view directive) {
  const std::string_view spelled = FromDelimiter(directive);
  if (spelled.empty()) return {};
  const size_t end = spelled.find(ClosingOf(spelled[0]), 1);
  return end == std::string_view::npos ? std::string_view() : spelled.substr(0, end + 1);
}

std::string_view WithoutDelimiters(std::string_view spelled) {
  return spelled.size() < 2 ? spelled : spelled.substr(1, spelled.size() - 2);
}

std::optional<std::string_view> OpenIncludePath(std::string_view line) {
  const std::string_view spelled = FromDelimiter(DirectiveOf(line));
  if (spelled.empty() || spelled.find(ClosingOf(spelled[0]), 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return std::string_view(spelled.begin() + 1, line.end());  // blanks at its end are of the path
}

}  // namespace astrolabe
