// What a language model writes when a person asks for it: the body of a function that has none yet, a documentation
// comment, or a test; and what it says about a name or a diagnostic.
//
// Offering costs a look at the text; the model is asked when one is chosen. What it writes is handed out only if the
// compiler has parsed it in place: a body without an error on its lines and without a new one elsewhere, a comment that
// leaves every token as it is, tests that compile as the file beside would. What is said instead tells the reason.
//
// The body is filled in by the model that proposes while one types. The rest takes one that chats.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lsp/handlers/refactoring.h"
#include "lsp/protocol/types.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

class LanguageModel;

// workspace/executeCommand; takes TweakArgs.
inline constexpr std::string_view kExplainCommand = "astrolabe.explain";
// The kind of the actions that only say something about a name.
inline constexpr std::string_view kExplainKind = "explain";

// For `selection`, whose diagnostics `touched` are. None where no model is wanted.
std::vector<CodeAction> OfferModelActions(const Session& session, const LanguageModel& model,
                                          const DocumentSnapshot& document, const Range& selection,
                                          const std::vector<Diagnostic>& touched);

// Of one of these actions, or of a refactoring (MakeRefactoringEdit), by its id; Cancelled once nobody wants it.
absl::StatusOr<RefactoringEdit> MakeActionEdit(Session& session, LiveDocuments& live,
                                               LanguageModel& model,
                                               const DocumentSnapshot& document,
                                               const TweakArgs& chosen, const Work& work);

// What the model says, in Markdown.
absl::StatusOr<std::string> Explain(Session& session, LiveDocuments& live, LanguageModel& model,
                                    const DocumentSnapshot& document, const TweakArgs& chosen,
                                    const Work& work);

}  // namespace astrolabe::lsp
