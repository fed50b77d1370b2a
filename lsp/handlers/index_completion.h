// What the index adds to a completion: names that no included header declares, with the #include that they need, and
// how often each option is used in the workspace.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include "analysis/features/completion/completion_point.h"
#include "analysis/live/answers.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Adds to `answer`, and brings its options into order. `text` is the document's.
void CompleteFromIndex(Session& session, const Document& document, std::string_view text,
                       const CompletionPoint& point, CompletionAnswer& answer);

// What the semantic index knows of an option that came from the index: fills documentation, signature and type.
void DescribeFromIndex(Session& session, CompletionOption& option);

}  // namespace astrolabe::lsp
