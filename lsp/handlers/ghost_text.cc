// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/ghost_text.h"

#include <string_view>
#include <utility>

#include "index/query/like_text.h"
#include "lsp/handlers/names_behind.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

// Of the search in other files: a large workspace is not searched to its end.
constexpr absl::Duration kTimeForTexts = absl::Milliseconds(40);

}  // namespace

class GhostText::Place final : public SuggestionPlace {
 public:
  Place(GhostText& ghost_text, const DocumentSnapshot& document, const InfillParts& parts,
        const Work& work)
      : ghost_text_(ghost_text),
        document_(document),
        parts_(parts),
        text_(parts.prefix + parts.suffix),
        work_(work) {}

  std::vector<std::string> Names() override {
    return NamesBehind(ghost_text_.live_, document_, text_, parts_.prefix.size(), work_);
  }

  std::vector<LikeText> TextsElsewhere() override {
    const std::string& path = document_->name.path;
    const auto workspace = ghost_text_.session_.WorkspaceOf(path);
    if (workspace == nullptr || !workspace->IsOpened()) return {};
    const Indexes indexes = workspace->indexes();
    if (indexes.snapshot == nullptr) return {};
    return FindLikeTexts(*indexes.snapshot, workspace->Sources(indexes).root, parts_.prefix,
                         workspace->IndexPath(path), kTimeForTexts, &work_.stop);
  }

  std::vector<PromptContext> Context() override {
    return ghost_text_.contexts_.At(document_, parts_.prefix.size());
  }

  CandidateCheck Check(const std::string& candidate) override {
    absl::call_once(baseline_.once,
                    [&] { ghost_text_.FindBaseline(document_, work_, &baseline_); });
    if (!baseline_.status.ok()) return CandidateCheck::kNotChecked;
    const size_t offset = parts_.prefix.size();
    const EditedFile file = DocumentToEdit(document_, text_, {{offset, offset, candidate, ""}});
    EditCheckOptions options;
    options.baseline = baseline_.errors ? &*baseline_.errors : nullptr;
    options.instantiates = true;
    const EditCheck check = CheckEdits(ghost_text_.live_, document_, {file}, work_, options);
    if (!check.not_checked.empty()) return CandidateCheck::kNotChecked;
    // What the half-typed line brings already counts as well: the proposal is to complete it.
    const bool is_good = check.new_errors.empty() && check.errors_at_edits.empty();
    return is_good ? CandidateCheck::kGood : CandidateCheck::kNewError;
  }

  void ModelFailed(const absl::Status& failure) override { ghost_text_.model_->Tell(failure); }

 private:
  GhostText& ghost_text_;
  const DocumentSnapshot& document_;
  const InfillParts& parts_;
  const std::string text_;
  const Work& work_;
  Baseline baseline_;
};

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
  std::vector<Suggestion> known = engine->suggester().Known(request);
  if (!known.empty()) {
    engine->Count();
    return std::move(known.front());
  }
  request.is_ahead = true;
  RunAhead(document, work,
           [this, engine, request = std::move(request), document](const Work& ahead) {
             (void)Ask(*engine, request, document, ahead);
           });
  return std::nullopt;
}

void GhostText::CursorAt(const DocumentSnapshot& document, const Position& position,
                         const Work& work) {
  Engine* engine = model_->Asked();
  if (engine == nullptr || !engine->IsRunning() || !model_->IsWantedFor(document->name.path)) {
    return;
  }
  RunAhead(document, work, [this, engine, document, position](const Work& ahead) {
    const SuggestionRequest request = RequestAt(document, position, /*is_asked_for=*/false);
    Place place(*this, document, request.parts, ahead);
    engine->suggester().Prepare(request, place, ahead.stop);
    engine->Count();
  });
}

void GhostText::RunAhead(const DocumentSnapshot& document, const Work& work,
                         std::function<void(const Work& ahead)> run) {
  Task task{.name = "lsp.ghostText", .priority = TaskPriority::kNeighbour};
  task.lane = document->name.key();
  task.until_write = true;
  task.key = "ghost text";  // of all documents the last one
  task.cancel_running = true;
  task.run = [run = std::move(run), context = work.context](const CancelToken& token) {
    run(Work{.context = context, .stop = token.flag()});
  };
  session_.scheduler().Submit(std::move(task));
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
  engine->suggester().Taken(id);
  engine->Count();
}

absl::StatusOr<std::vector<Suggestion>> GhostText::Ask(Engine& engine,
                                                       const SuggestionRequest& request,
                                                       const DocumentSnapshot& document,
                                                       const Work& work) {
  Place place(*this, document, request.parts, work);
  auto suggestions = engine.suggester().Suggest(request, place, work.stop);
  engine.Count();
  return suggestions;
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

}  // namespace astrolabe::lsp
