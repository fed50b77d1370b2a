// Refactorings for the client: offered as code actions, their edits made when one is chosen.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lsp/handlers/header_source.h"
#include "lsp/protocol/clangd_extensions.h"
#include "lsp/server/edit_check.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Whether it asks for an action's edits when the action is chosen.
bool ClientResolvesEdits(const Session& session);

// What may be done with `selection`, without edits: a client that resolves gets them by codeAction/resolve, any
// other by the command clangd.applyTweak.
std::vector<CodeAction> OfferRefactorings(Session& session, LiveDocuments& live,
                                          const DocumentSnapshot& document, const Range& selection,
                                          HeaderSource& source, const Work& work);

struct RefactoringEdit {
  WorkspaceEdit edit;
  bool is_checked = true;  // it was parsed, and brings no new error
};

// FailedPrecondition with the reason, for people, if it can't be done or would bring an error; Aborted if the text is
// another than the one that it was offered for.
absl::StatusOr<RefactoringEdit> MakeRefactoringEdit(Session& session, LiveDocuments& live,
                                                    const DocumentSnapshot& document,
                                                    const TweakArgs& refactoring, const Work& work);

// The text of a file as it is in the editor or, if it is not open there, on disk.
EditedFile FileToEdit(Session& session, const std::string& path);

// Checks the edits and puts them in the client's terms. FailedPrecondition, with the reason, if they would bring an error,
// change a file that is no part of the workspace, or create one with a client that can't. `cures`: messages of errors in
// the document; if one of them goes, others may have been behind it.
absl::StatusOr<RefactoringEdit> CheckedEdit(Session& session, LiveDocuments& live,
                                            const DocumentSnapshot& document,
                                            const std::vector<EditedFile>& files, const Work& work,
                                            std::span<const std::string> cures = {});

}  // namespace astrolabe::lsp
