// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/refactoring.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "lsp/server/edit_builder.h"
#include "lsp/server/edit_check.h"

namespace astrolabe::lsp {
namespace {

// Offers are for what is parsed: nobody waits for them.
constexpr absl::Duration kOfferPatience = absl::Seconds(2);

bool ClientResolves(const Session& session) {
  const auto& capabilities = session.client_capabilities().text_document;
  if (!capabilities || !capabilities->code_action) return false;
  const auto& resolves = capabilities->code_action->resolve_support;
  return resolves && std::ranges::find(resolves->properties, "edit") != resolves->properties.end();
}

}  // namespace

std::vector<CodeAction> OfferRefactorings(Session& session, LiveDocuments& live,
                                          const DocumentSnapshot& document, const Range& selection,
                                          const Work& work) {
  Question question;
  question.kind = QuestionKind::kRefactorings;
  question.range = live.LiveRange(document, selection);
  auto answer = live.Ask<RefactoringsAnswer>(document, std::move(question), work, kOfferPatience);
  std::vector<CodeAction> actions;
  if (!answer.ok()) return actions;
  for (RefactoringOffer& offer : answer->offers) {
    CodeAction& action = actions.emplace_back();
    action.title = std::move(offer.title);
    action.kind = CodeActionKind(std::move(offer.kind));
    const TweakArgs arguments{.file = document->name.uri,
                              .selection = selection,
                              .tweak_id = std::move(offer.id),
                              .version = static_cast<int32_t>(document->version)};
    if (ClientResolves(session)) {
      action.data = ToJson(arguments);
    } else {
      Command& command = action.command.emplace();
      command.title = action.title;
      command.command = "clangd.applyTweak";
      // Not by braces: the library would take the object for a list.
      command.arguments.emplace().push_back(ToJson(arguments));
    }
  }
  return actions;
}

absl::StatusOr<RefactoringEdit> MakeRefactoringEdit(Session& session, LiveDocuments& live,
                                                    const DocumentSnapshot& document,
                                                    const TweakArgs& refactoring,
                                                    const Work& work) {
  if (refactoring.version && *refactoring.version != static_cast<int32_t>(document->version)) {
    return absl::AbortedError("the text has changed");
  }
  Question question;
  question.kind = QuestionKind::kRefactor;
  question.range = live.LiveRange(document, refactoring.selection);
  question.refactoring = refactoring.tweak_id;
  auto answer = live.Ask<RefactorAnswer>(document, std::move(question), work);
  if (!answer.ok()) return answer.status();
  if (!answer->refused.empty()) {
    return absl::FailedPreconditionError(StrCat("this can't be done: ", answer->refused));
  }
  const EditCheck check = CheckEdits(live, document, answer->edits, work);
  if (!check.new_errors.empty()) {
    return absl::FailedPreconditionError(
        StrCat("this would bring an error: ", check.new_errors.front()));
  }
  RefactoringEdit made;
  made.is_checked = check.not_checked.empty();
  EditBuilder builder(session);
  for (CodeEdit& edit : answer->edits) {
    const Range range = live.ClientRange(document, edit.range);
    if (made.is_checked) {
      builder.Replace(document->name.uri, range, std::move(edit.text));
    } else {
      builder.Propose(document->name.uri, range, std::move(edit.text),
                      StrCat("Not checked: ", check.not_checked));
    }
  }
  made.edit = builder.Take();
  return made;
}

}  // namespace astrolabe::lsp
