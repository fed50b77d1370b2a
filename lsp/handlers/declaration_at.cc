// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/declaration_at.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "index/file_scanner.h"
#include "lsp/handlers/declaration_text.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

bool IsClassKind(astrolabe::SymbolKind kind) {
  return kind == astrolabe::SymbolKind::kClass || kind == astrolabe::SymbolKind::kStruct ||
         kind == astrolabe::SymbolKind::kUnion || kind == astrolabe::SymbolKind::kEnum;
}

// Finds the braces around its body, the last ones that it has.
void FindBody(std::string_view text, OutlinedDeclaration* declaration) {
  const ByteRange all = declaration->all;
  const SourceTokens source{TextBuffer(text.substr(all.begin, all.end - all.begin))};
  const std::vector<Token>& tokens = source.tokens;
  declaration->head_end = all.end;
  size_t close = tokens.size();
  while (close > 0 && source.Text(tokens[close - 1]) == ";") --close;
  if (close == 0 || source.Text(tokens[close - 1]) != "}") return;
  size_t open = close - 1;
  for (int depth = 1; depth > 0 && open > 0;) {
    const std::string_view token = source.Text(tokens[--open]);
    depth += token == "}" ? 1 : token == "{" ? -1 : 0;
  }
  if (source.Text(tokens[open]) != "{") return;
  declaration->head_end = all.begin + tokens[open].offset;
  if (open + 2 == close && !declaration->is_class) {
    declaration->empty_body =
        ByteRange{all.begin + tokens[open].end(), all.begin + tokens[close - 1].offset};
  }
}

bool LacksComment(const TextBuffer& text, size_t begin) {
  const size_t line = text.CountsBefore(begin).line_breaks;
  const std::string ahead = text.Substring(text.LineStart(line), begin);
  return ahead.find_first_not_of(" \t") == ahead.npos && !CommentAbove(text, line);
}

}  // namespace

std::optional<OutlinedDeclaration> DeclarationAt(const TextBuffer& text, std::string_view path,
                                                 size_t offset) {
  const std::string bytes = text.ToString();
  FileScanner scanner;
  std::optional<OutlinedDeclaration> innermost;
  for (const Symbol& symbol : scanner.Scan(bytes, LanguageHintOf(path)).symbols) {
    OutlinedDeclaration declaration;
    declaration.all = {OffsetOfPlace(text, symbol.begin), OffsetOfPlace(text, symbol.end)};
    if (offset < declaration.all.begin || declaration.all.end < offset) continue;
    declaration.is_class = IsClassKind(symbol.kind);
    const bool is_wanted = declaration.is_class || IsFunctionKind(symbol.kind);
    if (!is_wanted || symbol.name.empty()) continue;
    declaration.name =
        symbol.scope.empty() ? std::string(symbol.name) : StrCat(symbol.scope, "::", symbol.name);
    FindBody(bytes, &declaration);
    const bool is_at = offset <= declaration.head_end || declaration.empty_body.has_value();
    if (!is_at) continue;
    declaration.lacks_comment = LacksComment(text, declaration.all.begin);
    innermost = std::move(declaration);
  }
  return innermost;
}

bool HaveSameTokens(std::string_view a, std::string_view b) {
  const SourceTokens first{TextBuffer(a)};
  const SourceTokens second{TextBuffer(b)};
  return std::ranges::equal(first.tokens, second.tokens, [&](const Token& x, const Token& y) {
    return first.Text(x) == second.Text(y);
  });
}

}  // namespace astrolabe::lsp
