// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/parse_session.h"

#include <algorithm>
#include <memory>

#include "analysis/diagnostic_text.h"
#include "base/strings.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclGroup.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Lex/HeaderSearch.h"
#include "clang/Lex/Pragma.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"

namespace astrolabe {
namespace {

constexpr size_t kErrorsKept = 10;
constexpr char kForkPragma[] = "astrolabe_fork_point";
// Buffers of ours; no file has such a name.
constexpr char kHeadersBuffer[] = "<astrolabe headers>";
constexpr char kMacrosBuffer[] = "<astrolabe macros>";

// The parser looks one token ahead: without the semicolon it would come upon the pragma before it has handed
// over the last declaration of the last header. Ahead of all there is none, and `module` has to be a unit's first token.
std::string WithForkPoint(const std::string& text) {
  return StrCat(text, text.empty() ? "" : "\n;", "\n#pragma ", kForkPragma, "\n");
}

std::string HeadersText(const std::vector<std::string>& headers) {
  std::string text;
  for (const std::string& header : headers) text += StrCat("#include ", header, "\n");
  return WithForkPoint(text);
}

class ErrorCollector : public clang::DiagnosticConsumer {
 public:
  ErrorCollector(ParseState& state, clang::DiagnosticConsumer* reader)
      : state_(state), log_(state.errors), reader_(reader) {}

  void BeginSourceFile(const clang::LangOptions& language,
                       const clang::Preprocessor* preprocessor) override {
    if (reader_ != nullptr) reader_->BeginSourceFile(language, preprocessor);
  }

  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& diagnostic) override {
    if (reader_ != nullptr) reader_->HandleDiagnostic(level, diagnostic);
    if (state_.listener != nullptr) state_.listener->HandleDiagnostic(level, diagnostic);
    if (level < clang::DiagnosticsEngine::Error) return;
    ++log_.count;
    clang::SourceLocation location = diagnostic.getLocation();
    bool placed = location.isValid() && diagnostic.hasSourceManager();
    if (placed) AddHeaderLine(diagnostic.getSourceManager(), location);
    if (log_.first.size() < kErrorsKept) log_.first.push_back(DiagnosticText(diagnostic));
  }

 private:
  void AddHeaderLine(const clang::SourceManager& sources, clang::SourceLocation location) {
    clang::FileID id = sources.getFileID(sources.getExpansionLoc(location));
    unsigned offset = sources.getFileOffset(sources.getExpansionLoc(location));
    while (id.isValid()) {
      if (sources.getBufferOrFake(id).getBufferIdentifier() == kHeadersBuffer) {
        log_.header_lines.push_back(sources.getLineNumber(id, offset) - 1);
        return;
      }
      clang::SourceLocation includer = sources.getIncludeLoc(id);
      if (includer.isInvalid()) return;
      std::tie(id, offset) = sources.getDecomposedExpansionLoc(includer);
    }
  }

  ParseState& state_;
  ErrorLog& log_;
  clang::DiagnosticConsumer* reader_;
};

class ForkPragma : public clang::PragmaHandler {
 public:
  ForkPragma(ParseState& state, ParseDelegate& delegate)
      : PragmaHandler(kForkPragma), state_(state), delegate_(delegate) {}

  void HandlePragma(clang::Preprocessor& preprocessor, clang::PragmaIntroducer,
                    clang::Token&) override {
    clang::Token token;
    do {
      preprocessor.LexUnexpandedToken(token);
    } while (token.isNot(clang::tok::eod));
    delegate_.AtForkPoint(state_);
  }

