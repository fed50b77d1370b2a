// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/standard_symbols.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "clang/Tooling/Inclusions/StandardLibrary.h"

namespace astrolabe {

const std::vector<StandardSymbol>& StandardSymbols() {
  static const std::vector<StandardSymbol>* const symbols = [] {
    auto* made = new std::vector<StandardSymbol>();
    for (const clang::tooling::stdlib::Symbol& symbol : clang::tooling::stdlib::Symbol::all()) {
      std::optional<clang::tooling::stdlib::Header> header = symbol.header();
      if (!header || symbol.scope().empty()) continue;
      made->push_back({symbol.name(), symbol.scope(), header->name()});
    }
    std::sort(made->begin(), made->end(), [](const StandardSymbol& a, const StandardSymbol& b) {
      return std::tie(a.name, a.scope) < std::tie(b.name, b.scope);
    });
    return made;
  }();
  return *symbols;
}

}  // namespace astrolabe
