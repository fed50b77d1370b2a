// Facts made by hand and at random, for the tests of the semantic index.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "index/semantic/facts.h"
#include "index/semantic/shard.h"

namespace astrolabe {

// The id that a symbol with this USR has.
SymbolId IdOf(std::string_view usr);

// Builds the facts of one file. Owns the strings; symbols are named by USR, and sorted at Build.
class FactsBuilder {
 public:
  FactsBuilder(std::string_view path, uint64_t digest, uint64_t variant = 0);

  // A declaration of `name` in `scope`; its USR is "c:" scope "@" name. Returns the USR.
  std::string_view Declare(uint32_t line, std::string_view scope, std::string_view name,
                           RoleSet extra = 0, std::string_view documentation = {});
  void Refer(uint32_t line, uint32_t column, std::string_view usr, RoleSet roles,
             std::string_view container = {}, uint32_t length = 3);
  void Relate(std::string_view subject, RelationKind kind, std::string_view object);
  void Include(uint32_t line, std::string_view spelled, std::string_view resolved);

  // Valid as long as the builder.
  const FileFacts& Build();
  std::string Encode() { return EncodeFileFacts(Build()); }

 private:
  struct Mention {
    Position begin;
    uint32_t length;
    SymbolId symbol;
    SymbolId container;
    RoleSet roles;
  };
  struct Related {
    SymbolId subject;
    SymbolId object;
    RelationKind kind;
  };
  std::string_view Keep(std::string_view text) { return strings_.emplace_back(text); }
  uint32_t IndexOf(SymbolId id) const;

  std::deque<std::string> strings_;
  std::vector<Mention> mentions_;
  std::vector<Related> relations_;
  FileFacts facts_;
};

// Facts with everything that facts can have, in amounts of a usual source file scaled by `size`.
// Strings are kept in `strings`. Names repeat between files, so that files share symbols.
FileFacts RandomFacts(uint32_t seed, uint32_t size, std::deque<std::string>& strings);

// Everything of `facts`, for comparing; what DumpFileFacts prints is not all.
bool SameFacts(const FileFacts& a, const FileFacts& b);

// A shard of a unit whose closure is `closure` (path, digest), the main file first.
std::string MakeShard(std::string_view path, uint64_t command,
                      const std::vector<std::pair<std::string, uint64_t>>& closure,
                      const std::vector<std::string>& files,
                      ParseOutcome outcome = ParseOutcome::kZygote);

// The state that MakeShard and FactsBuilder give a file with this digest.
FileState StateOf(uint64_t digest);

}  // namespace astrolabe
