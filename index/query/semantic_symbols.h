// The symbols that one query speaks of: looked up once, described once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "index/query/semantic_argument.h"
#include "index/query/semantic_coverage.h"
#include "index/semantic/semantic_index.h"

namespace astrolabe {

// SymbolFacts with its own copies. Of a symbol that no living file declares only `id` is known.
struct SymbolDescription {
  SymbolId id = 0;
  SymbolKind kind = SymbolKind::kVariable;
  Access access = Access::kNone;
  uint16_t flags = 0;  // SymbolFlag
  std::string usr;
  std::string name;
  std::string scope;
  std::string signature;
  std::string type;
  std::string template_parameters;
  std::string documentation;

  bool known() const { return !usr.empty(); }
  std::string Qualified() const { return scope.empty() ? name : scope + "::" + name; }
};

using SymbolRef = std::shared_ptr<const SymbolDescription>;

// One thread at a time. `index` must outlive it.
class SymbolBook {
 public:
  explicit SymbolBook(const SemanticIndex& index) : index_(index) {}

  // Never null for an id; null for 0.
  SymbolRef Describe(SymbolId id);
  // Learns of many at once, so that Describe need not ask for each.
  void Prepare(std::vector<SymbolId> ids);
  // Takes one file's account of a symbol as its description, unless it has one already: for lists, where
  // looking up the best account of each symbol would cost too much.
  SymbolRef Learn(const SymbolFacts& facts);

 private:
  const SemanticIndex& index_;
  absl::flat_hash_map<SymbolId, SymbolRef> known_;
};

// What an argument means in tier 1.
struct ResolvedSymbols {
  std::vector<SymbolRef> symbols;  // by qualified name, then signature
  // What tier 0 is to look for: the names asked for, with the scope as far as it is known.
  std::vector<NameArgument> names;
  std::vector<std::string> notes;  // for the user, a sentence each
};

// `index` may be null: then a name is only passed on, a place becomes the name that is written there, and
// a USR means nothing. A place's path is relative to the root where inside it. Where a place's file is not
// current in tier 1, the name written there is taken, and a note says so.
ResolvedSymbols ResolveSymbols(const SemanticIndex* index, SymbolBook* book,
                               const std::string& root, SemanticCoverage& coverage,
                               const SymbolArgument& argument);

}  // namespace astrolabe
