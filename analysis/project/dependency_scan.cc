// A preprocessor per unit, over one cache of reduced sources.
//
// What a unit costs beside its preprocessing proper (loading arguments, asking for files, agreeing on
// numbers) is kept per thread, since at 400 files a unit it would be more than half of the time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/dependency_scan.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "analysis/project/lazy_builtins.h"
#include "analysis/project/paths.h"
#include "base/strings.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/DependencyScanning/DependencyScanningFilesystem.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/DependencyDirectivesScanner.h"
#include "clang/Lex/HeaderSearch.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "index/varint.h"
#include "oneapi/tbb/blocked_range.h"
#include "oneapi/tbb/enumerable_thread_specific.h"
#include "oneapi/tbb/info.h"
#include "oneapi/tbb/parallel_for.h"
#include "oneapi/tbb/task_arena.h"

namespace astrolabe {
namespace {

namespace deps = clang::dependencies;
using clang::dependency_directives_scan::Directive;

std::string_view View(llvm::StringRef text) { return {text.data(), text.size()}; }

// What one thread keeps from unit to unit.
struct Worker {
  llvm::IntrusiveRefCntPtr<deps::DependencyScanningWorkerFilesystem> files;
  // Loaded front-end arguments, by digest: loading costs as much as scanning a small unit.
  absl::flat_hash_map<uint64_t, std::shared_ptr<clang::CompilerInvocation>> invocations;
  BuiltinNumbering builtins;
  // Copies, by where the cache of files has the whole.
  absl::flat_hash_map<const Directive*, std::vector<Directive>> without_system_header;
  absl::flat_hash_set<uint64_t> edges_seen;          // from << 32 | to
  std::vector<std::pair<uint32_t, uint32_t>> edges;  // in the order seen
  absl::flat_hash_map<uint32_t, bool> guarded;       // of the files for which Clang says so
};

// Hands the reduced sources to the lexer. Those of the main file, which no other unit reads, are not kept in
// the cache: its text and directives would be most of the memory of a scan of thousands of units.
class DirectivesGetter : public clang::DependencyDirectivesGetter {
 public:
  DirectivesGetter(Worker& worker, const clang::SourceManager& sources)
      : worker_(worker), sources_(sources) {}
  std::unique_ptr<DependencyDirectivesGetter> cloneFor(clang::FileManager&) override {
    return std::make_unique<DirectivesGetter>(worker_, sources_);
  }
  std::optional<llvm::ArrayRef<Directive>> operator()(clang::FileEntryRef file) override {
    clang::FileID main = sources_.getMainFileID();
    if (sources_.getFileEntryRefForID(main) != file) {
      std::optional<llvm::ArrayRef<Directive>> all =
          worker_.files->getDirectiveTokens(file.getName());
      if (all) return WithoutSystemHeader(*all);
      return std::nullopt;
    }
    if (directives_.empty() && clang::scanSourceForDependencyDirectives(
                                   sources_.getBufferData(main), tokens_, directives_)) {
      return std::nullopt;
    }
    return directives_;
  }

 private:
  // `#pragma GCC system_header` concerns diagnostics, but Clang computes the lines of the whole file for it.
  llvm::ArrayRef<Directive> WithoutSystemHeader(llvm::ArrayRef<Directive> all) {
    auto pragma = [](const Directive& directive) {
      return directive.Kind == clang::dependency_directives_scan::pp_pragma_system_header;
    };
    if (llvm::none_of(all, pragma)) return all;
    std::vector<Directive>& kept = worker_.without_system_header[all.data()];
    if (kept.empty()) llvm::copy_if(all, std::back_inserter(kept), std::not_fn(pragma));
    return kept;
  }