 private:
  ParseState& state_;
  ParseDelegate& delegate_;
};

std::vector<std::string> PathsOf(const std::vector<std::pair<std::string, std::string>>& texts) {
  std::vector<std::string> paths;
  for (const auto& [path, text] : texts) paths.push_back(path);
  return paths;
}

// Whether a function is written in one of these files.
bool IsInOneOf(const std::vector<std::string>& paths, const clang::FunctionDecl& function) {
  if (paths.empty()) return false;
  const clang::SourceManager& sources = function.getASTContext().getSourceManager();
  const clang::OptionalFileEntryRef file =
      sources.getFileEntryRefForID(sources.getFileID(sources.getFileLoc(function.getLocation())));
  return file && std::ranges::any_of(paths, [&](const std::string& path) {
           const auto one = sources.getFileManager().getOptionalFileRef(path);
           return one && *one == *file;
         });
}

class DeclarationKeeper : public clang::ASTConsumer {
 public:
  explicit DeclarationKeeper(ParseState& state) : state_(state) {}

  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    for (const clang::Decl* declaration : group) state_.declarations.push_back(declaration);
    return true;
  }
  void HandleCXXImplicitFunctionInstantiation(clang::FunctionDecl* function) override {
    state_.instantiated.push_back(function);
  }
  void HandleTopLevelDeclInObjCContainer(clang::DeclGroupRef group) override {
    HandleTopLevelDecl(group);
  }
  bool shouldSkipFunctionBody(clang::Decl* declaration) override {
    const clang::FunctionDecl* function = declaration->getAsFunction();
    return function != nullptr && state_.skips_body && state_.skips_body(*function);
  }

 private:
  ParseState& state_;
};

class Action : public clang::ASTFrontendAction {
 public:
  Action(ParseState& state, ParseDelegate& delegate) : state_(state), delegate_(delegate) {}

  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler,
                                                        llvm::StringRef) override {
    state_.compiler = &compiler;
    clang::Preprocessor& preprocessor = compiler.getPreprocessor();
    state_.record = InstallPreprocessorRecord(preprocessor);
    preprocessor.AddPragmaHandler(new ForkPragma(state_, delegate_));
    delegate_.AtStart(state_);
    return std::make_unique<DeclarationKeeper>(state_);
  }
  // Nothing is instantiated at the end that nobody has asked for: 1.3 times as fast.
  clang::TranslationUnitKind getTranslationUnitKind() override { return clang::TU_Prefix; }
  void EndSourceFileAction() override {
    if (state_.main_id.isInvalid()) {
      state_.main_id = state_.compiler->getSourceManager().getMainFileID();
    }
    delegate_.AtEnd(state_);
  }

 private:
  ParseState& state_;
  ParseDelegate& delegate_;
};

// For -include conf.h Clang looks into the working directory only if the main file is a file, which our buffer is not.
// Says where it would look first, if something is there.
void FindForcedIncludes(clang::CompilerInvocation& invocation) {
  const std::string& set = invocation.getFileSystemOpts().WorkingDir;
  clang::PreprocessorOptions& preprocessor = invocation.getPreprocessorOpts();
  for (std::vector<std::string>* headers : {&preprocessor.Includes, &preprocessor.MacroIncludes}) {
    for (std::string& header : *headers) {
      llvm::SmallString<256> path(header);
      if (llvm::sys::path::is_absolute(path)) continue;
      if (!set.empty()) llvm::sys::path::make_absolute(set, path);
      llvm::sys::fs::make_absolute(path);
      llvm::sys::path::remove_dots(path);  // "..": behind a link it leads elsewhere
      if (llvm::sys::fs::is_regular_file(path)) header = std::string(path);
    }
  }
}

void EnterBuffer(ParseState& state, const std::string& text, const char* name) {
  clang::SourceManager& sources = state.compiler->getSourceManager();
  clang::Preprocessor& preprocessor = state.compiler->getPreprocessor();
  clang::SourceLocation from = sources.getLocForStartOfFile(sources.getMainFileID());
  clang::FileID id = sources.createFileID(llvm::MemoryBuffer::getMemBufferCopy(text, name),
                                          clang::SrcMgr::C_User, 0, 0, from);
  preprocessor.EnterSourceFile(id, nullptr, from);
}

void BeginEpoch(ParseState& state) {
  state.errors = {};
  state.declarations = {};
  state.instantiated = {};
  state.record->StartEpoch();
}

// Unsaved texts on top of what is on disk.
llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> FilesOf(const FrontEndRun& run) {
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> real = llvm::vfs::getRealFileSystem();
  if (run.unsaved.empty()) return real;
  auto memory = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
  for (const auto& [path, text] : run.unsaved) {
    std::string content = path == run.file && !run.is_whole ? WithForkPoint(text) : text;
    memory->addFile(path, 0, llvm::MemoryBuffer::getMemBufferCopy(content, path));
  }
  auto overlay = llvm::makeIntrusiveRefCnt<llvm::vfs::OverlayFileSystem>(real);
  overlay->pushOverlay(memory);
  return overlay;
}

}  // namespace

