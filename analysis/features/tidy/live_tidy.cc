// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/tidy/live_tidy.h"

#include "analysis/features/document/diagnostics.h"
#include "analysis/features/tidy/preprocessor_tape.h"
#include "analysis/features/tidy/tidy_checks.h"
#include "analysis/features/tidy/tidy_options.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Preprocessor.h"

namespace astrolabe {
namespace {

// Between the checks and those who keep what they say: names the check, leaves out what a NOLINT comment wants left
// out, and raises what WarningsAsErrors names.
class Reader : public clang::DiagnosticConsumer {
 public:
  Reader(clang::tidy::ClangTidyContext& context, DiagnosticCollector& collector)
      : context_(context), collector_(collector) {}

  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& diagnostic) override {
    if (level == clang::DiagnosticsEngine::Note) {
      if (!is_suppressed_) collector_.HandleDiagnostic(level, diagnostic);
      return;
    }
    llvm::SmallVector<clang::tooling::Diagnostic, 1> malformed;
    is_suppressed_ = context_.shouldSuppressDiagnostic(level, diagnostic, malformed,
                                                       /*AllowIO=*/false);
    if (is_suppressed_) return;
    std::string check = context_.getCheckName(diagnostic.getID());
    collector_.HandleCheck(level, diagnostic, check, context_.treatAsError(check));
  }

 private:
  clang::tidy::ClangTidyContext& context_;
  DiagnosticCollector& collector_;
  bool is_suppressed_ = false;
};

// For Clang a location is in the main file if nothing includes its file, and we have entered it as if something did.
void ForgetIncluder(clang::SourceManager& sources, clang::FileID id) {
  if (id.isInvalid() || sources.getIncludeLoc(id).isInvalid()) return;
  const clang::SrcMgr::SLocEntry& entry = sources.getSLocEntry(id);
  const clang::SrcMgr::FileInfo& file = entry.getFile();
  auto& content = const_cast<clang::SrcMgr::ContentCache&>(file.getContentCache());
  const_cast<clang::SrcMgr::SLocEntry&>(entry) = clang::SrcMgr::SLocEntry::get(
      entry.getOffset(),
      clang::SrcMgr::FileInfo::get(clang::SourceLocation(), content, file.getFileCharacteristic(),
                                   file.getName()));
}

// Checks ask where they are by Clang's main file and by the names of files.
void MakeMainFile(const LiveAst& ast, clang::SourceManager& sources) {
  sources.setMainFileID(ast.main);
  ForgetIncluder(sources, ast.main);
  ForgetIncluder(sources, ast.preamble);
  int name = static_cast<int>(sources.getLineTableFilenameID(ast.path));
  sources.AddLineNote(sources.getLocForStartOfFile(ast.main), 1, name, /*IsFileEntry=*/false,
                      /*IsFileExit=*/false, clang::SrcMgr::C_User);
}

}  // namespace

std::vector<LiveDiagnostic> RunTidy(const LiveAst& ast, const TidySettings& settings,
                                    PreprocessorTape* tape) {
  clang::ASTContext& context = *ast.context;
  DiagnosticCollector collector;
  TidyChecks checks(TidyOptionsOf(ast.path, settings), ast.path);
  Reader reader(checks.context(), collector);
  MakeMainFile(ast, context.getSourceManager());
  checks.Start(context, reader, ast.path.substr(0, ast.path.rfind('/')));
  if (checks.empty()) return {};
  reader.BeginSourceFile(context.getLangOpts(), ast.preprocessor);
  if (tape != nullptr) {
    ForgetObservers(*ast.preprocessor);
    checks.Observe(*ast.preprocessor);
    tape->Play(ast.preamble, ast.main);
  }
  checks.Walk(context, ast.declarations, ast.declarations);
  return collector.Take(ast);
}

}  // namespace astrolabe
