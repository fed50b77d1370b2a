// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/live_server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "analysis/batch/parse_session.h"
#include "analysis/batch/type_tables.h"
#include "analysis/features/completion/answer.h"
#include "analysis/features/document/answer.h"
#include "analysis/features/document/diagnostics.h"
#include "analysis/features/format/format.h"
#include "analysis/features/hints/inlay_hints.h"
#include "analysis/features/includes/include_hygiene.h"
#include "analysis/features/live_ast.h"
#include "analysis/features/refactor/answer.h"
#include "analysis/features/symbols/answer.h"
#include "analysis/features/tidy/live_tidy.h"
#include "analysis/features/tidy/preprocessor_tape.h"
#include "analysis/live/answers.h"
#include "analysis/live/end_of_unit.h"
#include "analysis/live/function_spans.h"
#include "analysis/live/line_index.h"
#include "analysis/project/paths.h"
#include "analysis/project/source_language.h"
#include "base/archive.h"
#include "base/strings.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Sema/Sema.h"

namespace astrolabe {
namespace {

using Clock = std::chrono::steady_clock;

// By how much, in percent, Clang's tables may grow from the headers to the end of the unit, everything instantiated,
// without moving: the first time that they did copied 84 MB of 182 for RocksDB's db_impl.cc.
constexpr unsigned kTablesGrow = 200;
// Of the processor, for all checks of clang-tidy. Behind it the kernel sends SIGXCPU, upon which LLVM's handler says at
// which check it was.
constexpr rlim_t kTidySeconds = 20;

class LiveRunner : public ParseDelegate {
 public:
  LiveRunner(const Hello& hello, Task task) : hello_(hello), task_(std::move(task)) {}

  [[noreturn]] void Run() {
    const Job& job = task_.job;
    if (job.kind == JobKind::kText) {
      AnswerWith(Encode(FormatText(job.file, job.text, QuestionOfJob())));
    }
    if (chdir(job.directory.c_str()) != 0) End(StrCat("no folder ", job.directory));
    path_ = job.file;
    FrontEndRun run;
    run.cc1 = job.cc1;
    run.file = job.file;
    run.headers = job.headers;
    for (size_t i = 0; i + 1 < job.unsaved.size(); i += 2) {
      run.unsaved.emplace_back(job.unsaved[i], job.unsaved[i + 1]);
    }
    run.is_whole = job.kind == JobKind::kWhole;
    if (run.is_whole || job.kind == JobKind::kPreamble) {
      run.unsaved.emplace_back(job.file, job.text);
    }
    run.reader = &diagnostics_;
    End(RunFrontEnd(run, *this));
  }

  void AtStart(ParseState& state) override {
    tape_ = InstallPreprocessorTape(state.compiler->getPreprocessor());
  }

  void AtForkPoint(ParseState& state) override {
    clang::CompilerInstance& compiler = *state.compiler;
    if (task_.job.kind == JobKind::kBase) {
      InstantiatePending(compiler);
      ReserveTypeTables(compiler.getASTContext(), kTablesGrow);
      Become(state, Encode(ReportBase(state)));
      if (task_.job.kind != JobKind::kPreamble) Misplaced();
      // What is wrong in a header is for those who have it open.
      diagnostics_.Reset();
      path_ = task_.job.file;
      ContinueWithPreamble(state, path_, task_.job.text, task_.job.unsaved);
      tape_->Follow(state.main_id);
      return;
    }
    if (task_.job.kind == JobKind::kPrefix) {
      Become(state, "");
      return Complete(*state.compiler);
    }
    if (task_.job.kind != JobKind::kPreamble) return;  // a file that knows our pragma
    // Not again on a base: that would touch, and so copy, all that stands in the tables.
    if (base_files_ == 0) ReserveTypeTables(compiler.getASTContext(), kTablesGrow);
    Become(state, Encode(ReportPreamble(state)));
    while (task_.job.kind == JobKind::kWarm) {
      InstantiatePending(compiler);
      Become(state, "");
    }
    if (task_.job.kind == JobKind::kPrefix) {
      PrepareForCompletion(compiler);
      ContinueUpTo(state, path_, task_.job.text, task_.job.preamble_size);
      return;
    }
    bool is_whole = task_.job.kind == JobKind::kOpen || task_.job.kind == JobKind::kBody;
    if (!is_whole) return Complete(compiler);
    ContinueBehindPreamble(state, path_, task_.job.text, task_.job.preamble_size);
    tape_->Follow(state.main_id);
    functions_.emplace(compiler.getSourceManager(), state.main_id);
    std::optional<FunctionSpan> only;
    if (task_.job.kind == JobKind::kBody) {
      Question question = QuestionOfJob();
      if (question.kind == QuestionKind::kBodyDiagnostics) only = question.function;
    }
    state.skips_body = [this, only](const clang::FunctionDecl& function) {
      return functions_->Meet(function, only);
    };
  }

