// What every document of an export needs to know of all symbols: how they are spelled, and where they are
// at home.
//
// Collected in one pass over the index. A symbol costs some forty bytes beside its name and scope, which
// are interned; its signature, documentation and occurrences stay in the index until its document is
// written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "alloc/string_interner.h"
#include "index/semantic/semantic_index.h"

namespace astrolabe {

// One thread at a time.
class ScipSymbolTable {
 public:
  struct Row {
    uint32_t scope = 0;  // of the interner
    uint32_t name = 0;
    uint32_t home = 0;  // number of its file in order of path, all variants one
    SymbolKind kind = SymbolKind::kVariable;
    uint8_t rank = 0;         // of the home: how much it deserves to be it
    bool documented = false;  // some file has documentation for it
    bool shares_name = false;
    bool mentioned = false;  // by a document: an external symbol must be written
    bool written = false;
  };

  // Reads all facts of the index. What cannot be read is missing; index.damage() tells.
  explicit ScipSymbolTable(const SemanticIndex& index);

  // Null for a symbol that no file declares.
  Row* Find(SymbolId id);
  // Whether the symbol is declared in the project.
  static bool IsInternal(const Row& row) { return row.rank > 0; }

  // "cxx . . . rocksdb/DBImpl#Get(1f2e)."; the same for the same symbol in every run.
  std::string Spell(SymbolId id, const Row& row);

  // The relations that a symbol is the subject of: bases, overrides, specialisations.
  std::span<const FoundRelation> RelationsOf(SymbolId subject) const;

  size_t size() const { return rows_.size(); }

 private:
  void Add(const IndexedFile& file, const FileFacts& facts, uint32_t number);
  void FindSharedNames();
  const std::string& ScopePrefix(uint32_t scope);

  StringInterner strings_{{.shards = 1}};
  absl::flat_hash_map<SymbolId, Row> rows_;
  absl::flat_hash_set<uint64_t> types_;  // hashes of the qualified names of records, enums, aliases
  absl::flat_hash_map<uint32_t, std::string> scope_prefixes_;
  std::vector<FoundRelation> relations_;  // ascending by subject
};

// Calls visit(number, variants) for each path of the index in order: `variants` are its files.
template <typename Visit>
void ForEachPath(const SemanticIndex& index, Visit visit) {
  std::vector<IndexedFile> variants;
  uint32_t number = 0;
  bool stopped = false;
  index.ForEachFile([&](const IndexedFile& file) {
    if (!variants.empty() && variants.front().path != file.path) {
      stopped = !visit(number++, variants);
      variants.clear();
    }
    if (!stopped) variants.push_back(file);
    return !stopped;
  });
  if (!variants.empty()) visit(number, variants);
}

// `text` with every byte that is part of no valid UTF-8 sequence replaced: protobuf strings must be UTF-8.
std::string ValidUtf8(std::string_view text);

}  // namespace astrolabe
