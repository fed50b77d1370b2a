// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/refactor/code_text.h"

#include <algorithm>

#include "analysis/features/symbols/macro_places.h"
#include "analysis/features/symbols/text_tokens.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/CharInfo.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "index/language.h"

namespace astrolabe {
namespace {

std::optional<TextSpan> SpanOf(const LiveAst& ast, clang::CharSourceRange range) {
  const clang::SourceManager& sources = ast.context->getSourceManager();
  range = clang::Lexer::getAsCharRange(range, sources, ast.context->getLangOpts());
  if (range.isInvalid()) return std::nullopt;
  const auto [begin_id, begin] = sources.getDecomposedLoc(range.getBegin());
  const auto [end_id, end] = sources.getDecomposedLoc(range.getEnd());
  if (!ast.IsInFile(begin_id) || begin_id != end_id || end < begin) return std::nullopt;
  return TextSpan{begin, end};
}

// Calls use(token, offset) for the tokens from `begin` on, comments and all, until it gives false.
template <typename Use>
void LexFrom(const LiveAst& ast, uint32_t begin, Use use) {
  const char* text = ast.text.data();
  clang::Lexer lexer(clang::SourceLocation(), ast.context->getLangOpts(), text, text + begin,
                     text + ast.text.size());
  lexer.SetCommentRetentionState(true);
  clang::Token token;
  do {
    lexer.LexFromRawLexer(token);
    if (token.is(clang::tok::eof)) return;
  } while (use(token, static_cast<uint32_t>(lexer.getBufferLocation() - text) - token.getLength()));
}

}  // namespace

bool IsWritten(const LiveAst& ast, clang::SourceRange tokens) {
  if (!tokens.getBegin().isFileID() || !tokens.getEnd().isFileID()) return false;
  const clang::SourceManager& sources = ast.context->getSourceManager();
  return ast.IsInFile(sources.getFileID(tokens.getBegin()));
}

std::optional<TextSpan> ExpansionSpan(const LiveAst& ast, clang::SourceRange tokens) {
  if (tokens.isInvalid()) return std::nullopt;
  const clang::SourceManager& sources = ast.context->getSourceManager();
  return SpanOf(ast, sources.getExpansionRange(clang::CharSourceRange::getTokenRange(tokens)));
}

std::optional<TextSpan> WholeSpan(const LiveAst& ast, clang::SourceRange tokens) {
  if (tokens.isInvalid()) return std::nullopt;
  if (IsWritten(ast, tokens)) return SpanOf(ast, clang::CharSourceRange::getTokenRange(tokens));
  const clang::SourceManager& sources = ast.context->getSourceManager();
  const clang::LangOptions& language = ast.context->getLangOpts();
  clang::SourceLocation begin = tokens.getBegin();
  clang::SourceLocation end = tokens.getEnd();
  if (begin.isMacroID() &&
      !clang::Lexer::isAtStartOfMacroExpansion(begin, sources, language, &begin)) {
    return std::nullopt;
  }
  if (end.isMacroID() && !clang::Lexer::isAtEndOfMacroExpansion(end, sources, language, &end)) {
    return std::nullopt;
  }
  return SpanOf(ast, clang::CharSourceRange::getTokenRange(begin, end));
}

std::optional<TextSpan> StatementSpan(const LiveAst& ast, const clang::Stmt& statement) {
  std::optional<TextSpan> span = WholeSpan(ast, statement.getSourceRange());
  if (!span) return std::nullopt;
  const uint32_t next = SkipSpace(ast, span->end);
  const bool ends =
      span->size() > 0 && (ast.text[span->end - 1] == ';' || ast.text[span->end - 1] == '}');
  if ((!ends || llvm::isa<clang::Expr, clang::ReturnStmt, clang::DoStmt>(statement)) &&
      next < ast.text.size() && ast.text[next] == ';') {
    span->end = next + 1;
  }
  return span;
}

std::optional<TextSpan> StatementSpanOf(const LiveAst& ast, clang::SourceRange tokens) {
  std::optional<TextSpan> span = WholeSpan(ast, tokens);
  if (!span) return std::nullopt;
  const uint32_t next = SkipSpace(ast, span->end);
  if (next < ast.text.size() && ast.text[next] == ';') span->end = next + 1;
  return span;
}

bool HoldsMacros(LiveAst& ast, TextSpan span) {
  for (const MacroPlace& place : FindMacroPlaces(ast)) {
    if (place.begin < span.end && span.begin < place.end) return true;
  }
  bool holds_directive = false;
  LexFrom(ast, span.begin, [&](const clang::Token& token, uint32_t offset) {
    if (offset >= span.end) return false;
    holds_directive = token.is(clang::tok::hash) && token.isAtStartOfLine();
    return !holds_directive;
  });
  return holds_directive;
}

std::string_view TextOf(const LiveAst& ast, TextSpan span) {
  return std::string_view(ast.text).substr(span.begin, span.size());
}

std::string_view TextOf(const LiveAst& ast, clang::SourceRange tokens) {
  const std::optional<TextSpan> span = WholeSpan(ast, tokens);
  return span ? TextOf(ast, *span) : std::string_view();
}

std::optional<uint32_t> OffsetOf(const LiveAst& ast, clang::SourceLocation location) {
  if (location.isInvalid() || !location.isFileID()) return std::nullopt;
  const auto [id, offset] = ast.context->getSourceManager().getDecomposedLoc(location);
  if (!ast.IsInFile(id)) return std::nullopt;
  return offset;
}

uint32_t SkipSpace(const LiveAst& ast, uint32_t offset) {
  auto found = static_cast<uint32_t>(ast.text.size());
  LexFrom(ast, offset, [&](const clang::Token& token, uint32_t at) {
    if (token.is(clang::tok::comment)) return true;
    found = at;
    return false;
  });
  return found;
}

uint32_t SkipSpaceBack(const std::string& text, uint32_t offset) {
  while (offset > 0 && clang::isWhitespace(text[offset - 1])) --offset;
  return offset;
}

bool HoldsComment(const LiveAst& ast, TextSpan span) {
  bool holds = false;
  LexFrom(ast, span.begin, [&](const clang::Token& token, uint32_t offset) {
    if (offset >= span.end) return false;
    holds = token.is(clang::tok::comment);
    return !holds;
  });
  return holds;
}

std::string Reindented(const std::string& code, const std::string& from, const std::string& to) {
  if (code.find("R\"") != std::string::npos || from == to) return code;
  std::string moved;
  for (size_t line = 0; line < code.size();) {
    const size_t end = std::min(code.find('\n', line), code.size() - 1) + 1;
    std::string_view text = std::string_view(code).substr(line, end - line);
    const bool is_empty = text == "\n";
    if (line > 0 && !is_empty && text.starts_with(from)) {
      text.remove_prefix(from.size());
      moved += to;
    }
    moved += text;
    line = end;
  }
  return moved;
}

uint32_t BeginWithComments(const LiveAst& ast, uint32_t offset) {
  uint32_t begin = offset;
  for (uint32_t line = LineBegin(ast.text, offset); line > 0;) {
    const uint32_t above = LineBegin(ast.text, line - 1);
    const std::string_view text = std::string_view(ast.text).substr(above, line - above);
    const size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos || !text.substr(first).starts_with("//")) break;
    begin = above + static_cast<uint32_t>(first);
    line = above;
  }
  return begin;
}

