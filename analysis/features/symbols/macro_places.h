// Where the open file defines, asks for and expands macros.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/features/live_ast.h"

namespace clang {
class IdentifierInfo;
class MacroInfo;
}  // namespace clang

namespace astrolabe {

struct MacroPlace {
  uint32_t begin = 0;  // offsets in LiveAst::text
  uint32_t end = 0;
  const clang::IdentifierInfo* name = nullptr;
  const clang::MacroInfo* macro = nullptr;
  bool is_definition = false;
};

// All of them, in order. Exact where the preprocessor was observed (LiveAst::record); in the preamble,
// which another process may have read, by the words that are macros there.
std::vector<MacroPlace> FindMacroPlaces(LiveAst& ast);

// The macro that the preprocessor found at the word which begins at `begin`.
std::optional<MacroPlace> FindMacroAt(LiveAst& ast, uint32_t begin);

// The same for a word that the preprocessor did not look at: in the body of another macro, in inactive code.
std::optional<MacroPlace> GuessMacroAt(LiveAst& ast, uint32_t begin);

// As the index has it; empty for a macro that the compiler brings.
std::string MacroUsr(LiveAst& ast, const MacroPlace& place);

// Name and parameters in its definition, wherever that is.
std::optional<CodeLocation> MacroNameLocation(LiveAst& ast, const MacroPlace& place);

}  // namespace astrolabe
