// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/model_action.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "analysis/ai/candidate_text.h"
#include "analysis/ai/chat_answer.h"
#include "analysis/project/paths.h"
#include "analysis/project/source_language.h"
#include "base/file_system.h"
#include "base/strings.h"
#include "base/text/indentation.h"
#include "lsp/handlers/action_title.h"
#include "lsp/handlers/comment_text.h"
#include "lsp/handlers/declaration_at.h"
#include "lsp/handlers/names_behind.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/handlers/switch_source_header.h"
#include "lsp/handlers/unit_test_text.h"
#include "lsp/server/edit_builder.h"
#include "lsp/server/edit_check.h"
#include "lsp/server/language_model.h"
#include "lsp/server/model_chat.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

// Actions' ids.
constexpr std::string_view kModelPrefix = "model.";
constexpr std::string_view kBody = "model.body";
constexpr std::string_view kComment = "model.comment";
constexpr std::string_view kTest = "model.test";
constexpr std::string_view kExplainName = "model.explainName";
constexpr std::string_view kExplainDiagnostic = "model.explainDiagnostic";

constexpr uint32_t kTokensOfBody = 160;
constexpr absl::Duration kTimeForBody = absl::Seconds(15);
constexpr uint32_t kTokensOfComment = 200;
constexpr uint32_t kTokensOfTest = 512;
constexpr uint32_t kTokensOfExplanation = 300;
// The model has taken longer.
constexpr absl::Duration kPatienceForCheck = absl::Seconds(10);
constexpr absl::Duration kPatienceForHover = absl::Seconds(2);
// Around what is explained, on each side.
constexpr size_t kLinesAround = 20;

constexpr std::string_view kCommentTask =
    "You write documentation comments for C++ code. Answer with the comment alone, one to five "
    "short lines: what it does or is for, and what a caller has to know of parameters, result and "
    "errors. No code, nothing that the signature says already.";
constexpr std::string_view kTestTask =
    "You write unit tests in C++ with GoogleTest. Answer with one code block of one to three short "
    "TEST cases for the function that the user names. Use qualified names, and only what the code "
    "shows. No #include lines, no main function.";
constexpr std::string_view kExplainTask =
    "You explain C++ to an experienced programmer, in Markdown and in at most six sentences. Keep "
    "to what the code and the compiler say; where they do not tell, say that.";

// Whole lines around `offset`.
std::string_view LinesAround(std::string_view text, size_t offset) {
  size_t begin = offset;
  for (size_t i = 0; i <= kLinesAround && begin > 0; ++i) {
    const size_t line = begin < 2 ? text.npos : text.rfind('\n', begin - 2);
    begin = line == text.npos ? 0 : line + 1;
  }
  size_t end = offset;
  for (size_t i = 0; i <= kLinesAround && end < text.size(); ++i) {
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  }
  return text.substr(begin, end - begin);
}

std::string Fenced(std::string_view code) { return StrCat("```cpp\n", code, "\n```\n"); }

class ModelAction {
 public:
  ModelAction(Session& session, LiveDocuments& live, LanguageModel& model,
              const DocumentSnapshot& document, const TweakArgs& chosen, const Work& work)
      : session_(session),
        live_(live),
        model_(model),
        document_(document),
        chosen_(chosen),
        work_(work),
        text_(document->text.ToString()),
        offset_(OffsetOfClient(document->text, chosen.selection.start, session.encoding())) {}

  absl::StatusOr<RefactoringEdit> MakeEdit() {
    if (absl::Status status = CheckVersion(); !status.ok()) return status;
    const auto declaration = DeclarationAt(document_->text, document_->name.path, offset_);
    if (chosen_.tweak_id == kBody && declaration && declaration->empty_body) {
      return WriteBody(*declaration);
    }
    if (chosen_.tweak_id == kComment && declaration && declaration->lacks_comment) {
      return WriteComment(*declaration);
    }
    if (chosen_.tweak_id == kTest && declaration && !declaration->is_class) {
      return WriteTest(*declaration);
    }
    return absl::FailedPreconditionError("there is nothing here that a model could write");
  }

  absl::StatusOr<std::string> Explain() {
    if (absl::Status status = CheckVersion(); !status.ok()) return status;
    absl::StatusOr<std::string> about =
        chosen_.tweak_id == kExplainDiagnostic ? AboutDiagnostic() : AboutName();
    if (!about.ok()) return about.status();
    ChatQuestion question;
    question.path = document_->name.path;
    question.title = "Explaining";
    question.task = kExplainTask;
    question.text = StrCat(*about, "\nThe code around it, in ", ShortPath(document_->name.path),
                           ":\n", Fenced(LinesAround(text_, offset_)));
    question.max_tokens = kTokensOfExplanation;
    question.may_end_early = true;
    absl::StatusOr<std::string> answer = AskModel(session_, model_, std::move(question), work_);
    if (!answer.ok()) return answer.status();
    std::string said(WithoutTrailingSpace(*answer));
    if (!said.empty()) return said;
    return absl::FailedPreconditionError("the language model wrote nothing");
  }