TextChange RemoveLines(const LiveAst& ast, TextSpan span) {
  const std::string& text = ast.text;
  const uint32_t line = LineBegin(text, span.begin);
  const uint32_t end = LineEnd(text, span.end);
  const bool is_first = text.find_first_not_of(" \t", line) == span.begin;
  const size_t behind = text.find_first_not_of(" \t\r", span.end);
  const bool is_last = behind == std::string::npos || text[behind] == '\n';
  if (!is_first || !is_last) {
    // Its space goes with it.
    const bool has_space = span.end < text.size() && text[span.end] == ' ';
    return {span.begin, span.end + (has_space ? 1U : 0U), ""};
  }
  // Two empty lines are one too many.
  const bool after_empty = line >= 2 && text[line - 1] == '\n' && text[line - 2] == '\n';
  const bool ahead_of_empty = end < text.size() && text[end] == '\n';
  return {line, after_empty && ahead_of_empty ? end + 1 : end, ""};
}

bool NeedsNoParentheses(const LiveAst& ast, TextSpan span) {
  const std::string_view before =
      std::string_view(ast.text).substr(0, SkipSpaceBack(ast.text, span.begin));
  const uint32_t next = SkipSpace(ast, span.end);
  const char behind = next < ast.text.size() ? ast.text[next] : ';';
  const bool ends =
      behind == ')' || behind == ',' || behind == ';' || behind == '}' || behind == ']';
  const char last = before.empty() ? ';' : before.back();
  const bool assigns = last == '=' && !before.ends_with("==") && !before.ends_with("!=") &&
                       !before.ends_with("<=") && !before.ends_with(">=");
  const bool begins = last == '(' || last == ',' || last == '{' || last == '[' || last == ';' ||
                      assigns || before.ends_with("return");
  return begins && ends;
}

