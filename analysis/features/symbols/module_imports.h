// Where the open file names C++20 modules.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>

#include "analysis/features/live_ast.h"
#include "analysis/live/answers.h"

namespace astrolabe {

struct ImportedModule {
  CodeRange range;                        // of its name
  std::string name;                       // "geometry:shapes"
  std::optional<CodeLocation> interface;  // where it is declared, if it was found
};

// The module that is named at `place`: in an import, or in the declaration of a unit that implements it.
std::optional<ImportedModule> FindImportAt(LiveAst& ast, CodePlace place);

}  // namespace astrolabe