  [[noreturn]] void AtEnd(ParseState& state) override {
    if (task_.job.kind == JobKind::kComplete) AnswerWith(completion_->Answer());
    if (task_.job.kind == JobKind::kPreamble) {
      PreambleReport report;
      report.is_dead_end = true;  // the pragma was skipped
      Become(state, Encode(std::move(report)));
    }
    if (task_.job.kind == JobKind::kWhole) {
      const LiveAst ast = MakeAst(state);
      InstantiateForTexts(state, ast);
      AnswerWith(Encode(DiagnosticsAnswer{diagnostics_.Take(ast), {}}));
    }
    if (!functions_) Misplaced();
    LiveAst ast = MakeAst(state);
    if (task_.job.kind == JobKind::kBody) {
      const Question question = QuestionOfJob();
      if (question.kind == QuestionKind::kCheckText) {
        // All of a source would take too long.
        IsSourceFile(path_) ? InstantiateForPlaces(state, question.ranges)
                            : InstantiateForTexts(state, ast);
      }
    }
    DiagnosticsAnswer parsed{diagnostics_.Take(ast), functions_->Spans()};
    if (task_.job.kind == JobKind::kBody) AnswerWith(Encode(std::move(parsed)));
    auto read = [&](const Job& job) {
      Clock::time_point start = Clock::now();
      absl::StatusOr<Question> question = Decode<Question>(job.question);
      if (!question.ok()) Misplaced();
      return ResultOf(Answer(state, ast, *question), start);
    };
    Become(state, Encode(std::move(parsed)), read);
    if (task_.job.kind == JobKind::kEnd) EndUnit(state, ast);
    if (task_.job.kind != JobKind::kAsk) Misplaced();
    Deliver(task_.result.get(), read(task_.job));
  }

 private:
  // All is instantiated, which clang-tidy builds on: what it does to this process costs the file none of the compiler's
  // diagnostics.
  [[noreturn]] void EndUnit(ParseState& state, LiveAst& ast) {
    Question question = QuestionOfJob();
    Become(state, Encode(DiagnosticsAnswer{CompleteDiagnostics(state, ast, question), {}}));
    if (task_.job.kind != JobKind::kAsk) Misplaced();
    question = QuestionOfJob();
    if (question.kind != QuestionKind::kTidy) Misplaced();
    // A child begins with no seconds used.
    rlimit limit = {kTidySeconds, kTidySeconds + 1};
    setrlimit(RLIMIT_CPU, &limit);
    AnswerWith(Encode(DiagnosticsAnswer{RunTidy(ast, question.tidy, tape_), {}}));
  }

  // What the file itself needs, and what the files need whose texts came with it: edits of them are looked at.
  void InstantiateForTexts(ParseState& state, const LiveAst& ast) const {
    std::set<std::string> texts;
    for (size_t i = 0; i + 1 < task_.job.unsaved.size(); i += 2) texts.insert(task_.job.unsaved[i]);
    std::map<clang::FileID, bool> wanted;
    clang::CompilerInstance& compiler = *state.compiler;
    InstantiateFor(compiler.getSema(), [&](clang::SourceLocation at) {
      const clang::SourceManager& sources = compiler.getSourceManager();
      const clang::FileID file = sources.getFileID(sources.getExpansionLoc(at));
      const auto [known, is_new] = wanted.try_emplace(file, ast.IsInFile(file));
      if (!is_new || known->second) return known->second;
      const std::optional<CodeLocation> place = ast.LocationOf(clang::SourceRange(at));
      return known->second = place && texts.contains(place->path);
    });
  }

