// What of a document's semantic tokens an edit has changed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <vector>

#include "lsp/protocol/types.h"

namespace astrolabe::lsp {

// One edit: what is between the common beginning and the common end. Numbers as the protocol counts them, not tokens.
SemanticTokensEdit DifferenceOf(const std::vector<uint32_t>& from, const std::vector<uint32_t>& to);

}  // namespace astrolabe::lsp