std::string RunFrontEnd(const FrontEndRun& run, ParseDelegate& delegate) {
  ParseState state;
  ErrorCollector collector(state, run.reader);
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files = FilesOf(run);
  clang::DiagnosticOptions diagnostic_options;
  llvm::IntrusiveRefCntPtr<clang::DiagnosticsEngine> diagnostics =
      clang::CompilerInstance::createDiagnostics(*files, diagnostic_options, &collector,
                                                 /*ShouldOwnClient=*/false);
  auto invocation = std::make_shared<clang::CompilerInvocation>();
  std::vector<const char*> arguments;
  for (const std::string& argument : run.cc1) arguments.push_back(argument.c_str());
  if (!clang::CompilerInvocation::CreateFromArgs(*invocation, arguments, *diagnostics)) {
    return state.errors.first.empty() ? "Clang rejects the command" : state.errors.first[0];
  }
  state.errors = {};
  clang::FrontendOptions& front_end = invocation->getFrontendOpts();
  clang::InputKind kind =
      front_end.Inputs.empty() ? front_end.DashX : front_end.Inputs[0].getKind();
  if (kind.isUnknown()) kind = clang::Language::CXX;
  front_end.Inputs.clear();
  std::unique_ptr<llvm::MemoryBuffer> buffer;
  if (run.file.empty()) {
    buffer = llvm::MemoryBuffer::getMemBufferCopy(HeadersText(run.headers), kHeadersBuffer);
    front_end.Inputs.emplace_back(buffer->getMemBufferRef(), kind);
    FindForcedIncludes(*invocation);
  } else {
    front_end.Inputs.emplace_back(run.file, kind);
  }
  front_end.DisableFree = true;
  front_end.ProgramAction = clang::frontend::ParseSyntaxOnly;
  bool for_people = run.reader != nullptr;
  front_end.SkipFunctionBodies = for_people;
  if (for_people) {
    state.skips_body = [texts = run.is_whole ? PathsOf(run.unsaved) : std::vector<std::string>()](
                           const clang::FunctionDecl& function) {
      return !function.isTemplated() && !IsInOneOf(texts, function);
    };
  }
  clang::LangOptions& language = invocation->getLangOpts();
  language.CommentOpts.ParseAllComments = true;
  // What -isystem names is documented too. In the index that would be 8 % of its size, for RocksDB.
  language.RetainCommentsFromSystemHeaders = for_people;
  language.SpellChecking = for_people;  // typo correction costs over 1 %
  invocation->getDiagnosticOpts().IgnoreWarnings = !for_people;
  if (for_people) {
    // A header that is open is no main file, whatever it looks like.
    invocation->getDiagnosticOpts().Warnings.push_back("no-pragma-once-outside-header");
  }
  invocation->getDiagnosticOpts().PedanticErrors = false;  // our own semicolon is one
  invocation->getPreprocessorOpts().DetailedRecord = false;

  clang::CompilerInstance compiler(invocation);
  compiler.createVirtualFileSystem(files, &collector);
  compiler.createDiagnostics(&collector, /*ShouldOwnClient=*/false);
  // Behind an error and a header that is not there Clang would instantiate no template.
  compiler.getDiagnostics().setFatalsAsError(true);
  compiler.createFileManager();
  compiler.createSourceManager();
  Action action(state, delegate);
  compiler.ExecuteAction(action);
  return state.errors.first.empty() ? "Clang did not come to the end of the file"
                                    : state.errors.first[0];
}

bool ContinueWithFile(ParseState& state, const std::string& file, const std::string& macros,
                      bool as_main) {
  BeginEpoch(state);
  clang::SourceManager& sources = state.compiler->getSourceManager();
  clang::Preprocessor& preprocessor = state.compiler->getPreprocessor();
  llvm::Expected<clang::FileEntryRef> entry =
      state.compiler->getFileManager().getFileRef(file, /*OpenFile=*/true);
  if (!entry) {
    llvm::consumeError(entry.takeError());
    return false;
  }
  // What nothing includes is in the main file, if you ask Clang.
  clang::SourceLocation from;
  if (!as_main) from = sources.getLocForStartOfFile(sources.getMainFileID());
  clang::FileID id = sources.createFileID(*entry, from, clang::SrcMgr::C_User);
  if (as_main) sources.setMainFileID(id);
  // Without its info the first #include relative to it finds none, and crashes.
  preprocessor.getHeaderSearchInfo().getFileInfo(*entry);
  preprocessor.EnterSourceFile(id, nullptr, from);
  state.main_id = id;
  if (!macros.empty()) EnterBuffer(state, macros, kMacrosBuffer);
  return true;
}

