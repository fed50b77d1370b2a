// A symbol's new name in all files that name it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "absl/status/statusor.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// FailedPrecondition or InvalidArgument with the reason, for people, if it can't be. Places that may need a hand are
// shown to the user.
absl::StatusOr<WorkspaceEdit> Rename(Session& session, LiveDocuments& live,
                                     const DocumentSnapshot& document, const RenameParams& params,
                                     const Work& work);

}  // namespace astrolabe::lsp
