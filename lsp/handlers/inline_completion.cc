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
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "analysis/ai/model_files.h"
#include "analysis/ai/model_process.h"
#include "analysis/ai/name_mask.h"
#include "analysis/ai/suggester.h"
#include "analysis/features/completion/completion_point.h"
#include "base/strings.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/server/ai_usage.h"
#include "lsp/server/begun_edit.h"
#include "lsp/server/edit_check.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

// Of the compiler for names; then everything may follow.
constexpr absl::Duration kPatienceForNames = absl::Milliseconds(150);
constexpr size_t kMaxNames = 10'000;

// A path as a person would write it: the last folders of it.
std::string ShortPath(std::string_view path) {
  size_t at = path.size();
  for (int parts = 0; parts < 3 && at != path.npos && at > 0; ++parts) at = path.rfind('/', at - 1);
  return std::string(path.substr(at == path.npos ? 0 : at + 1));
}

// The model and what it has proposed, from the first request on.
class InlineCompletion {
 public:
  InlineCompletion(Session& session, LiveDocuments& live)
      : session_(session), live_(live), begun_(session, live) {}

  absl::StatusOr<InlineCompletionList> Answer(const InlineCompletionParams& params,
                                              const DocumentSnapshot& document, const Work& work) {
    InlineCompletionList list;
    if (!session_.ConfigOf(document->name.path)->completion.language_model) return list;
    Engine* engine = Start();
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
    request.names = NamesAt(params, document, text, offset, work);
    Baseline baseline;
    const CandidateChecker check = [&](const std::string& candidate) {
      return Check(document, text, offset, candidate, &baseline, work);
    };
    auto suggestions = engine->suggester.Suggest(request, check, work.stop);
    engine->usage.Write(engine->suggester.counts(), engine->model);
    if (!suggestions.ok()) {
      if (absl::IsCancelled(suggestions.status())) return suggestions.status();
      TellOnce(suggestions.status());
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
  struct Engine {
    Engine(ModelProcessOptions options, std::string root)
        : model(std::move(options)), suggester(model), usage(AiUsageFolder(), std::move(root)) {}

    ModelProcess model;
    Suggester suggester;
    AiUsageFile usage;
  };

  // Null if there is no model, or none is wanted.
  Engine* Start() {
    const std::shared_ptr<const ServerOptions> options = session_.options();
    if (!options->ai) return nullptr;
    absl::MutexLock lock(&mutex_);
    if (engine_ != nullptr || was_tried_) return engine_.get();
    was_tried_ = true;
    absl::StatusOr<std::string> file = ChooseModel(options->ai_model);
    if (!file.ok()) {
      session_.Tell(LogLevel::kInfo,
                    StrCat("no inline completion: ", ToStd(file.status().message())));
      return nullptr;
    }
    ModelProcessOptions process;
    process.program = session_.program();
    process.setting.path = *std::move(file);
    const auto workspaces = session_.workspaces();
    engine_ = std::make_unique<Engine>(std::move(process),
                                       workspaces.empty() ? "" : workspaces.front()->root());
    return engine_.get();
  }

  void TellOnce(const absl::Status& status) {
    const std::string message(status.message());
    {
      absl::MutexLock lock(&mutex_);
      if (std::exchange(told_, message) == message) return;
    }
    session_.Tell(LogLevel::kWarning, StrCat("inline completion: ", message));
  }

  // What may stand behind a `.`, `->` or `::`, less what is typed of it; nothing where anything may.
  std::vector<std::string> NamesAt(const InlineCompletionParams& params,
                                   const DocumentSnapshot& document, const std::string& text,
                                   size_t offset, const Work& work) {
    const CompletionPoint point = FindCompletionPoint(text, static_cast<uint32_t>(offset));
    if (!point.is_qualified || point.in_number || point.in_include) return {};
    Question question = live_.QuestionAt(QuestionKind::kComplete, document, params.position);
    question.limit = kMaxNames;
    const auto answer =
        live_.Ask<CompletionAnswer>(document, std::move(question), work, kPatienceForNames);
    if (!answer.ok() || answer->is_incomplete) return {};
    std::vector<std::string> names;
    for (const CompletionOption& option : answer->options) {
      if (!option.edits.empty() || !option.label.starts_with(point.typed)) continue;
      // A whole name is there already: anything may follow.
      if (option.label.size() == point.typed.size()) return {};
      names.push_back(option.label.substr(point.typed.size()));
    }
    return SortedNames(std::move(names));
  }

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
  absl::Mutex mutex_;
  bool was_tried_ ABSL_GUARDED_BY(mutex_) = false;
  std::string told_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Engine> engine_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

void BindInlineCompletion(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().inline_completion_provider = true;
  auto completion = std::make_shared<InlineCompletion>(session, live);
  OnDocumentRequest<InlineCompletionRequest>(
      dispatcher, session, "lsp.inlineCompletion",
      [completion](const InlineCompletionParams& params, const DocumentSnapshot& document,
                   const Work& work) { return completion->Answer(params, document, work); });
}

}  // namespace astrolabe::lsp
