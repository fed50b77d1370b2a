// What a workspace declares that could be completed, whatever is included where: names of namespace scope and
// macros, each with the header that declares it.
//
// Tier 0 answers, since it has all headers and is there from the first second. It tells namespaces from classes by
// their own declarations, so members of classes are left out without a compiler.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "index/index_store.h"
#include "index/symbol.h"

namespace astrolabe {

struct CandidateQuery {
  std::string typed;  // what there is of the name; not empty
  // "ns::", "" for the global one: where a name needs no qualification.
  std::vector<std::string> scopes;
  bool any_scope = false;  // also names that need one
  std::string near_path;   // relative to the root: headers near it win
  size_t limit = 50;
};

// A name with all its overloads and declarations.
struct CompletionCandidate {
  std::string name;
  std::string scope;  // "ns::", "" for the global one
  SymbolKind kind = SymbolKind::kVariable;
  std::string header;  // that declares it, as the index has paths
  float match = 0;     // of the name with what is typed, in (0, 1]
};

// Best match first; equal ones by scope and name.
std::vector<CompletionCandidate> FindCompletionCandidates(const Snapshot& snapshot,
                                                          const CandidateQuery& query);

}  // namespace astrolabe
