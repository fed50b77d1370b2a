// Questions about symbols, answered by the best tier that can.
//
// Tier 1 answers for the files that it knows as they now are. Where a question can also be answered by
// names alone (definitions, declarations, references), tier 0 answers for the other files, and every
// line says which tier it comes from. If tier 1 does not know the name at all (a local variable, a
// macro's parameter), tier 0 answers for all files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "index/index_store.h"
#include "index/query/semantic_argument.h"
#include "index/query/semantic_symbols.h"
#include "index/semantic/semantic_index.h"

namespace astrolabe {

enum class SemanticQuestion {
  kDefinition,   // a symbol without one in the index: its declarations
  kDeclaration,  // those that define nothing; a symbol without one: its definition
  kReferences,   // all occurrences, declarations among them
  kCallers,      // calls of the symbol, by the calling symbol
  kCallees,      // calls inside the symbol, by the called symbol
  kBases,
  kDerived,
  kOverrides,  // what a method overrides, and what overrides it
  kMembers,
  kHover,
};

// Whether tier 0 has an answer to it.
bool NamesSuffice(SemanticQuestion question);

// Where answers come from.
struct QuerySources {
  const SemanticIndex* semantic = nullptr;  // null: tier 0 alone
  const Snapshot* snapshot = nullptr;       // null: tier 1 alone
  std::string root;
};

struct SemanticRequest {
  SemanticQuestion question = SemanticQuestion::kReferences;
  SymbolArgument argument;
  bool transitive = false;  // bases, derived, overrides: all the way
  size_t limit = 0;         // lines of answer at most; 0: all
  // What the places alone do not need, and takes most of the time where there are few of them.
  bool with_lines = false;      // SemanticHit::text of what tier 1 answers
  bool with_containers = true;  // SemanticHit::container
  int threads = 0;              // of tier 0's search; 0: as many as cores
};

// How a symbol of the answer is related to the one asked about.
enum class HitRelation : uint8_t { kItself, kBase, kDerived, kOverridden, kOverrider, kMember };

// One line of answer. Lines of one `asked` symbol come one after the other.
struct SemanticHit {
  int tier = 1;
  SymbolRef asked;  // which of the symbols asked for is answered; null from tier 0
  // What stands at the place. Tier 0: null, and the next three say what it knows.
  SymbolRef symbol;
  std::string name;
  std::string scope;
  std::optional<SymbolKind> kind;
  SymbolRef container;  // the function, record … around it; null at top level and from tier 0
  HitRelation relation = HitRelation::kItself;
  uint32_t depth = 0;  // steps of the relation

  // The place of the name: empty path if the index holds none. `extent` is the whole declaration where
  // roles has kRoleDeclaration, else the name.
  std::string path;
  Position begin;
  Position end;
  Position extent_begin;
  Position extent_end;
  RoleSet roles = 0;
  std::string text;  // the line, without its end, if asked for
  bool stale =
      false;  // the file has changed since it was indexed; the place is where it stood then
};

struct SemanticSummary {
  std::vector<SymbolRef> symbols;  // that the argument means in tier 1
  uint64_t hits[2] = {0, 0};       // by tier
  uint64_t files_searched = 0;     // read by tier 0
  bool truncated = false;
  std::vector<std::string> notes;  // for the user, a sentence each
};

// Calls `report` for each line, on one thread at a time. FailedPrecondition if the question needs the
// semantic index and there is none; InvalidArgument if tier 0 alone is asked for what is no identifier.
// A cancelled query reports what it has until then.
absl::StatusOr<SemanticSummary> AskSemantic(const QuerySources& sources,
                                            const SemanticRequest& request,
                                            const std::function<void(const SemanticHit&)>& report,
                                            const std::atomic<bool>* cancelled = nullptr);

}  // namespace astrolabe
