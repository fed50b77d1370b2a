// From the AST to the text that was typed, and what there is to know about text when it is edited.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/features/live_ast.h"
#include "analysis/features/refactor/selection.h"
#include "base/text/indentation.h"

namespace clang {
class Expr;
class Stmt;
}  // namespace clang

namespace astrolabe {

// Replaces the bytes [begin, end) of the text.
struct TextChange {
  uint32_t begin = 0;
  uint32_t end = 0;
  std::string text;
};
using TextChanges = std::vector<TextChange>;  // in any order, none inside another

// Whether both ends of a range of tokens stand in the file themselves, outside of macros.
bool IsWritten(const LiveAst& ast, clang::SourceRange tokens);
// What a range of tokens covers, of macros the place of their use; nothing in another file.
std::optional<TextSpan> ExpansionSpan(const LiveAst& ast, clang::SourceRange tokens);
// The same if none of its tokens comes from half a macro: all of `MAX(a, b)` will do. Not what is inside the
// arguments of one, which may be used twice or not at all.
std::optional<TextSpan> WholeSpan(const LiveAst& ast, clang::SourceRange tokens);
// Of a statement with the semicolon that ends it; written as in WholeSpan.
std::optional<TextSpan> StatementSpan(const LiveAst& ast, const clang::Stmt& statement);
// The same of a declaration.
std::optional<TextSpan> StatementSpanOf(const LiveAst& ast, clang::SourceRange tokens);
// Whether a macro is expanded inside, or a directive of the preprocessor stands there.
bool HoldsMacros(LiveAst& ast, TextSpan span);

std::string_view TextOf(const LiveAst& ast, TextSpan span);
// Empty if it isn't all written in the file.
std::string_view TextOf(const LiveAst& ast, clang::SourceRange tokens);
// Offset of a place that stands in the file itself.
std::optional<uint32_t> OffsetOf(const LiveAst& ast, clang::SourceLocation location);

// Offset of the first token behind `offset` that is no white space and no comment.
uint32_t SkipSpace(const LiveAst& ast, uint32_t offset);
// The same to the left: one behind the last byte of a token. Comments are not looked through.
uint32_t SkipSpaceBack(const std::string& text, uint32_t offset);
// Whether a comment begins in the span.
bool HoldsComment(const LiveAst& ast, TextSpan span);

// Code with another indentation: its lines but the first begin with `from`, and then with `to`. As it is if it has a raw
// string.
std::string Reindented(const std::string& code, const std::string& from, const std::string& to);
// Where the comment lines begin that stand directly above the line of `offset`; `offset` if there are none.
uint32_t BeginWithComments(const LiveAst& ast, uint32_t offset);
// Takes the span away, and the lines that would be empty then with it.
TextChange RemoveLines(const LiveAst& ast, TextSpan span);
// Whether what stands around the span ends an expression on both sides: parentheses, commas, `=`, `return`.
bool NeedsNoParentheses(const LiveAst& ast, TextSpan span);
// How many conditionals of the preprocessor (#if … #endif) the span opens more than it closes.
int OpenConditionals(const LiveAst& ast, TextSpan span);
// By its name; what others include.
bool IsHeader(const std::string& path);

// Whether an expression can be an operand of anything without parentheses around it.
bool IsPrimary(const clang::Expr& expression);
// The text of a condition that holds where `condition` does not. Empty if it isn't all written in the file.
std::string Negated(const LiveAst& ast, const clang::Expr& condition);

// A name like `wish` that is no word in the span; "value", "value2", …
std::string FreeName(const LiveAst& ast, TextSpan span, const std::string& wish);

}  // namespace astrolabe
