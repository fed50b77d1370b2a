// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/completion_consumer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "analysis/features/completion/completion.h"
#include "analysis/features/completion/running_parser.h"
#include "analysis/features/completion/signature_help.h"
#include "base/archive.h"
#include "base/strings.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/HeaderSearch.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Sema/CodeCompleteOptions.h"
#include "clang/Sema/Sema.h"
#include "clang/Sema/SemaCodeCompletion.h"
#include "llvm/Support/MemoryBuffer.h"

namespace astrolabe {
namespace {

clang::CodeCompleteOptions Options(const CompletionRequest& request) {
  clang::CodeCompleteOptions options;
  options.IncludeMacros = !request.signature_help;
  options.IncludeCodePatterns = !request.signature_help;
  // Sema's list of names is of no use to signature help, and with the globals it is the most work.
  options.IncludeGlobals = !request.signature_help;
  options.IncludeNamespaceLevelDecls = !request.signature_help;
  options.IncludeBriefComments = false;  // only for the options that are left in the end
  options.LoadExternal = false;
  options.IncludeFixIts = true;
  return options;
}

// Makes `text` the content of a file that is nowhere, with the point at `offset`.
clang::FileEntryRef SetPoint(clang::CompilerInstance& compiler, const std::string& name,
                             const std::string& text, uint32_t offset) {
  clang::FileEntryRef entry = compiler.getFileManager().getVirtualFileRef(
      name, static_cast<off_t>(text.size()), /*ModificationTime=*/0);
  compiler.getSourceManager().overrideFileContents(
      entry, llvm::MemoryBuffer::getMemBufferCopy(text, name));
  std::string_view before = std::string_view(text).substr(0, offset);
  size_t newline = before.rfind('\n');
  size_t column = newline == std::string_view::npos ? offset : offset - newline - 1;
  compiler.getPreprocessor().SetCodeCompletionPoint(
      entry, 1 + static_cast<unsigned>(std::count(before.begin(), before.end(), '\n')),
      1 + static_cast<unsigned>(column));
  return entry;
}

}  // namespace

CompletionConsumer::CompletionConsumer(CompletionRequest request, CompletionPoint point)
    : CodeCompleteConsumer(Options(request)),
      request_(std::move(request)),
      point_(std::move(point)),
      strings_(std::make_shared<clang::GlobalCodeCompletionAllocator>()) {
  completion_.replaced = ReplacedRange(request_.text, point_);
}

void CompletionConsumer::ProcessCodeCompleteResults(clang::Sema& sema,
                                                    clang::CodeCompletionContext context,
                                                    clang::CodeCompletionResult* results,
                                                    unsigned count) {
  if (done_ || request_.signature_help) return;
  // Said of comments and literals, where nothing follows, but of an argument that a macro turns into a literal as
  // well: assert(x.^) comes here first, and with the members then.
  if (context.getKind() == clang::CodeCompletionContext::CCC_NaturalLanguage) return;
  // What is visible there is better than nothing, but of no use behind "object.".
  bool is_recovery = context.getKind() == clang::CodeCompletionContext::CCC_Recovery;
  if (is_recovery && (!completion_.options.empty() || point_.is_qualified)) return;
  completion_ = BuildCompletion({.sema = sema,
                                 .context = context,
                                 .strings = strings_,
                                 .text = request_.text,
                                 .point = point_,
                                 .limit = request_.limit,
                                 .overloads_apart = request_.overloads_apart},
                                {results, count});
  if (is_recovery) return;
  if (count > 0 || context.getKind() == clang::CodeCompletionContext::CCC_IncludedFile) Deliver();
}

void CompletionConsumer::ProcessOverloadCandidates(clang::Sema& sema, unsigned argument,
                                                   OverloadCandidate* candidates, unsigned count,
                                                   clang::SourceLocation, bool braced) {
  // The innermost call comes first.
  if (done_ || !request_.signature_help || count == 0) return;
  signatures_ = BuildSignatures(sema, strings_, argument, {candidates, count}, braced);
  if (!signatures_.signatures.empty()) Deliver();
}

void CompletionConsumer::Deliver() {
  done_ = true;
  if (request_.on_answer) request_.on_answer(Answer());
}

std::string CompletionConsumer::Answer() const {
  return request_.signature_help ? Encode(signatures_) : Encode(completion_);
}

void PrepareForCompletion(clang::CompilerInstance& compiler) {
  clang::DiagnosticsEngine& diagnostics = compiler.getDiagnostics();
  // A header that is not there was fatal, and after a fatal error Clang instantiates no template.
  diagnostics.Reset(/*soft=*/true);
  diagnostics.setFatalsAsError(true);
  diagnostics.setErrorLimit(0);
  diagnostics.setSuppressAllDiagnostics(true);
  compiler.getLangOpts().SpellChecking = false;  // costs time, and corrects what is half typed
  ExpectCompletion(compiler);
}

std::unique_ptr<CompletionRun> EnterCompletion(clang::CompilerInstance& compiler,
                                               CompletionRequest request) {
  CompletionPoint point = FindCompletionPoint(request.text, request.offset);
  PrepareForCompletion(compiler);
  std::string parsed = TextToParse(request.text, request.preamble_size, point);
  // A name of its own: the preamble's buffer may have the file's, and a file has only one content.
  std::string name = StrCat(request.path, ".completion");
  bool complete = !point.in_number || request.signature_help;
  uint32_t begin = point.begin;
  auto consumer = std::make_unique<CompletionConsumer>(std::move(request), std::move(point));
  compiler.getSema().CodeCompletion().CodeCompleter = consumer.get();
  if (!complete) return consumer;

  clang::SourceManager& sources = compiler.getSourceManager();
  clang::Preprocessor& preprocessor = compiler.getPreprocessor();
  clang::FileEntryRef entry = SetPoint(compiler, name, parsed, begin);
  clang::SourceLocation from = sources.getLocForStartOfFile(sources.getMainFileID());
  clang::FileID id = sources.createFileID(entry, from, clang::SrcMgr::C_User);
  // Without its info the first #include relative to it finds none, and crashes.
  preprocessor.getHeaderSearchInfo().getFileInfo(entry);
  // Conditionals that are open, such as an include guard, go on in the rest.
  clang::PreprocessorLexer* before = preprocessor.getCurrentFileLexer();
  std::vector<clang::PPConditionalInfo> open(before->conditional_begin(),
                                             before->conditional_end());
  before->setConditionalLevels({});
  preprocessor.EnterSourceFile(id, nullptr, from);
  preprocessor.getCurrentFileLexer()->setConditionalLevels(open);
  return consumer;
}

bool SkipsBodies(const clang::Preprocessor& preprocessor) {
  return preprocessor.isCodeCompletionEnabled();
}

}  // namespace astrolabe
