// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/macro_places.h"

#include <algorithm>

#include "analysis/batch/macro_identity.h"
#include "analysis/batch/preprocessor_record.h"
#include "analysis/features/symbols/text_tokens.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/SmallString.h"

namespace astrolabe {
namespace {

// What the preprocessor reported of the file, null if nobody listened.
const FileRun* RunOfFile(LiveAst& ast) {
  if (ast.record == nullptr) return nullptr;
  uint32_t file = ast.record->FileOf(ast.main);
  for (const auto& run : ast.record->runs()) {
    if (file != kNoFile && run->file == file) return run.get();
  }
  return nullptr;
}

MacroPlace PlaceOfUse(const RecordedMacroUse& use) {
  MacroPlace place;
  place.begin = use.offset;
  place.end = use.offset + static_cast<uint32_t>(use.name->getLength());
  place.name = use.name;
  place.macro = use.macro;
  place.is_definition = (use.roles & kRoleDefinition) != 0;
  return place;
}

bool IsOfDirective(std::string_view directive) {
  return directive == "if" || directive == "ifdef" || directive == "ifndef" ||
         directive == "elif" || directive == "elifdef" || directive == "elifndef" ||
         directive == "define" || directive == "undef";
}

std::optional<MacroPlace> MacroOfToken(LiveAst& ast, const std::vector<TextToken>& tokens,
                                       size_t index) {
  const TextToken& token = tokens[index];
  if (!token.is_word) return std::nullopt;
  std::string_view word = TextOf(ast, token);
  clang::IdentifierInfo* name =
      ast.preprocessor->getIdentifierInfo(llvm::StringRef(word.data(), word.size()));
  if (!name->hadMacroDefinition()) return std::nullopt;
  bool in_directive = IsOfDirective(token.directive);
  MacroPlace place{token.begin, token.end(), name, nullptr, false};
  place.is_definition = token.directive == "define" && index >= 2 && tokens[index - 2].starts_line;
  // A definition is in force behind its name, and what its body names may be defined later.
  uint32_t at = place.is_definition ? token.end() : token.begin;
  clang::SourceLocation location = ast.LocationAt(ast.PlaceAt(at));
  if (location.isValid()) {
    place.macro = ast.preprocessor->getMacroDefinitionAtLoc(name, location).getMacroInfo();
  }
  if (place.macro == nullptr && in_directive) place.macro = ast.preprocessor->getMacroInfo(name);
  if (place.macro == nullptr) return std::nullopt;
  bool is_called = index + 1 < tokens.size() && TextOf(ast, tokens[index + 1]) == "(";
  if (place.macro->isFunctionLike() && !is_called && !in_directive) return std::nullopt;
  return place;
}

}  // namespace

std::vector<MacroPlace> FindMacroPlaces(LiveAst& ast) {
  std::vector<MacroPlace> places;
  const FileRun* run = RunOfFile(ast);
  uint32_t unseen = run == nullptr ? static_cast<uint32_t>(ast.text.size()) : ast.preamble_size;
  if (unseen > 0) {
    std::vector<TextToken> tokens = TokensOf(ast);
    for (size_t i = 0; i < tokens.size() && tokens[i].begin < unseen; ++i) {
      if (auto place = MacroOfToken(ast, tokens, i)) places.push_back(*place);
    }
  }
  if (run != nullptr) {
    for (const RecordedMacroUse& use : run->macros) {
      if (use.offset >= unseen) places.push_back(PlaceOfUse(use));
    }
  }
  std::sort(places.begin(), places.end(),
            [](const MacroPlace& a, const MacroPlace& b) { return a.begin < b.begin; });
  auto same = [](const MacroPlace& a, const MacroPlace& b) {
    return a.begin == b.begin && a.macro == b.macro;
  };
  places.erase(std::unique(places.begin(), places.end(), same), places.end());
  return places;
}

std::optional<MacroPlace> FindMacroAt(LiveAst& ast, uint32_t begin) {
  const FileRun* run = RunOfFile(ast);
  if (run == nullptr || begin < ast.preamble_size) return GuessMacroAt(ast, begin);
  for (const RecordedMacroUse& use : run->macros) {
    if (use.offset == begin) return PlaceOfUse(use);
  }
  return std::nullopt;
}

std::optional<MacroPlace> GuessMacroAt(LiveAst& ast, uint32_t begin) {
  std::vector<TextToken> tokens = TokensOf(ast);
  auto token = std::lower_bound(tokens.begin(), tokens.end(), begin,
                                [](const TextToken& t, uint32_t at) { return t.begin < at; });
  if (token == tokens.end() || token->begin != begin) return std::nullopt;
  return MacroOfToken(ast, tokens, static_cast<size_t>(token - tokens.begin()));
}

std::string MacroUsr(LiveAst& ast, const MacroPlace& place) {
  llvm::SmallString<128> usr;
  const clang::SourceManager& sources = ast.context->getSourceManager();
  if (!GenerateMacroUsr(*place.name, *place.macro, sources, usr)) return "";
  return std::string(usr);
}

std::optional<CodeLocation> MacroNameLocation(LiveAst& ast, const MacroPlace& place) {
  if (place.macro->isBuiltinMacro()) return std::nullopt;
  return ast.LocationOf(clang::SourceRange(place.macro->getDefinitionLoc()));
}

}  // namespace astrolabe
