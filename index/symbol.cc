// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/symbol.h"

#include <array>
#include <cstddef>

namespace astrolabe {
namespace {

constexpr std::array<std::string_view, kSymbolKindCount> kNames = {
    "macro",    "function",   "method",    "constructor",     "destructor",
    "operator", "conversion", "namespace", "namespace-alias", "class",
    "struct",   "union",      "enum",      "enumerator",      "variable",
    "field",    "typedef",    "alias",     "concept",         "include"};

}  // namespace

std::string_view SymbolKindName(SymbolKind kind) {
  size_t i = static_cast<size_t>(kind);
  return i < kNames.size() ? kNames[i] : "unknown";
}

std::optional<SymbolKind> ParseSymbolKind(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<SymbolKind>(i);
  }
  return std::nullopt;
}

}  // namespace astrolabe
