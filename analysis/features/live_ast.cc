// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/live_ast.h"

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"

namespace astrolabe {
namespace {

// The file range that a range of tokens covers: of macro expansions, the place of the expansion.
clang::CharSourceRange FileRange(clang::SourceRange tokens, const clang::SourceManager& sources,
                                 const clang::LangOptions& language) {
  clang::CharSourceRange range =
      sources.getExpansionRange(clang::CharSourceRange::getTokenRange(tokens));
  return clang::Lexer::getAsCharRange(range, sources, language);
}

}  // namespace

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
  lines = LineIndex(text);
}

}  // namespace astrolabe