  // What the functions at these places need, or the places themselves where there is none.
  void InstantiateForPlaces(ParseState& state, const std::vector<CodeRange>& ranges) const {
    if (ranges.empty()) return;
    const LineIndex lines(task_.job.text);
    const std::vector<FunctionSpan> functions = functions_->Spans();
    std::vector<std::pair<size_t, size_t>> spans;
    for (const CodeRange& range : ranges) {
      size_t begin = lines.OffsetOf(range.begin);
      size_t end = lines.OffsetOf(range.end);
      for (const FunctionSpan& function : functions) {
        if (function.end < begin || function.begin > end) continue;
        begin = std::min<size_t>(begin, function.begin);
        end = std::max<size_t>(end, function.end);
      }
      spans.emplace_back(begin, end);
    }
    const clang::SourceManager& sources = state.compiler->getSourceManager();
    InstantiateFor(state.compiler->getSema(), [&](clang::SourceLocation at) {
      const auto [file, offset] = sources.getDecomposedLoc(sources.getExpansionLoc(at));
      if (file != state.main_id) return false;
      return std::ranges::any_of(spans, [offset = offset](const auto& span) {
        return span.first <= offset && offset <= span.second;
      });
    });
  }

  // What the headers have left to instantiate is done once, here, and not by each child that completes the
  // translation unit: 0.75 s instead of 2.8 s for RocksDB's db_impl.cc.
  static void InstantiatePending(clang::CompilerInstance& compiler) {
    compiler.getSema().DefineUsedVTables();
    compiler.getSema().PerformPendingInstantiations();
  }

  PreambleReport ReportBase(ParseState& state) {
    PreambleReport report;
    base_files_ = state.record->file_count();
    for (uint32_t file = 0; file < base_files_; ++file) {
      if (state.record->file(file).is_read) report.files.push_back(state.record->file(file).path);
    }
    return report;
  }

  PreambleReport ReportPreamble(ParseState& state) const {
    const PreprocessorRecord& record = *state.record;
    PreambleReport report;
    clang::FileID id = state.preamble_id;
    if (id.isInvalid()) id = state.compiler->getSourceManager().getMainFileID();
    IncludeWalk walk = state.record->Walk(id);
    for (uint32_t file = 0; file < record.file_count(); ++file) {
      if (!record.file(file).is_read) continue;
      bool is_included = base_files_ == 0 || walk.files[file];
      if (is_included) report.files.push_back(record.file(file).path);
      if (!is_included) report.is_exact = false;
    }
    for (const std::unique_ptr<FileRun>& run : record.runs()) {
      for (const RecordedInclude& include : run->includes) {
        if (include.file == kNoFile) report.missing.emplace_back(BaseName(include.spelled));
      }
    }
    MacroMisfit misfit;
    if (base_files_ > 0 && record.FindMisfit(walk, &misfit)) report.is_exact = false;
    return report;
  }

  // Enters what has to be parsed for completion, on top of the preamble or of a longer beginning of the file.
  void Complete(clang::CompilerInstance& compiler) {
    if (task_.job.kind != JobKind::kComplete) Misplaced();
    Question question = QuestionOfJob();
    CompletionRequest request;
    request.path = path_;
    request.text = task_.job.text;
    request.preamble_size = static_cast<uint32_t>(task_.job.preamble_size);
    request.offset = LineIndex(request.text).OffsetOf(question.place);
    request.signature_help = question.kind == QuestionKind::kSignatureHelp;
    request.limit = question.limit;
    request.overloads_apart = question.overloads_apart;
    request.on_answer = [this](const std::string& answer) { AnswerWith(answer); };
    completion_ = EnterCompletion(compiler, std::move(request));
  }

