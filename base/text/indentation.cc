// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/text/indentation.h"

#include <algorithm>

namespace astrolabe {

uint32_t LineBegin(const std::string& text, uint32_t offset) {
  if (offset == 0) return 0;
  const size_t newline = text.rfind('\n', offset - 1);
  return newline == std::string::npos ? 0 : static_cast<uint32_t>(newline + 1);
}

uint32_t LineEnd(const std::string& text, uint32_t offset) {
  const size_t newline = text.find('\n', offset);
  return static_cast<uint32_t>(newline == std::string::npos ? text.size() : newline + 1);
}

std::string IndentAt(const std::string& text, uint32_t offset) {
  const uint32_t begin = LineBegin(text, offset);
  const size_t end = std::min(text.find_first_not_of(" \t", begin), text.size());
  return text.substr(begin, end - begin);
}

std::string IndentUnit(const std::string& text) {
  for (size_t at = text.find("{\n"); at != std::string::npos; at = text.find("{\n", at + 1)) {
    const auto line = static_cast<uint32_t>(at + 2);
    const std::string outside = IndentAt(text, static_cast<uint32_t>(at));
    const std::string inside = IndentAt(text, line);
    const bool is_blank = line + inside.size() < text.size() && text[line + inside.size()] == '\n';
    if (!is_blank && inside.size() > outside.size() && inside.starts_with(outside)) {
      return inside.substr(outside.size());
    }
  }
  return "  ";
}

}  // namespace astrolabe
