// Parameters of a function added, removed and put in another order, in all that declares, defines, overrides and calls
// it, through the index and the ASTs of open files as rename does. Files that nobody has open are read by their tokens.
//
// The command astrolabe.changeSignature takes one argument:
//
//   {"textDocument": {"uri": …}, "position": …,       a place on the function's name
//    "parameters": [{"old": 1},                       all that there are to be, in their order: one that is there, by
//                   {"declaration": "int count",      its number from 0, or a new one with what calls pass for it
//                    "value": "0"}]}
//
// Refused, with the place: a parameter that goes and is used in a body, an address that is taken, a macro that makes
// the name or the parentheses, a call whose arguments can't be told apart. What may mean another function as well, and an
// argument that goes and does something, needs the user's confirmation.
//
// A constructor is called wherever something of its class is initialised, with parentheses or braces or without either.
// Refused, with the place: a call without a list that would need one (a conversion, a base that a constructor does not
// name), and make_unique and its like, which are given the arguments. emplace can't be told from others': confirmation.
// Operators and conversions have a number of parameters that the language decides; functions with any number of
// arguments have no place for a new one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lsp/handlers/refactoring.h"
#include "lsp/protocol/codec.h"
#include "lsp/protocol/types.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

struct ChangeSignatureArgs {
  TextDocumentIdentifier text_document;
  Position position;
  std::vector<ParameterChange> parameters;
};
bool Decode(const Json& json, const JsonPath& path, ChangeSignatureArgs& out);

absl::StatusOr<RefactoringEdit> ChangeSignature(Session& session, LiveDocuments& live,
                                                const DocumentSnapshot& document,
                                                const Position& position,
                                                const std::vector<ParameterChange>& parameters,
                                                const Work& work);

}  // namespace astrolabe::lsp