int OpenConditionals(const LiveAst& ast, TextSpan span) {
  int open = 0;
  for (const TextToken& token : TokensOf(ast)) {
    if (token.begin < span.begin || token.end() > span.end) continue;
    if (!token.is_word || token.directive.data() != ast.text.data() + token.begin) continue;
    if (token.directive.starts_with("if")) ++open;
    if (token.directive == "endif") --open;
  }
  return open;
}

bool IsHeader(const std::string& path) {
  return IsHeaderName(path) || RoleOfFileName(path) == SourceRole::kPart;
}

bool IsPrimary(const clang::Expr& expression) {
  const clang::Expr* inner = expression.IgnoreImplicit();
  if (const auto* op = llvm::dyn_cast<clang::CXXOperatorCallExpr>(inner)) {
    return op->getOperator() == clang::OO_Call || op->getOperator() == clang::OO_Subscript ||
           op->getOperator() == clang::OO_Arrow;
  }
  // As far as a sign or `!` ahead of it goes.
  return !llvm::isa<clang::BinaryOperator, clang::AbstractConditionalOperator, clang::CXXThrowExpr,
                    clang::CXXRewrittenBinaryOperator, clang::CXXFoldExpr>(inner);
}

std::string Negated(const LiveAst& ast, const clang::Expr& condition) {
  const clang::Expr* inner = condition.IgnoreImplicit();
  const std::string whole(TextOf(ast, inner->getSourceRange()));
  if (whole.empty()) return "";
  if (const auto* parenthesised = llvm::dyn_cast<clang::ParenExpr>(inner)) {
    const std::string negated = Negated(ast, *parenthesised->getSubExpr());
    return negated;
  }
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(inner)) {
    if (unary->getOpcode() == clang::UO_LNot) {
      return std::string(TextOf(ast, unary->getSubExpr()->IgnoreParenImpCasts()->getSourceRange()));
    }
  }
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(inner)) {
    // `!(a < b)` of numbers that may be NaN is no `a >= b`.
    const bool is_total = !binary->getLHS()->getType()->isFloatingType() || binary->isEqualityOp();
    if (binary->isComparisonOp() && binary->getOpcode() != clang::BO_Cmp && is_total &&
        !binary->isTypeDependent() && binary->getOperatorLoc().isFileID()) {
      const std::optional<TextSpan> left = WholeSpan(ast, binary->getLHS()->getSourceRange());
      const std::optional<TextSpan> right = WholeSpan(ast, binary->getRHS()->getSourceRange());
      const std::optional<uint32_t> sign = OffsetOf(ast, binary->getOperatorLoc());
      const auto size = static_cast<uint32_t>(binary->getOpcodeStr().size());
      if (left && right && sign) {
        const auto opposite = clang::BinaryOperator::negateComparisonOp(binary->getOpcode());
        return std::string(TextOf(ast, TextSpan{left->begin, *sign})) +
               clang::BinaryOperator::getOpcodeStr(opposite).str() +
               std::string(TextOf(ast, TextSpan{*sign + size, right->end}));
      }
    }
  }
  return IsPrimary(*inner) ? "!" + whole : "!(" + whole + ")";
}

std::string FreeName(const LiveAst& ast, TextSpan span, const std::string& wish) {
  std::string name = wish;
  const std::vector<TextToken> tokens = TokensOf(ast);
  // `a.name` and `a::name` mean another.
  const auto is_member = [&](const TextToken& token) {
    const std::string_view before =
        std::string_view(ast.text).substr(0, SkipSpaceBack(ast.text, token.begin));
    return before.ends_with(".") || before.ends_with("->") || before.ends_with("::");
  };
  const auto is_used = [&] {
    return std::any_of(tokens.begin(), tokens.end(), [&](const TextToken& token) {
      return token.is_word && token.begin >= span.begin && token.end() <= span.end &&
             TextOf(ast, token) == name && !is_member(token);
    });
  };
  const auto is_keyword = [&] {
    const clang::IdentifierInfo& word = ast.context->Idents.get(name);
    return word.isKeyword(ast.context->getLangOpts()) || word.hasMacroDefinition();
  };
  for (int number = 2; is_used() || is_keyword(); ++number) name = wish + std::to_string(number);
  return name;
}

}  // namespace astrolabe
