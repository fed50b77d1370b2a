// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/live_server.h"

#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "analysis/batch/parse_session.h"
#include "analysis/batch/type_tables.h"
#include "analysis/features/completion/answer.h"
#include "analysis/features/document/answer.h"
#include "analysis/features/document/diagnostics.h"
#include "analysis/features/live_ast.h"
#include "analysis/features/symbols/answer.h"
#include "analysis/live/answers.h"
#include "analysis/live/archive.h"
#include "base/strings.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Sema/Scope.h"
#include "clang/Sema/Sema.h"

namespace astrolabe {
namespace {

using Clock = std::chrono::steady_clock;

class LiveRunner : public ParseDelegate {
 public:
  LiveRunner(const Hello& hello, Task task) : hello_(hello), task_(std::move(task)) {}

  [[noreturn]] void Run() {
    const Job& job = task_.job;
    if (chdir(job.directory.c_str()) != 0) End(StrCat("no folder ", job.directory));
    path_ = job.file;
    preamble_ = job.text;
    FrontEndRun run;
    run.cc1 = job.cc1;
    run.file = job.file;
    for (size_t i = 0; i + 1 < job.unsaved.size(); i += 2) {
      run.unsaved.emplace_back(job.unsaved[i], job.unsaved[i + 1]);
    }
    run.unsaved.emplace_back(job.file, job.text);
    run.reader = &diagnostics_;
    End(RunFrontEnd(run, *this));
  }

  void AtForkPoint(ParseState& state) override {
    if (task_.job.kind != JobKind::kPreamble) return;  // a file that knows our pragma
    clang::CompilerInstance& compiler = *state.compiler;
    ReserveTypeTables(compiler.getASTContext());
    PreambleReport report;
    for (uint32_t file = 0; file < state.record->file_count(); ++file) {
      if (state.record->file(file).is_read) report.files.push_back(state.record->file(file).path);
    }
    Become(state, Encode(std::move(report)));
    while (task_.job.kind == JobKind::kWarm) {
      // What the headers have left to instantiate is done once, here, and not by each child that completes
      // the translation unit: 0.75 s instead of 2.8 s for RocksDB's db_impl.cc.
      compiler.getSema().DefineUsedVTables();
      compiler.getSema().PerformPendingInstantiations();
      ReserveTypeTables(compiler.getASTContext());
      Become(state, "");
    }
    if (task_.job.kind == JobKind::kOpen) {
      ContinueBehindPreamble(state, path_, task_.job.text, task_.job.preamble_size);
    } else if (task_.job.kind == JobKind::kComplete) {
      absl::StatusOr<Question> question = Decode<Question>(task_.job.question);
      if (!question.ok()) _exit(kExitBadJob);
      CompletionRequest request;
      request.path = path_;
      request.text = task_.job.text;
      request.preamble_size = static_cast<uint32_t>(task_.job.preamble_size);
      LiveAst places;
      places.SetText(request.text);
      request.offset = places.OffsetOf(question->place);
      request.signature_help = question->kind == QuestionKind::kSignatureHelp;
      request.limit = question->limit;
      request.on_answer = [this](const std::string& answer) { AnswerWith(answer); };
      completion_ = EnterCompletion(compiler, std::move(request));
    } else {
      _exit(kExitBadJob);
    }
  }

  [[noreturn]] void AtEnd(ParseState& state) override {
    if (task_.job.kind == JobKind::kComplete) AnswerWith(completion_->Answer());
    if (task_.job.kind != JobKind::kOpen) _exit(kExitBadJob);  // the pragma was skipped
    LiveAst ast = MakeAst(state);
    auto read = [&](const Job& job) {
      Clock::time_point start = Clock::now();
      absl::StatusOr<Question> question = Decode<Question>(job.question);
      if (!question.ok()) _exit(kExitBadJob);
      return ResultOf(Answer(state, ast, *question), start);
    };
    Become(state, Encode(DiagnosticsAnswer{diagnostics_.Take(ast)}), read);
    if (task_.job.kind != JobKind::kAsk) _exit(kExitBadJob);
    Deliver(task_.result.get(), read(task_.job));
  }