void ContinueWithPreamble(ParseState& state, const std::string& file, const std::string& preamble,
                          const std::vector<std::string>& unsaved) {
  BeginEpoch(state);
  clang::SourceManager& sources = state.compiler->getSourceManager();
  clang::FileManager& files = state.compiler->getFileManager();
  clang::Preprocessor& preprocessor = state.compiler->getPreprocessor();
  auto replace = [&](const std::string& path, const std::string& text) {
    clang::OptionalFileEntryRef known = files.getOptionalFileRef(path);
    clang::FileEntryRef entry =
        known ? *known : files.getVirtualFileRef(path, static_cast<off_t>(text.size()), 0);
    sources.overrideFileContents(entry, llvm::MemoryBuffer::getMemBufferCopy(text, path));
    return entry;
  };
  for (size_t i = 0; i + 1 < unsaved.size(); i += 2) replace(unsaved[i], unsaved[i + 1]);
  clang::FileEntryRef entry = replace(file, WithForkPoint(preamble));
  // Behind all that is parsed already: Clang asks what comes ahead of what.
  clang::SourceLocation from = sources.getLocForEndOfFile(sources.getMainFileID());
  state.main_id = sources.createFileID(entry, from, clang::SrcMgr::C_User);
  state.preamble_id = state.main_id;
  sources.setMainFileID(state.main_id);
  preprocessor.getHeaderSearchInfo().getFileInfo(entry);
  preprocessor.EnterSourceFile(state.main_id, nullptr, from);
}

void ContinueBehindPreamble(ParseState& state, const std::string& file, std::string text,
                            size_t preamble_size) {
  BeginEpoch(state);
  state.skips_body = nullptr;
  clang::SourceManager& sources = state.compiler->getSourceManager();
  clang::Preprocessor& preprocessor = state.compiler->getPreprocessor();
  state.preamble_id = sources.getMainFileID();
  preamble_size = std::min(preamble_size, text.size());
  std::replace_if(
      text.begin(), text.begin() + static_cast<std::ptrdiff_t>(preamble_size),
      [](char c) { return c != '\n'; }, ' ');
  // A file of its own, since the file has the preamble as its content already; beside it, so that #includes
  // are found as from the file.
  size_t name = file.rfind('/') + 1;
  clang::FileEntryRef entry = state.compiler->getFileManager().getVirtualFileRef(
      StrCat(file.substr(0, name), ".astrolabe.", file.substr(name)),
      static_cast<off_t>(text.size()), 0);
  sources.overrideFileContents(entry, llvm::MemoryBuffer::getMemBufferCopy(text, file));
  clang::SourceLocation from = sources.getLocForStartOfFile(state.preamble_id);
  state.main_id = sources.createFileID(entry, from, clang::SrcMgr::C_User);
  // Whoever reads a place, __FILE__ for one, gets the file's own name. The note says what line follows its own.
  sources.AddLineNote(sources.getLocForStartOfFile(state.main_id), 2,
                      static_cast<int>(sources.getLineTableFilenameID(file)),
                      /*IsFileEntry=*/false, /*IsFileExit=*/false, clang::SrcMgr::C_User);
  preprocessor.getHeaderSearchInfo().getFileInfo(entry);
  // Conditionals that the preamble leaves open, such as an include guard, go on in the rest.
  clang::PreprocessorLexer* before = preprocessor.getCurrentFileLexer();
  std::vector<clang::PPConditionalInfo> open(before->conditional_begin(),
                                             before->conditional_end());
  before->setConditionalLevels({});
  preprocessor.EnterSourceFile(state.main_id, nullptr, from);
  preprocessor.getCurrentFileLexer()->setConditionalLevels(open);
}

void ContinueUpTo(ParseState& state, const std::string& file, const std::string& beginning,
                  size_t preamble_size) {
  ContinueBehindPreamble(state, file, WithForkPoint(beginning), preamble_size);
}

bool HasSeenIdentifier(ParseState& state, const std::string& name) {
  clang::IdentifierTable& identifiers = state.compiler->getPreprocessor().getIdentifierTable();
  return identifiers.find(name) != identifiers.end();
}

}  // namespace astrolabe
