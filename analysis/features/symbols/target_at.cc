// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/target_at.h"

#include <algorithm>
#include <tuple>

#include "analysis/features/symbols/symbol_identity.h"
#include "analysis/features/symbols/text_tokens.h"
#include "clang/AST/Decl.h"

namespace astrolabe {
namespace {

void AddOnce(std::vector<const clang::NamedDecl*>& decls, const clang::NamedDecl* decl) {
  decl = WrittenDecl(decl);
  for (const clang::NamedDecl* known : decls) {
    if (known->getCanonicalDecl() == decl->getCanonicalDecl()) return;
  }
  decls.push_back(decl);
}

// The best of the names that hold `at`, joined with all that are as good.
std::optional<CodeTarget> NameAt(LiveAst& ast, uint32_t at) {
  std::vector<NamePlace> holding;
  WalkNames(ast, at, [&](const NamePlace& place) {
    if (place.begin <= at && at < place.end && place.is_spelled) holding.push_back(place);
  });
  if (holding.empty()) return std::nullopt;
  auto rank = [](const NamePlace& place) {
    return std::tuple(place.standing, place.end - place.begin, !place.is_declaration);
  };
  std::stable_sort(holding.begin(), holding.end(),
                   [&](const NamePlace& a, const NamePlace& b) { return rank(a) < rank(b); });
  CodeTarget target;
  target.name = holding.front();
  target.range = RangeOf(ast, target.name.begin, target.name.end);
  for (const NamePlace& place : holding) {
    if (place.standing != target.name.standing || place.begin != target.name.begin ||
        place.end != target.name.end) {
      continue;
    }
    for (const clang::NamedDecl* decl : place.decls) AddOnce(target.decls, decl);
    if (target.name.deduced.isNull()) target.name.deduced = place.deduced;
  }
  return target;
}

CodeTarget TargetOfMacro(LiveAst& ast, const MacroPlace& macro) {
  CodeTarget target;
  target.macro = macro;
  target.range = RangeOf(ast, macro.begin, macro.end);
  return target;
}

}  // namespace

std::optional<CodeTarget> FindTargetAt(LiveAst& ast, CodePlace place) {
  for (IncludeLine& include : FindIncludeLines(ast, place.line)) {
    CodeTarget target;
    target.range = RangeOf(ast, include.begin, include.end);
    target.include = std::move(include);
    return target;
  }
  if (std::optional<ImportedModule> module = FindImportAt(ast, place)) {
    CodeTarget target;
    target.range = module->range;
    target.module = std::move(module);
    return target;
  }
  TouchedText touched = TouchedAt(ast, place);
  if (touched.is_word) {
    if (auto macro = FindMacroAt(ast, touched.begin)) return TargetOfMacro(ast, *macro);
  }
  if (auto target = NameAt(ast, touched.begin)) return target;
  if (touched.is_word) {
    if (auto macro = GuessMacroAt(ast, touched.begin)) return TargetOfMacro(ast, *macro);
    // A suffix of a literal is a name inside a token.
    uint32_t at = ast.OffsetOf(place);
    if (at > touched.begin && at < touched.end) return NameAt(ast, at);
    return std::nullopt;
  }
  // Behind an operator or bracket.
  if (touched.begin > 0) return NameAt(ast, touched.begin - 1);
  return std::nullopt;
}

}  // namespace astrolabe
