// The symbol that a request points at, as the index can be asked about it.
//
// Best is the place itself, where the compiler has seen the file as it is and the editor has not changed it
// there; else the name alone, which tier 0 and tier 1 then answer for all that are called so. A name at which
// the compiler saw no symbol is local to its function, and the function's text answers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lsp/protocol/types.h"
#include "lsp/server/places.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

struct AskedSymbol {
  std::shared_ptr<Workspace> workspace;  // null: there is none, so there is no index
  Indexes indexes;
  DocumentSnapshot document;
  std::string word;                        // empty: no name is there
  ByteRange range;                         // of the word in the document
  std::optional<SymbolArgument> argument;  // nothing: nothing to ask the index
  bool is_local = false;
};

AskedSymbol SymbolAt(Session& session, const DocumentSnapshot& document, const Position& position);

// Asks the index; empty without one, and where only tier 1 could answer and there is none.
struct AskedHits {
  std::vector<SemanticHit> hits;
  SemanticSummary summary;
};
absl::StatusOr<AskedHits> Ask(const AskedSymbol& asked, SemanticQuestion question, size_t limit,
                              const Work& work);
absl::StatusOr<AskedHits> Ask(const Workspace& workspace, const Indexes& indexes,
                              SemanticRequest request, const Work& work);

// Where a hit is, in the client's terms. Nullopt for one without a place, or whose place the editor has
// overwritten.
std::optional<Location> LocationOfHit(const Workspace& workspace, const SemanticHit& hit,
                                      Places& places);

// As the protocol numbers them.
SymbolKind ClientKind(astrolabe::SymbolKind kind);

}  // namespace astrolabe::lsp