  Worker& worker_;
  const clang::SourceManager& sources_;
  llvm::SmallVector<clang::dependency_directives_scan::Token> tokens_;  // of the main file
  llvm::SmallVector<Directive> directives_;
};

// Whether one conditional without #else goes around all of `text`. Clang finds guards too, but in
// reduced sources it cannot see what was between the directives: code ahead of the #ifndef, or an #else
// with nothing but code in it.
bool IsWrappedInConditional(llvm::StringRef text, const clang::LangOptions& language) {
  clang::Lexer lexer(clang::SourceLocation(), language, text.begin(), text.begin(), text.end());
  clang::Token token;
  size_t depth = 0;
  bool seen = false;
  lexer.LexFromRawLexer(token);
  while (token.isNot(clang::tok::eof)) {
    if (!token.is(clang::tok::hash) || !token.isAtStartOfLine()) {
      if (depth == 0) return false;
      lexer.LexFromRawLexer(token);
      continue;
    }
    lexer.LexFromRawLexer(token);
    if (!token.is(clang::tok::raw_identifier) || token.isAtStartOfLine()) {
      if (depth == 0) return false;
      continue;
    }
    const llvm::StringRef name = token.getRawIdentifier();
    if (name.starts_with("if")) {
      if (depth == 0 && seen) return false;
      seen = true;
      ++depth;
    } else if (depth == 0 || (depth == 1 && name.starts_with("el"))) {
      return false;
    } else if (name == "endif") {
      --depth;
    }
    do {
      lexer.LexFromRawLexer(token);
    } while (token.isNot(clang::tok::eof) && !token.isAtStartOfLine());
  }
  return seen && depth == 0;
}

// The first error that Clang reports.
class FirstError : public clang::DiagnosticConsumer {
 public:
  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& diagnostic) override {
    DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
    if (level < clang::DiagnosticsEngine::Error || !text.empty()) return;
    llvm::SmallString<128> formatted;
    diagnostic.FormatDiagnostic(formatted);
    text = formatted.str();
    if (diagnostic.hasSourceManager() && diagnostic.getLocation().isValid()) {
      const clang::PresumedLoc place =
          diagnostic.getSourceManager().getPresumedLoc(diagnostic.getLocation());
      if (place.isValid()) text += StrCat(" (", place.getFilename(), ":", place.getLine(), ")");
    }
  }

  std::string text;
};

// Fills a ScannedUnit as the preprocessor goes.
class Recorder : public clang::PPCallbacks {
 public:
  Recorder(const clang::SourceManager& sources, const FrontEndCommand& command, Worker& worker,
           StringInterner& paths, StringInterner& spellings, ScannedUnit& unit)
      : sources_(sources),
        command_(command),
        worker_(worker),
        paths_(paths),
        spellings_(spellings),
        unit_(unit) {
    if (clang::OptionalFileEntryRef entry = sources.getFileEntryRefForID(sources.getMainFileID())) {
      IdOf(*entry);
    }
  }

  void LexedFileChanged(clang::FileID id, LexedFileChangeReason, clang::SrcMgr::CharacteristicKind,
                        clang::FileID, clang::SourceLocation) override {
    in_main_ = id == sources_.getMainFileID();
    clang::OptionalFileEntryRef entry = sources_.getFileEntryRefForID(id);
    current_ = entry ? IdOf(*entry) : kNoFile;
  }

  void InclusionDirective(clang::SourceLocation hash, const clang::Token&, llvm::StringRef spelled,
                          bool angled, clang::CharSourceRange, clang::OptionalFileEntryRef file,
                          llvm::StringRef, llvm::StringRef, const clang::Module*, bool,
                          clang::SrcMgr::CharacteristicKind) override {
    if (in_main_) {
      macros_at_last_include_ = unit_.macros_before_includes.size();
      leading_ = false;
    }
    if (!file) {
      unit_.missing.push_back(spelled.str());
      return;
    }
    const uint32_t to = IdOf(*file);
    if (current_ == kNoFile) return;
    if (worker_.edges_seen.insert(uint64_t{current_} << 32 | to).second) {
      worker_.edges.emplace_back(current_, to);
    }
    if (!in_main_) return;
    ScannedInclude include;
    include.spelled = Spelling(spelled);
    include.file = to;
    include.line = sources_.getSpellingLineNumber(hash) - 1;
    include.macros_before = static_cast<uint32_t>(unit_.macros_before_includes.size());
    include.angled = angled;
    unit_.includes.push_back(include);
  }

  void moduleImport(clang::SourceLocation, clang::ModuleIdPath, const clang::Module*) override {
    unit_.uses_modules = true;
  }

  void MacroDefined(const clang::Token& name, const clang::MacroDirective*) override {
    if (TakeMacro(name) && leading_ && depth_ == 0) TakeLeading(name);
  }
  void MacroUndefined(const clang::Token& name, const clang::MacroDefinition&,
                      const clang::MacroDirective*) override {
    TakeMacro(name);
    if (in_main_) ForgetLeading(name);
  }
  void If(clang::SourceLocation, clang::SourceRange, ConditionValueKind) override { Nest(1); }
  void Ifdef(clang::SourceLocation, const clang::Token&, const clang::MacroDefinition&) override {
    Nest(1);
  }
  void Ifndef(clang::SourceLocation, const clang::Token&, const clang::MacroDefinition&) override {
    Nest(1);
  }
  void Endif(clang::SourceLocation, clang::SourceLocation) override { Nest(-1); }

  // After the last token.
  void Finish(const clang::HeaderSearch& headers, const clang::LangOptions& language) {
    unit_.macros_before_includes.resize(macros_at_last_include_);
    unit_.macros_before_includes.shrink_to_fit();
    unit_.includes.shrink_to_fit();
    std::vector<uint32_t> closure;
    closure.reserve(ids_.size());
    for (const auto& [entry, id] : ids_) {
      closure.push_back(id);
      if (!worker_.guarded.contains(id) && headers.isFileMultipleIncludeGuarded(entry)) {
        worker_.guarded[id] = IsReallyGuarded(headers, language, entry);
      }
    }
    unit_.SetClosure(std::move(closure));
  }

