// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/module_imports.h"

#include "clang/AST/Decl.h"
#include "clang/Basic/Module.h"

namespace astrolabe {

std::optional<ImportedModule> FindImportAt(LiveAst& ast, CodePlace place) {
  for (const clang::Decl* declaration : ast.declarations) {
    const auto* import = llvm::dyn_cast<clang::ImportDecl>(declaration);
    if (import == nullptr || import->getImportedModule() == nullptr) continue;
    std::optional<CodeRange> range = ast.RangeOf(import->getSourceRange());
    if (!range || place < range->begin || range->end < place) continue;
    const clang::Module& module = *import->getImportedModule();
    llvm::ArrayRef<clang::SourceLocation> names = import->getIdentifierLocs();
    if (!names.empty()) {
      if (auto name = ast.RangeOf({names.front(), names.back()})) range = name;
    }
    return ImportedModule{*range, module.getFullModuleName(),
                          ast.LocationOf(clang::SourceRange(module.DefinitionLoc))};
  }
  return std::nullopt;
}

}  // namespace astrolabe
