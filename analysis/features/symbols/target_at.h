// What stands under a place in the open file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <vector>

#include "analysis/features/live_ast.h"
#include "analysis/features/symbols/include_lines.h"
#include "analysis/features/symbols/macro_places.h"
#include "analysis/features/symbols/module_imports.h"
#include "analysis/features/symbols/name_walker.h"

namespace astrolabe {

// At most one of `macro`, `include` and `module` is set, and then there are no declarations.
struct CodeTarget {
  CodeRange range;
  // As written (see WrittenDecl), each once, the most likely first. Several for overloads in dependent
  // code and what a using declaration names.
  std::vector<const clang::NamedDecl*> decls;
  NamePlace
      name;  // the place that was found; its decls are as used: an instantiation, not its pattern
  std::optional<MacroPlace> macro;
  std::optional<IncludeLine> include;
  std::optional<ImportedModule> module;
};

// Nothing for white space, comments, punctuation without meaning and names that the compiler did not
// understand. A place behind the last letter of a name means that name.
std::optional<CodeTarget> FindTargetAt(LiveAst& ast, CodePlace place);

}  // namespace astrolabe
