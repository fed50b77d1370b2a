// Finds symbols by what a person types: a name, the start of one, pieces of one, a mistyped one.
//
// Looks in widening circles and stops as soon as the answer is full: names with the text as a
// prefix; names whose words start with its words; words one mistake away; the text cut in two
// ("schwork"); its letters in order ("updidx"). Each circle examines a bounded number of names, so that the worst query costs
// milliseconds in a workspace of any size. Scores: index/query/name_matcher.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/index_store.h"
#include "index/symbol.h"

namespace astrolabe {

struct SymbolQuery {
  // "name", or "scope::name": then the scope must end with, or at least contain, what is written
  // before the name. A leading "::" asks for the global scope itself.
  std::string text;
  size_t limit = 20;
  uint32_t kinds = 0;  // bits 1 << SymbolKind; 0 means all but includes
  bool exact = false;  // only that very name, in its case
  std::string
      near_path;  // relative to the root: symbols in files near it rank higher; empty for none
};

// A symbol, with its own copies of everything. Positions as in index/symbol.h: 0-based.
struct SymbolHit {
  std::string path;  // relative to the root
  std::string name;
  std::string scope;
  SymbolKind kind = SymbolKind::kVariable;
  bool is_definition = false;
  Position begin;
  Position name_position;
  Position end;
  bool is_in_ascii_file = false;  // known to be: its columns are the same in every encoding
  float score = 0;                // in (0, 1]

  std::string Qualified() const { return scope.empty() ? name : scope + "::" + name; }
};

// Best first; equal ones by path and place. Never fails: what is damaged is missing, and
// snapshot.damage() tells.
std::vector<SymbolHit> FindSymbols(const Snapshot& snapshot, const SymbolQuery& query);

// All symbols of one file, in order. Empty if the index does not have the file.
std::vector<SymbolHit> OutlineOf(const Snapshot& snapshot, std::string_view path);

}  // namespace astrolabe
