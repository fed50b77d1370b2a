// Whether edits of an open document would bring an error that it does not have: the edited text is parsed in a forked
// child before anybody is offered it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/live/answers.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

struct EditCheck {
  std::string not_checked;              // why not; empty: it was
  std::vector<std::string> new_errors;  // messages
};

// `edits` are of the document's text, none inside another. Waits a second at most, then it is not checked.
EditCheck CheckEdits(LiveDocuments& live, const DocumentSnapshot& document,
                     const std::vector<CodeEdit>& edits, const Work& work);

}  // namespace astrolabe::lsp
