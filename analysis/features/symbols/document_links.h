// #include lines that an editor can follow.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/features/live_ast.h"

namespace astrolabe {

// Those whose file exists, in order.
DocumentLinksAnswer FindDocumentLinks(LiveAst& ast);

}  // namespace astrolabe
