// textDocument/inlineCompletion: what a language model would write at the cursor, if the compiler agrees.
//
// Each proposal is put into the document and parsed in a forked child; what brings an error that the document did not have
// before the user began to write here (begun_edit.h), or could not be parsed in time, is not shown. Behind `.`, `->` and `::` the model may only write names that the compiler
// would complete there. The model's process starts with the first request: a client that has no ghost text costs
// nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/call_once.h"
#include "analysis/ai/suggester.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/names_behind.h"
#include "lsp/handlers/on_document.h"
#include "lsp/server/begun_edit.h"
#include "lsp/server/edit_check.h"
#include "lsp/server/language_model.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

class InlineCompletion {
 public:
  InlineCompletion(Session& session, LiveDocuments& live, std::shared_ptr<LanguageModel> model)
      : session_(session), live_(live), begun_(session, live), model_(std::move(model)) {}

  absl::StatusOr<InlineCompletionList> Answer(const InlineCompletionParams& params,
                                              const DocumentSnapshot& document, const Work& work) {
    InlineCompletionList list;
    LanguageModel::Engine* engine = model_->For(document->name.path);
    if (engine == nullptr) return list;
    const std::string text = document->text.ToString();
    const size_t offset = OffsetOfClient(document->text, params.position, session_.encoding());
    SuggestionRequest request;
    request.document = document->name.uri;
    request.parts.path = ShortPath(document->name.path);
    request.parts.prefix = text.substr(0, offset);
    request.parts.suffix = text.substr(offset);
    // In the middle of code one goes on with the line; where it is empty behind the cursor, one may ask for more.
    const std::string_view behind = std::string_view(text).substr(offset);
    const bool ends_line =
        behind.substr(0, behind.find('\n')).find_first_not_of(" \t\r") == std::string_view::npos;
    request.is_single_line =
        params.context.trigger_kind != InlineCompletionTriggerKind::kInvoked || !ends_line;
    request.names = NamesBehind(live_, document, text, offset, work);
    Baseline baseline;
    const CandidateChecker check = [&](const std::string& candidate) {
      return Check(document, text, offset, candidate, &baseline, work);
    };
    auto suggestions = engine->suggester.Suggest(request, check, work.stop);
    engine->usage.Write(engine->suggester.counts(), engine->model);
    if (!suggestions.ok()) {
      if (absl::IsCancelled(suggestions.status())) return suggestions.status();
      model_->Tell(suggestions.status());
      return list;
    }
    for (Suggestion& suggestion : *suggestions) {
      InlineCompletionItem item;
      item.insert_text = std::move(suggestion.text);
      item.range = Range{params.position, params.position};
      list.items.push_back(std::move(item));
    }
    return list;
  }

 private:
  // What the errors of a request's candidates are compared with: found by the first of them that is checked.
  struct Baseline {
    absl::once_flag once;
    absl::Status status;
    std::optional<EditBaseline> errors;  // nullopt: the document as it is, nobody has edited it
  };

  void FindBaseline(const DocumentSnapshot& document, const Work& work, Baseline* baseline) {
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

  CandidateCheck Check(const DocumentSnapshot& document, const std::string& text, size_t offset,
                       const std::string& candidate, Baseline* baseline, const Work& work) {
    absl::call_once(baseline->once, [&] { FindBaseline(document, work, baseline); });
    if (!baseline->status.ok()) return CandidateCheck::kNotChecked;
    EditedFile file;
    file.uri = document->name.uri;
    file.path = document->name.path;
    file.text = text;
    file.edits.push_back({offset, offset, candidate, ""});
    EditCheckOptions options;
    options.baseline = baseline->errors ? &*baseline->errors : nullptr;
    options.instantiates = true;
    const EditCheck check = CheckEdits(live_, document, {file}, work, options);
    if (!check.not_checked.empty()) return CandidateCheck::kNotChecked;
    // What the half-typed line brings already counts as well: the proposal is to complete it.
    const bool is_good = check.new_errors.empty() && check.errors_at_edits.empty();
    return is_good ? CandidateCheck::kGood : CandidateCheck::kNewError;
  }

  Session& session_;
  LiveDocuments& live_;
  BegunEdits begun_;
  const std::shared_ptr<LanguageModel> model_;
};

}  // namespace

void BindInlineCompletion(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                          std::shared_ptr<LanguageModel> model) {
  session.capabilities().inline_completion_provider = true;
  auto completion = std::make_shared<InlineCompletion>(session, live, std::move(model));
  OnDocumentRequest<InlineCompletionRequest>(
      dispatcher, session, "lsp.inlineCompletion",
      [completion](const InlineCompletionParams& params, const DocumentSnapshot& document,
                   const Work& work) { return completion->Answer(params, document, work); });
}

}  // namespace astrolabe::lsp
