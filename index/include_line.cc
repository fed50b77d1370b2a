// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/include_line.h"

namespace astrolabe {

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

std::string_view SpelledInclude(std::string_view directive) {
  for (std::string_view word : {"include_next", "include", "import"}) {
    if (!directive.starts_with(word)) continue;
    directive = TrimmedLine(directive.substr(word.size()));
    if (directive.empty() || (directive[0] != '"' && directive[0] != '<')) return {};
    const size_t end = directive.find(directive[0] == '<' ? '>' : '"', 1);
    return end == std::string_view::npos ? std::string_view() : directive.substr(0, end + 1);
  }
  return {};
}

}  // namespace astrolabe
