// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/ghost_text.h"

#include <string_view>
#include <utility>

#include "lsp/handlers/names_behind.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
SuggestionRequest GhostText::RequestAt(const DocumentSnapshot& document, const Position& position,
                                       bool is_asked_for) const {
  const std::string text = document->text.ToString();
  const size_t offset = OffsetOfClient(document->text, position, session_.encoding());
  SuggestionRequest request;
  request.document = document->name.uri;
  request.parts.path = ShortPath(document->name.path);
  request.parts.prefix = text.substr(0, offset);
  request.parts.suffix = text.substr(offset);
  // In the middle of code one goes on with the line; where it is empty behind the cursor, one may ask for more.
  const std::string_view behind = request.parts.suffix;
  const bool ends_line =
      behind.substr(0, behind.find('\n')).find_first_not_of(" \t\r") == std::string_view::npos;
  request.is_single_line = !is_asked_for || !ends_line;
  request.is_asked_for = is_asked_for;
  return request;
}

absl::StatusOr<std::vector<Suggestion>> GhostText::Suggest(const DocumentSnapshot& document,
                                                           const Position& position,
                                                           bool is_asked_for, const Work& work) {
  Engine* engine = model_->For(document->name.path);
  if (engine == nullptr) return std::vector<Suggestion>();
  return Ask(*engine, RequestAt(document, position, is_asked_for), document, work);
}

std::optional<Suggestion> GhostText::ForList(const DocumentSnapshot& document,
                                             const Position& position, const Work& work) {
  const auto& capabilities = session_.client_capabilities().text_document;
  if (capabilities && capabilities->inline_completion) return std::nullopt;
  Engine* engine = model_->For(document->name.path);
  if (engine == nullptr) return std::nullopt;
  SuggestionRequest request = RequestAt(document, position, /*is_asked_for=*/false);
  std::vector<Suggestion> known = engine->suggester.Known(request);
  if (!known.empty()) {
    engine->Count();
    return std::move(known.front());
  }
  request.is_ahead = true;
  Task task{.name = "lsp.ghostText", .priority = TaskPriority::kNeighbour};
  task.lane = document->name.key();
  task.until_write = true;
  task.key = "ghost text";  // of all documents the last one
  task.cancel_running = true;
  task.run = [this, engine, request = std::move(request), document,
              context = work.context](const CancelToken& token) {
    const Work ahead{.context = context, .stop = token.flag()};
    (void)Ask(*engine, request, document, ahead);
  };
  session_.scheduler().Submit(std::move(task));
  return std::nullopt;
}

Command GhostText::TakenCommand(uint64_t id) {
  Command command;
  command.title = "count as taken";
  command.command = kSuggestionTaken;
  command.arguments = std::vector<LspAny>{id};
  return command;
}

void GhostText::Taken(uint64_t id) {
  Engine* engine = model_->Asked();
  if (engine == nullptr) return;
  engine->suggester.Taken(id);
  engine->Count();
}

absl::StatusOr<std::vector<Suggestion>> GhostText::Ask(Engine& engine, SuggestionRequest request,
                                                       const DocumentSnapshot& document,
                                                       const Work& work) {
  const std::string text = request.parts.prefix + request.parts.suffix;
  const size_t offset = request.parts.prefix.size();
  request.names = NamesBehind(live_, document, text, offset, work);
  Baseline baseline;
  const CandidateChecker check = [&](const std::string& candidate) {
    return Check(document, text, offset, candidate, &baseline, work);
  };
  auto suggestions = engine.suggester.Suggest(request, check, work.stop);
  engine.Count();
  if (suggestions.ok() || absl::IsCancelled(suggestions.status())) return suggestions;
  model_->Tell(suggestions.status());
  return std::vector<Suggestion>();
}

void GhostText::FindBaseline(const DocumentSnapshot& document, const Work& work,
                             Baseline* baseline) {
  absl::StatusOr<std::optional<BegunEdit>> begun = begun_.Of(document);
  baseline->status = begun.status();
  if (!begun.ok() || !begun->has_value()) return;
  BegunEdit& edit = **begun;
  if (!edit.errors) {
    absl::StatusOr<ErrorCounts> errors =
        ErrorsOf(live_, document, edit.before->text.ToString(), edit.lines.first, work);
    baseline->status = errors.status();
    if (!errors.ok()) return;
    begun_.Know(edit.before, *errors);
    edit.errors = *std::move(errors);
  }
  baseline->errors = {*std::move(edit.errors), edit.lines};
}

CandidateCheck GhostText::Check(const DocumentSnapshot& document, const std::string& text,
                                size_t offset, const std::string& candidate, Baseline* baseline,
                                const Work& work) {
  absl::call_once(baseline->once, [&] { FindBaseline(document, work, baseline); });
  if (!baseline->status.ok()) return CandidateCheck::kNotChecked;
  const EditedFile file = DocumentToEdit(document, text, {{offset, offset, candidate, ""}});
  EditCheckOptions options;
  options.baseline = baseline->errors ? &*baseline->errors : nullptr;
  options.instantiates = true;
  const EditCheck check = CheckEdits(live_, document, {file}, work, options);
  if (!check.not_checked.empty()) return CandidateCheck::kNotChecked;
  // What the half-typed line brings already counts as well: the proposal is to complete it.
  const bool is_good = check.new_errors.empty() && check.errors_at_edits.empty();
  return is_good ? CandidateCheck::kGood : CandidateCheck::kNewError;
}

}  // namespace astrolabe::lsp
