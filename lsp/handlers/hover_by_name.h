// What index and text alone can tell of the name at a place, for as long as the compiler reads the file for the
// first time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>

#include "lsp/protocol/types.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// In the form of the compiler's hover; where the name alone led there, it says so. Nothing where the index knows nothing
// or several things of the name, or it is local: then the compiler's word is worth waiting for.
std::optional<Hover> HoverByName(Session& session, LiveDocuments& live,
                                 const DocumentSnapshot& document, const Position& position,
                                 const Work& work);

}  // namespace astrolabe::lsp
