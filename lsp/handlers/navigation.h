// Where a name leads, as the index has it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "lsp/protocol/types.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

enum class Jump { kDefinition, kDeclaration, kImplementation };

// From the index and, for names inside functions, from the text.
absl::StatusOr<std::vector<Location>> TargetsInIndex(Session& session,
                                                     const DocumentSnapshot& document,
                                                     const Position& position, Jump jump,
                                                     const Work& work);

}  // namespace astrolabe::lsp
