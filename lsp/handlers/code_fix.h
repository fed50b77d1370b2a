// What the compiler proposes, a check of clang-tidy, or who knows of a missing #include: a few edits of one document that
// are known when they are offered.
//
// A client that resolves gets them when the user has chosen, after the edited text was parsed like that of a
// refactoring. Any other gets them with the offer, unchecked, as clangd hands them out: one parse for each of a dozen
// offers would make the list wait that is shown at every move of the cursor.
//
// A fix of an error is not blamed for what its cure brings to light: with the #include for `Dog`, the compiler sees for
// the first time that `dog.bark()` is no member.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lsp/handlers/refactoring.h"
#include "lsp/protocol/codec.h"
#include "lsp/protocol/types.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// What codeAction/resolve finds in the `data` of such an action.
struct CodeFix {
  DocumentUri file;
  int32_t version = 0;  // of the text that the edits are of
  std::vector<TextEdit> edits;
  std::vector<std::string> errors;  // the compiler's, that it is for
};
bool Decode(const Json& json, const JsonPath& path, CodeFix& out);
void Encode(JsonWriter& out, const CodeFix& value);
// Whether the `data` is that of a fix.
bool IsCodeFix(const Json& data);

// `action` with its edits, at once or later. What it is for are its diagnostics.
CodeAction OfferFix(const Session& session, const LiveDocuments& live,
                    const DocumentSnapshot& document, CodeAction action,
                    const std::vector<CodeEdit>& edits);

// As MakeRefactoringEdit.
absl::StatusOr<RefactoringEdit> MakeFixEdit(Session& session, LiveDocuments& live,
                                            const DocumentSnapshot& document, const CodeFix& fix,
                                            const Work& work);

}  // namespace astrolabe::lsp
