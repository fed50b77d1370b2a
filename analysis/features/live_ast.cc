// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/live_ast.h"

#include <algorithm>

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"

namespace astrolabe {
namespace {

CodePlace PlaceIn(std::string_view text, uint32_t offset) {
  std::string_view before = text.substr(0, std::min<size_t>(offset, text.size()));
  size_t line_begin = before.rfind('\n');
  line_begin = line_begin == std::string_view::npos ? 0 : line_begin + 1;
  return {static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')),
          static_cast<uint32_t>(before.size() - line_begin)};
}

// The file range that a range of tokens covers: of macro expansions, the place of the expansion.
clang::CharSourceRange FileRange(clang::SourceRange tokens, const clang::SourceManager& sources,
                                 const clang::LangOptions& language) {
  clang::CharSourceRange range =
      sources.getExpansionRange(clang::CharSourceRange::getTokenRange(tokens));
  return clang::Lexer::getAsCharRange(range, sources, language);
}

}  // namespace

CodePlace LiveAst::PlaceAt(uint32_t offset) const {
  if (line_begins.empty()) return PlaceIn(text, offset);
  auto next = std::upper_bound(line_begins.begin(), line_begins.end(), offset);
  uint32_t line = static_cast<uint32_t>(next - line_begins.begin()) - 1;
  return {line, offset - line_begins[line]};
}

uint32_t LiveAst::OffsetOf(CodePlace place) const {
  if (line_begins.empty() || place.line >= line_begins.size()) {
    return static_cast<uint32_t>(text.size());
  }
  uint32_t begin = line_begins[place.line];
  uint32_t end = place.line + 1 < line_begins.size() ? line_begins[place.line + 1] - 1
                                                     : static_cast<uint32_t>(text.size());
  return std::min(begin + place.column, end);
}

std::optional<CodePlace> LiveAst::PlaceOf(clang::SourceLocation location) const {
  const clang::SourceManager& sources = context->getSourceManager();
  if (location.isInvalid()) return std::nullopt;
  auto [id, offset] = sources.getDecomposedLoc(sources.getFileLoc(location));
  if (!IsInFile(id)) return std::nullopt;
  return PlaceAt(offset);
}

std::optional<CodeRange> LiveAst::RangeOf(clang::SourceRange tokens) const {
  const clang::SourceManager& sources = context->getSourceManager();
  if (tokens.isInvalid()) return std::nullopt;
  clang::CharSourceRange range = FileRange(tokens, sources, context->getLangOpts());
  if (range.isInvalid()) return std::nullopt;
  auto [begin_id, begin] = sources.getDecomposedLoc(range.getBegin());
  auto [end_id, end] = sources.getDecomposedLoc(range.getEnd());
  if (!IsInFile(begin_id) || begin_id != end_id || end < begin) return std::nullopt;
  return CodeRange{PlaceAt(begin), PlaceAt(end)};
}

std::optional<CodeLocation> LiveAst::LocationOf(clang::SourceRange tokens) const {
  if (std::optional<CodeRange> range = RangeOf(tokens)) return CodeLocation{path, *range};
  const clang::SourceManager& sources = context->getSourceManager();
  if (tokens.isInvalid()) return std::nullopt;
  clang::CharSourceRange range = FileRange(tokens, sources, context->getLangOpts());
  if (range.isInvalid()) return std::nullopt;
  auto [id, begin] = sources.getDecomposedLoc(range.getBegin());
  auto [end_id, end] = sources.getDecomposedLoc(range.getEnd());
  clang::OptionalFileEntryRef entry = sources.getFileEntryRefForID(id);
  if (!entry || id != end_id || end < begin) return std::nullopt;
  llvm::SmallString<256> absolute(entry->getName());
  sources.getFileManager().makeAbsolutePath(absolute);
  llvm::sys::path::remove_dots(absolute, /*remove_dot_dot=*/true);
  llvm::StringRef buffer = sources.getBufferData(id);
  std::string_view whole(buffer.data(), buffer.size());
  return CodeLocation{std::string(absolute), {PlaceIn(whole, begin), PlaceIn(whole, end)}};
}

clang::SourceLocation LiveAst::LocationAt(CodePlace place) const {
  uint32_t offset = OffsetOf(place);
  clang::FileID id = offset < preamble_size ? preamble : main;
  if (id.isInvalid()) return {};
  const clang::SourceManager& sources = context->getSourceManager();
  return sources.getLocForStartOfFile(id).getLocWithOffset(static_cast<int>(offset));
}

void LiveAst::SetText(std::string whole) {
  text = std::move(whole);
  line_begins = {0};
  for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    line_begins.push_back(static_cast<uint32_t>(at + 1));
  }
}

}  // namespace astrolabe