 private:
  // Turns this process into a node; returns in a child that has a job.
  void Become(ParseState& state, std::string payload, const ParseNode::Read& read = nullptr) {
    ParseNode node(std::move(task_.result), hello_.memory_limit);
    Ready ready;
    ready.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    ready.resident_bytes = ProcessBytes(/*resident=*/true);
    ready.errors = state.errors.first;
    ready.payload = std::move(payload);
    if (!SendFrame(node.socket(), MessageType::kReady, EncodeReady(ready)).ok()) _exit(0);
    task_ = node.Serve(read);
    start_ = Clock::now();
  }

  LiveAst MakeAst(ParseState& state) const {
    LiveAst ast;
    clang::CompilerInstance& compiler = *state.compiler;
    ast.context = &compiler.getASTContext();
    ast.preprocessor = &compiler.getPreprocessor();
    ast.sema = &compiler.getSema();
    ast.record = state.record;
    ast.main = state.main_id;
    ast.preamble = state.preamble_id;
    ast.preamble_size = static_cast<uint32_t>(task_.job.preamble_size);
    ast.path = path_;
    ast.SetText(task_.job.text);
    const clang::SourceManager& sources = compiler.getSourceManager();
    for (const clang::Decl* declaration : state.declarations) {
      clang::FileID id = sources.getFileID(sources.getFileLoc(declaration->getLocation()));
      // The parser hands them out to be read; features walk them with visitors that take no const.
      if (ast.IsInFile(id)) ast.declarations.push_back(const_cast<clang::Decl*>(declaration));
    }
    return ast;
  }

  std::string Answer(ParseState& state, LiveAst& ast, const Question& question) {
    switch (question.kind) {
      case QuestionKind::kAllDiagnostics:
        return Encode(DiagnosticsAnswer{CompleteDiagnostics(state, ast)});
      case QuestionKind::kHover:
      case QuestionKind::kSymbols:
      case QuestionKind::kTypeDefinition:
      case QuestionKind::kHighlights:
      case QuestionKind::kReferencesHere:
      case QuestionKind::kDocumentLinks:
        return AnswerSymbolQuestion(ast, question);
      case QuestionKind::kSemanticTokens:
      case QuestionKind::kOutline:
      case QuestionKind::kFolding:
      case QuestionKind::kSelection:
      case QuestionKind::kInactiveRegions:
        return AnswerDocumentQuestion(ast, question);
      case QuestionKind::kComplete:
      case QuestionKind::kSignatureHelp:
        break;
    }
    _exit(kExitBadJob);
  }

  // What is known only at the end of the translation unit: errors in what it instantiates, names that are
  // used and not defined, or defined and not used. The unit was parsed as a prefix, which leaves that out
  // (1.3 times as fast), so here it is told that it was none.
  std::vector<LiveDiagnostic> CompleteDiagnostics(ParseState& state, LiveAst& ast) {
    clang::Sema& sema = state.compiler->getSema();
    const_cast<clang::TranslationUnitKind&>(sema.TUKind) = clang::TU_Complete;
    // The parser has taken its scopes with it; builtins are declared in the outermost one when first used.
    auto* scope = new clang::Scope(nullptr, clang::Scope::DeclScope, sema.getDiagnostics());
    scope->setEntity(sema.Context.getTranslationUnitDecl());
    sema.TUScope = scope;
    sema.ActOnEndOfTranslationUnit();
    return diagnostics_.Take(ast);
  }

  [[noreturn]] void AnswerWith(std::string answer) {
    Deliver(task_.result.get(), ResultOf(std::move(answer), start_));
  }

  static JobResult ResultOf(std::string answer, Clock::time_point start) {
    JobResult result;
    result.parse_seconds = std::chrono::duration<double>(Clock::now() - start).count();
    result.shard = std::move(answer);
    return result;
  }

  // Of a node that could not come to be: its parent reports the exit, the front shows the text.
  [[noreturn]] void End(const std::string& reason) {
    WriteAll(STDERR_FILENO, reason + "\n");
    _exit(kExitBadJob);
  }

  const Hello hello_;
  Task task_;
  std::string path_;
  std::string preamble_;
  DiagnosticCollector diagnostics_;
  std::unique_ptr<CompletionRun> completion_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

void RunLiveServer(const Hello& hello, Task task) { LiveRunner(hello, std::move(task)).Run(); }

}  // namespace astrolabe