 private:
  static constexpr uint32_t kNoFile = UINT32_MAX;

  bool IsReallyGuarded(const clang::HeaderSearch& headers, const clang::LangOptions& language,
                       clang::FileEntryRef entry) {
    const clang::HeaderFileInfo* info = headers.getExistingFileInfo(entry);
    if (info != nullptr && (info->isPragmaOnce || info->isImport)) return true;
    auto file = worker_.files->getOrCreateFileSystemEntry(entry.getName());
    return file && !file->isError() && !file->isDirectory() &&
           IsWrappedInConditional(file->getContents(), language);
  }

  // As it may be kept.
  std::string_view Spelling(llvm::StringRef text) {
    return spellings_.Get(spellings_.Intern(View(text)));
  }

  // Whether it is the main file's first word about this name.
  bool TakeMacro(const clang::Token& name) {
    if (!in_main_) return false;
    bool first = macros_.insert(name.getIdentifierInfo()).second;
    if (first) {
      unit_.macros_before_includes.push_back(Spelling(name.getIdentifierInfo()->getName()));
    } else {
      ForgetLeading(name);
    }
    return first;
  }

  void TakeLeading(const clang::Token& name) {
    auto [id, offset] = sources_.getDecomposedLoc(name.getLocation());
    llvm::StringRef behind = sources_.getBufferData(id).substr(offset + name.getLength());
    llvm::StringRef line = behind.take_until([](char c) { return c == '\n'; }).rtrim();
    // A definition that goes on in the next line, or in a comment, is left to macros_before_includes.
    if (line.ends_with("\\") || line.contains("/*")) return;
    unit_.leading_macros.emplace_back(Spelling(name.getIdentifierInfo()->getName()),
                                      Spelling(line));
  }

  void ForgetLeading(const clang::Token& name) {
    std::erase_if(unit_.leading_macros, [&](const auto& macro) {
      return View(name.getIdentifierInfo()->getName()) == macro.first;
    });
  }

  void Nest(int step) {
    if (in_main_) depth_ += step;
  }

  uint32_t IdOf(clang::FileEntryRef entry) {
    auto [place, added] = ids_.try_emplace(entry, 0);
    if (added) {
      place->second = paths_.Intern(AbsolutePath(command_.directory, View(entry.getName())));
    }
    return place->second;
  }

