// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/tidy/batch_tidy.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "analysis/batch/tidy_protocol.h"
#include "analysis/features/tidy/tidy_checks.h"
#include "analysis/features/tidy/tidy_modules.h"
#include "analysis/features/tidy/tidy_options.h"
#include "analysis/live/end_of_unit.h"
#include "base/archive.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Sema/Sema.h"
#include "llvm/Support/MemoryBuffer.h"

namespace astrolabe {
namespace {

using clang::tidy::ClangTidyDiagnosticConsumer;
using clang::tidy::ClangTidyError;

// From clang-tidy's findings to ours.
class Converter {
 public:
  explicit Converter(std::string directory) : directory_(std::move(directory)) {}

  TidyFinding Finding(const ClangTidyError& error) const {
    TidyFinding finding;
    finding.path = Absolute(error.Message.FilePath);
    finding.offset = error.Message.FileOffset;
    finding.check = error.DiagnosticName;
    for (const std::string& alias : error.EnabledDiagnosticAliases) finding.check += "," + alias;
    finding.message = error.Message.Message;
    if (error.IsWarningAsError) finding.level = TidyLevel::kPromoted;
    if (error.DiagLevel == ClangTidyError::Error) finding.level = TidyLevel::kError;
    for (const auto& note : error.Notes) {
      finding.notes.push_back({Absolute(note.FilePath), note.FileOffset, note.Message});
    }
    for (const auto& file : error.Message.Fix) {
      for (const clang::tooling::Replacement& edit : file.getValue()) {
        finding.edits.push_back({Absolute(edit.getFilePath()), edit.getOffset(), edit.getLength(),
                                 edit.getReplacementText().str()});
      }
    }
    return finding;
  }

 private:
  std::string Absolute(llvm::StringRef path) const {
    if (path.empty()) return "";
    return (std::filesystem::path(directory_) / path.str()).lexically_normal().string();
  }

  const std::string directory_;
};

class BatchTidy : public UnitTidy {
 public:
  bool Start(ParseState& state, const std::string& request, const std::string& directory) override {
    absl::StatusOr<TidyRequest> decoded = Decode<TidyRequest>(request);
    if (!decoded.ok()) return false;
    directory_ = directory;
    clang::CompilerInstance& compiler = *state.compiler;
    checks_.emplace(TidyOptionsOf(*decoded), decoded->file);
    consumer_.emplace(checks_->context());
    checks_->Start(compiler.getASTContext(), *consumer_, directory);
    checks_->Observe(compiler.getPreprocessor());
    consumer_->BeginSourceFile(compiler.getLangOpts(), &compiler.getPreprocessor());
    state.listener = &*consumer_;
    return true;
  }

  // What the headers have left to the end of the unit is instantiated once, for all children.
  void AtForkPoint(ParseState& state) override {
    clang::Sema& sema = state.compiler->getSema();
    sema.DefineUsedVTables();
    sema.PerformPendingInstantiations();
    AddWalked(state, &of_headers_);
  }

  std::string OfHeaders(ParseState& state) override {
    GiveMainFile(*state.compiler);
    if (clang::PPCallbacks* listener = state.compiler->getPreprocessor().getPPCallbacks()) {
      listener->EndOfMainFile();
    }
    return Walk(state, of_headers_, {});
  }

  std::string OfUnit(ParseState& state, const std::vector<bool>& closure) override {
    EndTranslationUnit(state.compiler->getSema());
    std::vector<clang::Decl*> own;
    AddWalked(state, &own);
    std::vector<clang::Decl*> of_unit = own;
    const clang::SourceManager& sources = state.compiler->getSourceManager();
    for (clang::Decl* declaration : of_headers_) {
      uint32_t file =
          state.record->FileOf(sources.getFileID(sources.getFileLoc(declaration->getLocation())));
      if (file == kNoFile || closure[file]) of_unit.push_back(declaration);
    }
    AddInstantiated(state, own);
    return Walk(state, own, of_unit);
  }

  std::string OfWhole(ParseState& state) override {
    EndTranslationUnit(state.compiler->getSema());
    clang::Decl* unit = state.compiler->getASTContext().getTranslationUnitDecl();
    return Walk(state, {unit}, {unit});
  }

 private:
  // Checks may take it for granted that the main file is a file (altera-kernel-name-restriction does, at its end), which
  // the list of a zygote's headers is not: an empty one stands in for it.
  static void GiveMainFile(clang::CompilerInstance& compiler) {
    clang::SourceManager& sources = compiler.getSourceManager();
    const clang::FileEntryRef file =
        compiler.getFileManager().getVirtualFileRef("<headers of a zygote>", 0, 0);
    sources.overrideFileContents(file, llvm::MemoryBuffer::getMemBuffer(""));
    sources.setMainFileID(sources.createFileID(file, {}, clang::SrcMgr::C_User));
  }

  // What was parsed since the fork, without the system's headers: nothing is said of them, and to know who is whose parent
  // in them takes longer than all the checks.
  void AddWalked(const ParseState& state, std::vector<clang::Decl*>* walked) {
    const clang::SourceManager& sources = state.compiler->getSourceManager();
    bool has_system = checks_->context().getOptions().SystemHeaders.value_or(false);
    for (const clang::Decl* declaration : state.declarations) {
      if (!has_system && sources.isInSystemHeader(declaration->getLocation())) continue;
      walked->push_back(const_cast<clang::Decl*>(declaration));
    }
  }

  // Functions that this child has instantiated from templates of the zygote's headers. Those of its own templates
  // are walked with these.
  void AddInstantiated(ParseState& state, std::vector<clang::Decl*>& own) const {
    const clang::SourceManager& sources = state.compiler->getSourceManager();
    for (const clang::FunctionDecl* function : state.instantiated) {
      const clang::FunctionDecl* pattern = function->getTemplateInstantiationPattern();
      if (pattern == nullptr || !function->hasBody()) continue;
      if (sources.isInSystemHeader(pattern->getLocation())) continue;
      if (sources.isInMainFile(sources.getExpansionLoc(pattern->getLocation()))) continue;
      own.push_back(const_cast<clang::FunctionDecl*>(function));
    }
  }

  std::string Walk(ParseState& state, const std::vector<clang::Decl*>& declarations,
                   const std::vector<clang::Decl*>& of_unit) {
    checks_->Walk(state.compiler->getASTContext(), declarations, of_unit);
    consumer_->EndSourceFile();
    Converter converter(directory_);
    TidyAnswer answer;
    for (const ClangTidyError& error : consumer_->take()) {
      TidyFinding finding = converter.Finding(error);
      // In a buffer of ours, such as the list of a zygote's headers.
      if (finding.path.ends_with('>')) continue;
      answer.findings.push_back(std::move(finding));
    }
    answer.suppressed = checks_->context().getStats().ErrorsIgnoredNOLINT;
    return Encode(std::move(answer));
  }

  std::string directory_;
  std::optional<TidyChecks> checks_;
  std::optional<ClangTidyDiagnosticConsumer> consumer_;
  std::vector<clang::Decl*> of_headers_;
};

}  // namespace

std::unique_ptr<UnitTidy> MakeBatchTidy() { return std::make_unique<BatchTidy>(); }

}  // namespace astrolabe