 private:
  absl::Status CheckVersion() const {
    const bool is_same =
        !chosen_.version || *chosen_.version == static_cast<int32_t>(document_->version);
    return is_same ? absl::OkStatus() : absl::AbortedError("the text has changed");
  }

  absl::StatusOr<RefactoringEdit> WriteBody(const OutlinedDeclaration& declaration) {
    LanguageModel::Engine* engine = model_.For(document_->name.path);
    if (engine == nullptr) {
      return absl::FailedPreconditionError(
          "this needs a language model that fills in code: `astrolabe ai models` lists those that "
          "are found");
    }
    const ByteRange body = *declaration.empty_body;
    const std::string indentation = IndentAt(text_, static_cast<uint32_t>(declaration.all.begin));
    // Comments that stand there say what to write.
    const std::string ahead =
        StrCat(WithoutTrailingSpace(TextOf(body)), "\n", indentation, IndentUnit(text_));
    const std::string behind = StrCat("\n", indentation);
    GenerationRequest request = InfillBeside(document_, "body", text_.substr(0, body.begin) + ahead,
                                             behind + text_.substr(body.end));
    request.is_single_line = false;
    request.max_tokens = kTokensOfBody;
    request.time_limit = kTimeForBody;
    const auto progress = ShowModelAtWork(session_, StrCat("Writing ", declaration.name));
    absl::StatusOr<Generation> generation = absl::UnknownError("");
    {
      const Scheduler::Waiting waits(session_.scheduler());
      generation = engine->model().GenerateNow(std::move(request), work_.stop);
    }
    engine->Count();
    if (absl::IsCancelled(generation.status())) return generation.status();
    if (!generation.ok()) {
      return absl::FailedPreconditionError(
          StrCat("the language model: ", ToStd(generation.status().message())));
    }
    std::string why = "the language model wrote nothing";
    for (const Candidate& candidate : generation->candidates) {
      std::string_view text = WithoutTrailingSpace(candidate.text);
      text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
      if (text.empty()) continue;
      // Half a body may compile as well.
      if (candidate.end == GenerationEnd::kTokens || candidate.end == GenerationEnd::kTime) {
        why = "the language model came to no end";
        continue;
      }
      const EditedFile file = Edited(body, StrCat(ahead, text, behind));
      if (HaveSameTokens(text_, file.After())) continue;  // comments alone
      const std::string error = ErrorOf(file);
      if (error.empty()) return InClientsTerms(file);
      why = StrCat("what the language model writes is refused: ", error);
      if (work_.stop) return absl::CancelledError("cancelled");
    }
    return absl::FailedPreconditionError(why);
  }

  absl::StatusOr<RefactoringEdit> WriteComment(const OutlinedDeclaration& declaration) {
    ChatQuestion question;
    question.path = document_->name.path;
    question.title = StrCat("Documenting ", declaration.name);
    question.task = kCommentTask;
    question.text = StrCat("Document ", declaration.name, " of ", ShortPath(document_->name.path),
                           ":\n", Fenced(TextOf(declaration.all)));
    question.max_tokens = kTokensOfComment;
    const absl::StatusOr<std::string> answer =
        AskModel(session_, model_, std::move(question), work_);
    if (!answer.ok()) return answer.status();
    const std::string indentation = IndentAt(text_, static_cast<uint32_t>(declaration.all.begin));
    const std::string comment =
        CommentOfAnswer(FencedText(*answer), CommentMarkOf(text_), indentation);
    if (comment.empty()) {
      return absl::FailedPreconditionError("the language model wrote no comment");
    }
    const size_t line = declaration.all.begin - indentation.size();
    const EditedFile file = Edited({line, line}, comment);
    if (!HaveSameTokens(text_, file.After())) {
      return absl::FailedPreconditionError(
          "what the language model writes is refused: it is more than a comment");
    }
    const std::string error = ErrorOf(file);
    if (error.empty()) return InClientsTerms(file);
    return absl::FailedPreconditionError(
        StrCat("what the language model writes is refused: ", error));
  }

