// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/text_tokens.h"

#include "clang/AST/ASTContext.h"
#include "clang/Lex/Lexer.h"
#include "index/ascii.h"

namespace astrolabe {

std::vector<TextToken> TokensOf(const LiveAst& ast) {
  std::vector<TextToken> tokens;
  const char* begin = ast.text.data();
  clang::Lexer lexer(clang::SourceLocation(), ast.context->getLangOpts(), begin, begin,
                     begin + ast.text.size());
  std::string_view directive;
  bool after_hash = false;
  for (;;) {
    clang::Token token;
    bool at_end = lexer.LexFromRawLexer(token);
    if (token.is(clang::tok::eof)) break;
    TextToken text;
    text.length = token.getLength();
    text.begin = static_cast<uint32_t>(lexer.getBufferLocation() - begin) - text.length;
    text.is_word = token.is(clang::tok::raw_identifier);
    text.starts_line = token.isAtStartOfLine();
    if (text.starts_line) {
      directive = {};
      after_hash = token.is(clang::tok::hash);
    } else if (after_hash) {
      after_hash = false;
      directive = text.is_word ? TextOf(ast, text) : std::string_view("#");
    }
    text.directive = directive;
    tokens.push_back(text);
    if (at_end) break;
  }
  return tokens;
}

TouchedText TouchedAt(const LiveAst& ast, CodePlace place) {
  uint32_t at = ast.OffsetOf(place);
  const std::string& text = ast.text;
  TouchedText touched{at, at, false};
  while (touched.begin > 0 && IsNameByte(text[touched.begin - 1])) --touched.begin;
  while (touched.end < text.size() && IsNameByte(text[touched.end])) ++touched.end;
  touched.is_word = touched.begin < touched.end;
  if (!touched.is_word && at < text.size()) ++touched.end;
  return touched;
}

std::string_view TextOf(const LiveAst& ast, const TextToken& token) {
  return std::string_view(ast.text).substr(token.begin, token.length);
}

CodeRange RangeOf(const LiveAst& ast, uint32_t begin, uint32_t end) {
  return {ast.PlaceAt(begin), ast.PlaceAt(end)};
}

}  // namespace astrolabe
