// A macro's use to what it stands for there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "analysis/features/symbols/macro_places.h"
#include "analysis/features/symbols/text_tokens.h"
#include "clang/AST/ASTContext.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "index/ascii.h"

namespace astrolabe {
namespace {

// What an expansion may grow to; more than that nobody wants to read.
constexpr size_t kMaxTokens = 2000;

struct Found {
  MacroPlace place;
  uint32_t end = 0;  // behind its arguments
};

// One behind the parenthesis that closes the one at token `open`; nothing if none does.
std::optional<uint32_t> EndOfArguments(const LiveAst& ast, const std::vector<TextToken>& tokens,
                                       size_t open) {
  int depth = 0;
  for (size_t i = open; i < tokens.size(); ++i) {
    const std::string_view text = TextOf(ast, tokens[i]);
    if (text == "#" && tokens[i].starts_line) return std::nullopt;
    if (text == "(") ++depth;
    if (text == ")" && --depth == 0) return tokens[i].end();
  }
  return std::nullopt;
}

std::optional<Found> Find(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const TouchedText word = TouchedAt(ast, ast.PlaceAt(selection.span().begin));
  if (!word.is_word || selection.span().end > word.end) return std::nullopt;
  std::optional<MacroPlace> place = FindMacroAt(ast, word.begin);
  if (!place || place->is_definition || place->macro == nullptr || place->macro->isBuiltinMacro()) {
    return std::nullopt;
  }
  // Another definition may have been the one that counted.
  if (ast.preprocessor->getMacroInfo(place->name) != place->macro) return std::nullopt;
  Found found{*place, place->end};
  const std::vector<TextToken> tokens = TokensOf(ast);
  const auto token = std::ranges::find(tokens, place->begin, &TextToken::begin);
  if (token == tokens.end() || !token->directive.empty()) return std::nullopt;
  if (!place->macro->isFunctionLike()) return found;
  const auto open = static_cast<size_t>(token - tokens.begin()) + 1;
  if (open >= tokens.size() || TextOf(ast, tokens[open]) != "(") return std::nullopt;
  const std::optional<uint32_t> end = EndOfArguments(ast, tokens, open);
  if (!end) return std::nullopt;
  found.end = *end;
  return found;
}

std::optional<std::string> Offer(const Selection& selection) {
  const std::optional<Found> found = Find(selection);
  if (!found) return std::nullopt;
  return "expand macro " + found->place.name->getName().str();
}

// The tokens in the span, as the preprocessor wants them, and an end.
std::vector<clang::Token> TokensIn(LiveAst& ast, TextSpan span) {
  std::vector<clang::Token> tokens;
  const char* text = ast.text.data();
  // The preamble and the rest are different files to the compiler.
  const auto location = [&](uint32_t offset) { return ast.LocationAt(ast.PlaceAt(offset)); };
  clang::Lexer lexer(clang::SourceLocation(), ast.context->getLangOpts(), text, text + span.begin,
                     text + ast.text.size());
  for (;;) {
    clang::Token& token = tokens.emplace_back();
    lexer.LexFromRawLexer(token);
    const auto end = static_cast<uint32_t>(lexer.getBufferLocation() - text);
    if (token.is(clang::tok::eof) || end > span.end) {
      token.startToken();
      token.setKind(clang::tok::eof);
      token.setLocation(location(span.begin));
      return tokens;
    }
    token.setLocation(location(end - token.getLength()));
    if (token.is(clang::tok::raw_identifier)) ast.preprocessor->LookUpIdentifierInfo(token);
  }
}

absl::StatusOr<std::string> Expanded(LiveAst& ast, TextSpan span) {
  clang::Preprocessor& preprocessor = *ast.preprocessor;
  const std::vector<clang::Token> tokens = TokensIn(ast, span);
  preprocessor.EnterTokenStream(tokens, /*DisableMacroExpansion=*/false, /*IsReinject=*/true);
  std::string text;
  for (size_t count = 0;; ++count) {
    if (count > kMaxTokens) return absl::FailedPreconditionError("it expands to too much");
    clang::Token token;
    preprocessor.Lex(token);
    if (token.is(clang::tok::eof)) return text;
    if (token.isAnnotation()) return absl::FailedPreconditionError("it expands to a directive");
    const std::string spelled = preprocessor.getSpelling(token);
    const bool merges = !text.empty() && IsNameByte(text.back()) && IsNameByte(spelled.front());
    if (!text.empty() && (merges || token.hasLeadingSpace() || token.isAtStartOfLine()))
      text += ' ';
    text += spelled;
  }
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  LiveAst& ast = selection.ast();
  const Found found = *Find(selection);
  const TextSpan span{found.place.begin, found.end};
  if (HoldsComment(ast, span)) {
    return absl::FailedPreconditionError("there is a comment in its arguments");
  }
  absl::StatusOr<std::string> text = Expanded(ast, span);
  if (!text.ok()) return text.status();
  const bool is_line =
      LineBegin(ast.text, span.begin) + IndentAt(ast.text, span.begin).size() == span.begin;
  if (text->empty() && is_line) return TextChanges{RemoveLines(ast, span)};
  return TextChanges{{span.begin, span.end, *std::move(text)}};
}

}  // namespace

extern const Refactoring kExpandMacro = {"ExpandMacro", kRewrite, Offer, Make};

}  // namespace astrolabe