  absl::StatusOr<RefactoringEdit> WriteTest(const OutlinedDeclaration& declaration) {
    absl::StatusOr<EditedFile> file = FileForTests();
    if (!file.ok()) return file.status();
    ChatQuestion question;
    question.path = document_->name.path;
    question.title = StrCat("Testing ", declaration.name);
    question.task = kTestTask;
    question.text = StrCat("Test ", declaration.name, " of ", ShortPath(document_->name.path),
                           ":\n", Fenced(TextOf(declaration.all)), "\nThe code around it:\n",
                           Fenced(LinesAround(text_, offset_)));
    question.max_tokens = kTokensOfTest;
    const absl::StatusOr<std::string> answer =
        AskModel(session_, model_, std::move(question), work_);
    if (!answer.ok()) return answer.status();
    const std::string_view qualified = declaration.name;
    const size_t scope = qualified.rfind("::");
    const std::string tests = TestsOfAnswer(
        FencedText(*answer), scope == qualified.npos ? qualified : qualified.substr(scope + 2));
    if (tests.empty()) {
      return absl::FailedPreconditionError(
          StrCat("the language model wrote no test of ", declaration.name));
    }
    const size_t place = PlaceOfTests(file->text);
    file->edits.push_back({place, place, StrCat("\n", tests), ""});
    const std::string error = ErrorOf(*file);
    if (error.empty()) return InClientsTerms(*file);
    return absl::FailedPreconditionError(
        StrCat("what the language model writes is refused: ", error));
  }

  // What the tests of the document are in: as it is now, or to be created with its first lines.
  absl::StatusOr<EditedFile> FileForTests() const {
    const std::string& own = document_->name.path;
    const std::string other = CounterpartOf(session_, own);
    const bool is_header = LanguageOfFile(own).is_header;
    const std::string& header = is_header ? own : other;
    if (header.empty() || !LanguageOfFile(header).is_header) {
      return absl::FailedPreconditionError(
          StrCat(BaseName(own), " has no header that a test could include"));
    }
    // A header without a source says nothing of the suffix.
    const std::string source = !is_header       ? own
                               : !other.empty() ? other
                                                : StrCat(own.substr(0, own.rfind('.')), ".cc");
    const auto exists = [&](const std::string& path) {
      return session_.documents().Find(path) != nullptr || RealFileSystem().Stat(path).ok();
    };
    const std::string path = TestFileOf(source, exists);
    if (path.empty()) {
      return absl::FailedPreconditionError(StrCat(BaseName(own), " is one of tests itself"));
    }
    EditedFile file = FileToEdit(session_, path);
    file.creates = !exists(path);
    if (!file.creates) return file;
    if (!EditBuilder(session_).can_create()) {
      return absl::FailedPreconditionError(StrCat("this needs a new file, ", BaseName(path),
                                                  ", and the editor can't create files "
                                                  "(workspace.workspaceEdit.resourceOperations)"));
    }
    const std::string include = IncludeOf(FileToEdit(session_, source).text, BaseName(header));
    file.edits.push_back({0, 0, StrCat(include, "\n\n#include <gtest/gtest.h>\n"), ""});
    return file;
  }

  absl::StatusOr<std::string> AboutDiagnostic() {
    const auto known = live_.diagnostics().Await(document_, work_);
    if (!known.ok()) return known.status();
    const auto item =
        std::ranges::find(known.value()->items, chosen_.selection, &Diagnostic::range);
    if (item == known.value()->items.end()) return absl::AbortedError("the text has changed");
    const std::string line = document_->text.Line(item->range.start.line);
    return StrCat(
        "What does this message of the compiler mean here, and what would put it right?\n\n",
        MessageOf(*item), "\n\nIt is about this line:\n", Fenced(line));
  }

  absl::StatusOr<std::string> AboutName() {
    const std::optional<ByteRange> name = IdentifierAt(document_->text, offset_);
    if (!name) return absl::FailedPreconditionError("there is no name here");
    std::string about = StrCat("What is `", TextOf(*name), "`, and what is it for here?\n");
    const auto hover = live_.Ask<HoverAnswer>(
        document_, live_.QuestionAt(QuestionKind::kHover, document_, chosen_.selection.start),
        work_, kPatienceForHover);
    if (hover.ok() && !hover->markdown.empty()) {
      about += StrCat("\nThe compiler says:\n", hover->markdown, "\n");
    }
    return about;
  }

  std::string_view TextOf(ByteRange range) const {
    return std::string_view(text_).substr(range.begin, range.end - range.begin);
  }

  EditedFile Edited(ByteRange range, std::string text) const {
    return DocumentToEdit(document_, text_, {{range.begin, range.end, std::move(text), ""}});
  }