  Question QuestionOfJob() const {
    absl::StatusOr<Question> question = Decode<Question>(task_.job.question);
    if (!question.ok()) Misplaced();
    return *std::move(question);
  }

  // Turns this process into a node; returns in a child that has a job.
  void Become(ParseState& state, std::string payload, const ParseNode::Read& read = nullptr) {
    ParseNode node(std::move(task_.result), hello_.memory_limit);
    Ready ready;
    ready.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    ready.resident_bytes = ProcessBytes(/*resident=*/true);
    ready.errors = state.errors.first;
    ready.bad_headers = state.errors.header_lines;
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
      auto [id, offset] = sources.getDecomposedLoc(sources.getFileLoc(declaration->getLocation()));
      // Behind the preamble's text there stands only what marks our own way on.
      if (id == ast.preamble && offset >= ast.preamble_size) continue;
      // The parser hands them out to be read; features walk them with visitors that take no const.
      if (ast.IsInFile(id)) ast.declarations.push_back(const_cast<clang::Decl*>(declaration));
    }
    return ast;
  }

  std::string Answer(ParseState& state, LiveAst& ast, const Question& question) {
    switch (question.kind) {
      case QuestionKind::kAllDiagnostics:
        return Encode(DiagnosticsAnswer{CompleteDiagnostics(state, ast, question), {}});
      case QuestionKind::kHover:
      case QuestionKind::kSymbols:
      case QuestionKind::kTypeDefinition:
      case QuestionKind::kHighlights:
      case QuestionKind::kReferencesHere:
      case QuestionKind::kHierarchyItems:
      case QuestionKind::kIncomingCalls:
      case QuestionKind::kOutgoingCalls:
      case QuestionKind::kSupertypes:
      case QuestionKind::kSubtypes:
        return AnswerSymbolQuestion(ast, question);
      case QuestionKind::kSemanticTokens:
      case QuestionKind::kInactiveRegions:
      case QuestionKind::kSyntaxTree:
        return AnswerDocumentQuestion(ast, question);
      case QuestionKind::kInlayHints:
        return Encode(MakeInlayHints(ast, question.ranges, question.hints));
      case QuestionKind::kRefactorings:
      case QuestionKind::kRefactor:
        return AnswerRefactorQuestion(ast, question);
      case QuestionKind::kTidy:
      case QuestionKind::kFormat:
      case QuestionKind::kBodyDiagnostics:
      case QuestionKind::kComplete:
      case QuestionKind::kSignatureHelp:
      case QuestionKind::kCheckText:
        break;
    }
    Misplaced();
  }

  std::vector<LiveDiagnostic> CompleteDiagnostics(ParseState& state, LiveAst& ast,
                                                  const Question& question) {
    EndTranslationUnit(state.compiler->getSema());
    std::vector<LiveDiagnostic> all = diagnostics_.Take(ast);
    for (LiveDiagnostic& said : CheckIncludes(ast, question.includes)) {
      all.push_back(std::move(said));
    }
    std::ranges::stable_sort(
        all, {}, [](const LiveDiagnostic& diagnostic) { return diagnostic.range.begin; });
    return all;
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

  // A job that this process is not for: a mistake of ours, not the file's.
  [[noreturn]] void Misplaced() const {
    End(StrCat("a job of kind ", static_cast<int>(task_.job.kind),
               " came to a process of another"));
  }

  // Of a node that could not come to be: its parent reports the exit, the front shows the text.
  [[noreturn]] static void End(const std::string& reason) {
    WriteAll(STDERR_FILENO, reason + "\n");
    _exit(kExitBadJob);
  }

  const Hello hello_;
  Task task_;
  std::string path_;
  uint32_t base_files_ = 0;  // that the base has come across, if there is one
  DiagnosticCollector diagnostics_;
  PreprocessorTape* tape_ = nullptr;
  std::optional<FunctionSpans> functions_;  // once the rest of the file is being parsed
  std::unique_ptr<CompletionRun> completion_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

void RunLiveServer(const Hello& hello, Task task) { LiveRunner(hello, std::move(task)).Run(); }

}  // namespace astrolabe