  const clang::SourceManager& sources_;
  const FrontEndCommand& command_;
  Worker& worker_;
  StringInterner& paths_;
  StringInterner& spellings_;
  ScannedUnit& unit_;
  llvm::DenseMap<clang::FileEntryRef, uint32_t> ids_;  // equal for all names of one file
  llvm::DenseSet<const clang::IdentifierInfo*> macros_;
  size_t macros_at_last_include_ = 0;
  bool in_main_ = false;
  bool leading_ = true;  // the main file's first #include is still to come
  int depth_ = 0;        // of its conditionals
  uint32_t current_ = kNoFile;
};

// The invocation for a unit: a copy of the one that its arguments load into. Null if they do not.
std::shared_ptr<clang::CompilerInvocation> InvocationFor(const FrontEndCommand& command,
                                                         Worker& worker,
                                                         clang::DiagnosticsEngine& diagnostics) {
  std::shared_ptr<clang::CompilerInvocation>& cached = worker.invocations[command.digest];
  if (cached == nullptr) {
    std::vector<const char*> argv;
    argv.reserve(command.cc1.size());
    for (const std::string& argument : command.cc1) argv.push_back(argument.c_str());
    auto invocation = std::make_shared<clang::CompilerInvocation>();
    if (!clang::CompilerInvocation::CreateFromArgs(*invocation, argv, diagnostics)) return nullptr;
    cached = std::move(invocation);
  }
  auto copy = std::make_shared<clang::CompilerInvocation>(*cached);
  clang::FrontendOptions& front_end = copy->getFrontendOpts();
  front_end.Inputs.assign(1, clang::FrontendInputFile(command.file, front_end.DashX));
  return copy;
}

absl::Status ScanUnit(const FrontEndCommand& command, Worker& worker, StringInterner& paths,
                      StringInterner& spellings, ScannedUnit& unit) {
  if (std::error_code error = worker.files->setCurrentWorkingDirectory(command.directory)) {
    return absl::NotFoundError(
        StrCat(command.file, ": its directory ", command.directory, ": ", error.message()));
  }
  worker.files->setBypassedPathPrefix(command.file);  // see DirectivesGetter
  FirstError errors;
  clang::DiagnosticOptions diagnostic_options;
  diagnostic_options.IgnoreWarnings = true;
  auto diagnostics = llvm::makeIntrusiveRefCnt<clang::DiagnosticsEngine>(
      clang::DiagnosticIDs::create(), diagnostic_options, &errors, /*ShouldOwnClient=*/false);
  std::shared_ptr<clang::CompilerInvocation> invocation =
      InvocationFor(command, worker, *diagnostics);
  if (invocation == nullptr) {
    return absl::InvalidArgumentError(
        StrCat(command.file, ": Clang does not take its arguments: ", errors.text));
  }
  clang::CompilerInstance instance(std::move(invocation));
  instance.setDiagnostics(diagnostics);
  instance.setVirtualFileSystem(worker.files);
  instance.createFileManager();
  instance.createSourceManager();
  instance.setDependencyDirectivesGetter(
      std::make_unique<DirectivesGetter>(worker, instance.getSourceManager()));
  if (!instance.createTarget()) {
    return absl::InvalidArgumentError(
        StrCat(command.file, ": Clang does not have its target: ", errors.text));
  }
  instance.createPreprocessor(clang::TU_Prefix);
  clang::Preprocessor& preprocessor = instance.getPreprocessor();
  if (!instance.InitializeSourceManager(instance.getFrontendOpts().Inputs[0])) {
    return absl::NotFoundError(StrCat(command.file, ": cannot be read: ", errors.text));
  }
  // __has_builtin decides about includes in the C++ library.
  LazyBuiltins builtins(preprocessor.getIdentifierTable(),
                        worker.builtins.For(command, preprocessor));
  auto owned = std::make_unique<Recorder>(instance.getSourceManager(), command, worker, paths,
                                          spellings, unit);
  Recorder& recorder = *owned;
  preprocessor.addPPCallbacks(std::move(owned));
  preprocessor.EnterMainSourceFile();
  preprocessor.LexTokensUntilEOF();
  unit.uses_modules |= preprocessor.isInNamedModule();
  recorder.Finish(preprocessor.getHeaderSearchInfo(), preprocessor.getLangOpts());
  preprocessor.EndSourceFile();
  return absl::OkStatus();
}

}  // namespace

std::vector<uint32_t> ScannedUnit::Closure() const {
  std::vector<uint32_t> files;
  const auto* p = reinterpret_cast<const uint8_t*>(closure_.data());
  const uint8_t* end = p + closure_.size();
  uint32_t file = 0;
  while (p < end) {
    uint32_t difference = 0;
    p = DecodeVarint32(p, end, &difference);
    file += difference;
    files.push_back(file);
  }
  return files;
}

void ScannedUnit::SetClosure(std::vector<uint32_t> files) {
  std::sort(files.begin(), files.end());
  closure_.clear();
  uint32_t previous = 0;
  for (uint32_t file : files) {
    AppendVarint(closure_, file - previous);
    previous = file;
  }
  closure_.shrink_to_fit();
}

ScanResult ScanDependencies(std::span<const FrontEndCommand> commands, int threads,
                            const std::atomic<bool>* cancelled, std::atomic<uint32_t>* done) {
  ScanResult scan;
  scan.units.resize(commands.size());
  deps::DependencyScanningFilesystemSharedCache cache;
  StringInterner paths;
  tbb::enumerable_thread_specific<Worker> workers([&cache] {
    Worker worker;
    worker.files = llvm::makeIntrusiveRefCnt<deps::DependencyScanningWorkerFilesystem>(
        cache, llvm::vfs::createPhysicalFileSystem());
    return worker;
  });
  tbb::task_arena arena(threads > 0 ? threads : tbb::info::default_concurrency());
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<size_t>(0, commands.size(), 1), [&](const auto& range) {
      for (size_t i = range.begin(); i != range.end(); ++i) {
        if (cancelled != nullptr && cancelled->load()) {
          scan.units[i].status = absl::CancelledError("interrupted");
        } else {
          scan.units[i].status =
              ScanUnit(commands[i], workers.local(), paths, *scan.spellings, scan.units[i]);
        }
        if (done != nullptr) ++*done;
      }
    });
  });
  scan.files.resize(paths.size());
  for (uint32_t id = 0; id < paths.size(); ++id) scan.files[id].path = paths.Get(id);
  absl::flat_hash_set<uint64_t> edges;
  for (const Worker& worker : workers) {
    for (const auto& [from, to] : worker.edges) {
      if (edges.insert(uint64_t{from} << 32 | to).second) scan.files[from].includes.push_back(to);
    }
    for (const auto& [id, guarded] : worker.guarded) {
      scan.files[id].guarded = scan.files[id].guarded || guarded;
    }
  }
  return scan;
}

}  // namespace astrolabe