  // Why it may not be handed out; empty if it may.
  std::string ErrorOf(const EditedFile& file) const {
    EditCheckOptions options;
    options.instantiates = true;
    options.patience = kPatienceForCheck;
    std::vector<EditedFile> files = {file};
    // Another file includes this one as it is in the editor.
    if (file.uri != document_->name.uri && LanguageOfFile(document_->name.path).is_header) {
      files.push_back(DocumentToEdit(document_, text_));
    }
    const EditCheck check = CheckEdits(live_, document_, files, work_, options);
    if (!check.not_checked.empty()) return StrCat("it could not be compiled: ", check.not_checked);
    if (!check.new_errors.empty()) return check.new_errors.front();
    return check.errors_at_edits.empty() ? "" : check.errors_at_edits.front();
  }

  RefactoringEdit InClientsTerms(const EditedFile& file) const {
    EditBuilder builder(session_);
    if (file.creates) {
      builder.Create(file.uri, file.After());
      return {.edit = builder.Take()};
    }
    const TextBuffer text(file.text);
    for (const FileEdit& edit : file.edits) {
      builder.Replace(file.uri, ClientRange(text, {edit.begin, edit.end}, session_.encoding()),
                      edit.text);
    }
    return {.edit = builder.Take()};
  }

  Session& session_;
  LiveDocuments& live_;
  LanguageModel& model_;
  const DocumentSnapshot& document_;
  const TweakArgs& chosen_;
  const Work& work_;
  const std::string text_;
  const size_t offset_;
};

}  // namespace

std::vector<CodeAction> OfferModelActions(const Session& session, const LanguageModel& model,
                                          const DocumentSnapshot& document, const Range& selection,
                                          const std::vector<Diagnostic>& touched) {
  std::vector<CodeAction> actions;
  if (!model.IsWantedFor(document->name.path)) return actions;
  const auto add = [&](std::string title, std::string_view kind, std::string_view id,
                       const Range& range) -> CodeAction& {
    CodeAction& action = actions.emplace_back();
    action.title = std::move(title);
    action.kind = CodeActionKind(std::string(kind));
    const TweakArgs arguments{.file = document->name.uri,
                              .selection = range,
                              .tweak_id = std::string(id),
                              .version = static_cast<int32_t>(document->version)};
    const bool is_explanation = id == kExplainName || id == kExplainDiagnostic;
    if (!is_explanation && ClientResolvesEdits(session)) {
      action.data = ToJson(arguments);
      return action;
    }
    Command& command = action.command.emplace();
    command.title = action.title;
    command.command = is_explanation ? kExplainCommand : "clangd.applyTweak";
    // Not by braces: the library would take the object for a list.
    command.arguments.emplace().push_back(ToJson(arguments));
    return action;
  };
  const size_t offset = OffsetOfClient(document->text, selection.start, session.encoding());
  if (const auto declaration = DeclarationAt(document->text, document->name.path, offset)) {
    if (declaration->empty_body) {
      add(StrCat("Write the body of ", declaration->name, " (language model)"),
          CodeActionKind::kRefactorRewrite, kBody, selection);
    }
    if (declaration->lacks_comment) {
      add(StrCat("Write a documentation comment for ", declaration->name, " (language model)"),
          CodeActionKind::kRefactorRewrite, kComment, selection);
    }
    const auto is_there = [](const std::string&) { return true; };
    if (!declaration->is_class && !TestFileOf(document->name.path, is_there).empty()) {
      add(StrCat("Write a test of ", declaration->name, " (language model)"),
          CodeActionKind::kRefactorRewrite, kTest, selection);
    }
  }
  if (!touched.empty()) {
    const Diagnostic& diagnostic = touched.front();
    add(StrCat("Explain: ", InTitle(MessageOf(diagnostic)), " (language model)"),
        CodeActionKind::kQuickFix, kExplainDiagnostic, diagnostic.range)
        .diagnostics = {diagnostic};
  }
  if (const auto name = IdentifierAt(document->text, offset)) {
    add(StrCat("Explain ", document->text.Substring(name->begin, name->end), " (language model)"),
        kExplainKind, kExplainName, selection);
  }
  return actions;
}

absl::StatusOr<RefactoringEdit> MakeActionEdit(Session& session, LiveDocuments& live,
                                               LanguageModel& model,
                                               const DocumentSnapshot& document,
                                               const TweakArgs& chosen, const Work& work) {
  if (!chosen.tweak_id.starts_with(kModelPrefix)) {
    return MakeRefactoringEdit(session, live, document, chosen, work);
  }
  return ModelAction(session, live, model, document, chosen, work).MakeEdit();
}

absl::StatusOr<std::string> Explain(Session& session, LiveDocuments& live, LanguageModel& model,
                                    const DocumentSnapshot& document, const TweakArgs& chosen,
                                    const Work& work) {
  return ModelAction(session, live, model, document, chosen, work).Explain();
}

}  // namespace astrolabe::lsp
