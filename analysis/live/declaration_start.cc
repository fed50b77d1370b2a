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

DeclarationStarts::DeclarationStarts(const std::string& path, const std::string& text) {
  const LineIndex lines(text);
  auto offset_of = [&](const Position& position) -> size_t {
    return lines.OffsetOf({position.line, position.column});
  };
  FileScanner scanner;
  for (const Symbol& symbol : scanner.Scan(text, LanguageHintOf(path)).symbols) {
    if (symbol.kind == SymbolKind::kInclude || symbol.kind == SymbolKind::kMacro) continue;
    const size_t end = offset_of(symbol.end);
    declarations_.push_back({.begin = offset_of(symbol.begin),
                             .end = end,
                             .is_namespace = symbol.kind == SymbolKind::kNamespace,
                             .behind = IsType(symbol.kind) ? BehindSemicolon(text, end) : end});
  }
}

size_t DeclarationStarts::Of(size_t offset) const {
  size_t best = 0;
  size_t inside_until = 0;
  for (const Declaration& one : declarations_) {
    if (one.begin >= offset) break;
    if (one.begin < inside_until || (one.is_namespace && one.end > offset)) continue;
    if (one.end >= offset) return std::max(best, one.begin);
    inside_until = one.end;
    best = std::max(best, one.behind);
  }
  return std::min(best, offset);
}

}  // namespace astrolabe
