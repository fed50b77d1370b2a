// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/refactoring.h"

#include <algorithm>
#include <utility>

#include "alloc/hash.h"
#include "analysis/live/line_index.h"
#include "base/strings.h"
#include "lsp/handlers/change_signature.h"
#include "lsp/server/current_document.h"
#include "lsp/server/edit_builder.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

// Offers are for what is parsed: nobody waits for them.
constexpr absl::Duration kOfferPatience = absl::Seconds(2);

void AddEdits(std::vector<CodeEdit> edits, EditedFile& file) {
  const LineIndex lines(file.text);
  for (CodeEdit& edit : edits) {
    file.edits.push_back({lines.OffsetOf(edit.range.begin), lines.OffsetOf(edit.range.end),
                          std::move(edit.text), ""});
  }
}

}  // namespace

bool ClientResolvesEdits(const Session& session) {
  const auto& capabilities = session.client_capabilities().text_document;
  if (!capabilities || !capabilities->code_action) return false;
  const auto& resolves = capabilities->code_action->resolve_support;
  return resolves && std::ranges::find(resolves->properties, "edit") != resolves->properties.end();
}

std::vector<CodeAction> OfferRefactorings(Session& session, LiveDocuments& live,
                                          const DocumentSnapshot& document, const Range& selection,
                                          HeaderSource& source, const Work& work) {
  Question question;
  question.kind = QuestionKind::kRefactorings;
  question.files = source.Of(session, document);
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
    if (ClientResolvesEdits(session)) {
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
  question.files = HeaderSource().Of(session, document);  // as it is on disk at this moment
  question.range = live.LiveRange(document, refactoring.selection);
  question.refactoring = refactoring.tweak_id;
  auto answer = live.Ask<RefactorAnswer>(document, std::move(question), work);
  if (!answer.ok()) return answer.status();
  if (!answer->refused.empty()) {
    return absl::FailedPreconditionError(StrCat("this can't be done: ", answer->refused));
  }
  if (answer->signature) {
    const Position place =
        live.ClientRange(document, {answer->signature->place, answer->signature->place}).start;
    return ChangeSignature(session, live, document, place, answer->signature->parameters, work);
  }
  std::vector<EditedFile> files;
  if (!answer->edits.empty()) {
    files.push_back(DocumentToEdit(document, document->text.ToString()));
    AddEdits(std::move(answer->edits), files.back());
  }
  for (FileEdits& other : answer->others) {
    EditedFile file = FileToEdit(session, other.path);
    file.creates = other.creates;
    if (HashString(file.text) != other.text_hash) {
      return absl::AbortedError(other.creates ? StrCat(other.path, " is there already")
                                              : StrCat(other.path, " has changed; try again"));
    }
    AddEdits(std::move(other.edits), file);
    files.push_back(std::move(file));
  }
  return CheckedEdit(session, live, document, files, work);
}

EditedFile FileToEdit(Session& session, const std::string& path) {
  EditedFile file;
  file.path = path;
  const DocumentSnapshot document = CurrentDocument(session.documents(), path);
  file.uri = document->name.uri;
  file.text = document->text.ToString();
  return file;
}

absl::StatusOr<RefactoringEdit> CheckedEdit(Session& session, LiveDocuments& live,
                                            const DocumentSnapshot& document,
                                            const std::vector<EditedFile>& files, const Work& work,
                                            std::span<const std::string> cures) {
  EditBuilder builder(session);
  const std::shared_ptr<Workspace> workspace = session.WorkspaceOf(document->name.path);
  for (const EditedFile& file : files) {
    const bool is_ours = file.uri == document->name.uri || workspace == nullptr ||
                         workspace->Contains(file.path) ||
                         session.documents().Find(file.path) != nullptr;
    if (!is_ours) {
      return absl::FailedPreconditionError(
          StrCat("this would change ", file.path, ", which is no part of the workspace"));
    }
    if (file.creates && !builder.can_create()) {
      return absl::FailedPreconditionError(
          "this needs a new file, and the editor can't create files "
          "(workspace.workspaceEdit.resourceOperations)");
    }
  }
  const EditCheck check = CheckEdits(live, document, files, work);
  const bool is_cure = std::ranges::any_of(cures, [&](const std::string& error) {
    return std::ranges::find(check.gone_errors, error) != check.gone_errors.end();
  });
  if (!check.new_errors.empty() && !is_cure) {
    return absl::FailedPreconditionError(
        StrCat("this would bring an error: ", check.new_errors.front()));
  }
  RefactoringEdit made;
  made.is_checked = check.not_checked.empty();
  const std::string unchecked = StrCat("Not checked: ", check.not_checked);
  for (const EditedFile& file : files) {
    if (file.creates) {
      builder.Create(file.uri, file.After());
      continue;
    }
    const TextBuffer text(file.text);
    for (const FileEdit& edit : file.edits) {
      const Range range = lsp::ClientRange(text, {edit.begin, edit.end}, session.encoding());
      if (!edit.unsure.empty()) {
        builder.Propose(file.uri, range, edit.text, edit.unsure);
      } else if (!made.is_checked) {
        builder.Propose(file.uri, range, edit.text, unchecked);
      } else {
        builder.Replace(file.uri, range, edit.text);
      }
    }
  }
  made.edit = builder.Take();
  return made;
}

}  // namespace astrolabe::lsp
