// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/declaration_start.h"

#include <algorithm>

#include "analysis/live/line_index.h"
#include "index/file_scanner.h"
#include "index/lexer.h"

namespace astrolabe {
namespace {

bool IsType(SymbolKind kind) {
  return kind == SymbolKind::kClass || kind == SymbolKind::kStruct || kind == SymbolKind::kUnion ||
         kind == SymbolKind::kEnum;
}

// The end of a declaration that the scanner ends with its brace: a type goes on up to its semicolon. 0 if something
// else follows, as the names of variables.
size_t BehindSemicolon(const std::string& text, size_t end) {
  if (end > 0 && text[end - 1] == ';') return end;
  const size_t next = text.find_first_not_of(" \t\r\n", end);
  return next != std::string::npos && text[next] == ';' ? next + 1 : 0;
}

}  // namespace

size_t DeclarationStart(const std::string& path, const std::string& text, size_t offset) {
  const LineIndex lines(text);
  auto offset_of = [&](const Position& position) -> size_t {
    return lines.OffsetOf({position.line, position.column});
  };
  FileScanner scanner;
  size_t best = 0;
  size_t inside_until = 0;
  for (const Symbol& symbol : scanner.Scan(text, LanguageHintOf(path)).symbols) {
    if (symbol.kind == SymbolKind::kInclude || symbol.kind == SymbolKind::kMacro) continue;
    const size_t begin = offset_of(symbol.begin);
    const size_t end = offset_of(symbol.end);
    if (begin >= offset) break;
    if (begin < inside_until) continue;
    if (symbol.kind == SymbolKind::kNamespace && end > offset) continue;
    if (end >= offset) return std::max(best, begin);
    inside_until = end;
    best = std::max(best, IsType(symbol.kind) ? BehindSemicolon(text, end) : end);
  }
  return std::min(best, offset);
}

}  // namespace astrolabe
