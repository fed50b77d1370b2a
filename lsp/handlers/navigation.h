// Where a name leads, as the index has it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/text/position.h"
#include "lsp/handlers/asked_symbol.h"
#include "lsp/protocol/types.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

enum class Jump { kDefinition, kDeclaration, kImplementation };

// Whether a location of the document `uri` has the position in it or at its end.
bool Covers(const Location& location, const std::string& uri, const Position& position);

// Where the function around it first names what is asked about, if that looks like the declaration of a local name.
std::optional<ByteRange> LocalDeclaration(const AskedSymbol& asked);

// From the index and, for names inside functions, from the text.
absl::StatusOr<std::vector<Location>> TargetsInIndex(Session& session,
                                                     const DocumentSnapshot& document,
                                                     const Position& position, Jump jump,
                                                     const Work& work, bool may_be_local = true);

}  // namespace astrolabe::lsp
