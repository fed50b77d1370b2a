// Where a symbol is named: in the index, in open files as they are in the editor, in text that nobody has parsed.
//
// The name is the compiler's if the file is parsed, else what the index has at its place. A virtual method is asked
// for together with those that it overrides and those that override it, since a call of one may be a call of
// another. Of open files the live AST answers, with unsaved edits; if it takes too long, the index's places are
// carried over to the text in the editor, and what is typed anew is searched for the name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "index/semantic/facts.h"
#include "lsp/handlers/asked_symbol.h"
#include "lsp/server/live_documents.h"

namespace astrolabe::lsp {

// What is asked for, by all names that it has.
struct Subject {
  AskedSymbol asked;                // of the index
  std::vector<LiveSymbol> symbols;  // what the compiler sees there; empty: it has not said
  std::vector<std::string> usrs;    // theirs, and those of the methods that belong to them
  bool is_local = false;
};
Subject SubjectAt(Session& session, LiveDocuments& live, const DocumentSnapshot& document,
                  const Position& position, const Work& work);

// Of a virtual method all that have to be called alike and have the same parameters: also the others that override what it
// overrides, which no call of it reaches.
void AddFamily(Subject& subject, const Work& work);

struct ReferenceQuery {
  bool with_declarations = true;
  size_t limit = 0;  // of each USR in the index; 0: none
  // Of constructors: calls by other constructors for a base or a member, which the AST of an open file does not name, come
  // from the index there as well.
  bool with_silent_calls = false;
};
struct FoundReference {
  Location location;
  RoleSet roles = 0;
  bool by_name = false;  // tier 0's, of a file that the compiler has not seen: what is called so
};
// By path, of documents without one by URI. In no order.
using FoundReferences = std::map<std::string, std::vector<FoundReference>>;

absl::StatusOr<FoundReferences> FindReferences(Session& session, LiveDocuments& live,
                                               const DocumentSnapshot& document,
                                               const Subject& subject, const ReferenceQuery& query,
                                               const Work& work);

}  // namespace astrolabe::lsp
