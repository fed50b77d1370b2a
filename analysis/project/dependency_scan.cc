// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/dependency_scan.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Basic/SourceManager.h"
#include "clang/DependencyScanning/DependencyScanningFilesystem.h"
#include "clang/DependencyScanning/DependencyScanningService.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Lex/HeaderSearch.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "index/varint.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"

namespace astrolabe {
namespace {

using clang::dependencies::DependencyScanningFilesystemSharedCache;
using clang::dependencies::DependencyScanningWorkerFilesystem;

// Gives the preprocessor the reduced form of each file.
class ReducedSources : public clang::DependencyDirectivesGetter {
 public:
  explicit ReducedSources(DependencyScanningWorkerFilesystem& files) : files_(files) {}
  std::unique_ptr<clang::DependencyDirectivesGetter> cloneFor(clang::FileManager&) override {
    return std::make_unique<ReducedSources>(files_);
  }
  std::optional<llvm::ArrayRef<clang::dependency_directives_scan::Directive>> operator()(
      clang::FileEntryRef file) override {
    return files_.getDirectiveTokens(file.getName());
  }

 private:
  DependencyScanningWorkerFilesystem& files_;
};

// What one unit's preprocessor run has met. Files are numbered within it.
struct UnitRecord {
  std::vector<clang::FileEntryRef> files;
  std::vector<std::vector<uint32_t>> edges;
  llvm::DenseMap<const clang::FileEntry*, uint32_t> number;
  ScannedUnit unit;
  std::vector<std::string> macros;  // of the main file so far

  uint32_t NumberOf(clang::FileEntryRef file) {
    auto [it, inserted] = number.try_emplace(&file.getFileEntry(), files.size());
    if (inserted) {
      files.push_back(file);
      edges.emplace_back();
    }
    return it->second;
  }
};

class Recorder : public clang::PPCallbacks {
 public:
  Recorder(clang::SourceManager& sources, UnitRecord& record)
      : sources_(sources), record_(record) {}

  void LexedFileChanged(clang::FileID id, LexedFileChangeReason, clang::SrcMgr::CharacteristicKind,
                        clang::FileID, clang::SourceLocation) override {
    clang::OptionalFileEntryRef entry = sources_.getFileEntryRefForID(id);
    has_file_ = entry.has_value();
    if (has_file_) current_ = record_.NumberOf(*entry);
    in_main_ = id == sources_.getMainFileID();
  }
  void InclusionDirective(clang::SourceLocation hash, const clang::Token&, llvm::StringRef spelled,
                          bool angled, clang::CharSourceRange, clang::OptionalFileEntryRef file,
                          llvm::StringRef, llvm::StringRef, const clang::Module*, bool,
                          clang::SrcMgr::CharacteristicKind) override {
    if (!file) {
      record_.unit.missing.push_back(spelled.str());
      return;
    }
    uint32_t number = record_.NumberOf(*file);
    if (!has_file_) return;
    std::vector<uint32_t>& edges = record_.edges[current_];
    if (std::find(edges.begin(), edges.end(), number) == edges.end()) edges.push_back(number);
    if (!in_main_) return;
    record_.unit.includes.push_back(
        {spelled.str(), angled, number, sources_.getSpellingLineNumber(hash) - 1});
    record_.unit.macros_before_includes = record_.macros;
  }
  void MacroDefined(const clang::Token& name, const clang::MacroDirective*) override {
    if (in_main_) record_.macros.push_back(name.getIdentifierInfo()->getName().str());
  }
  void MacroUndefined(const clang::Token& name, const clang::MacroDefinition&,
                      const clang::MacroDirective*) override {
    if (in_main_) record_.macros.push_back(name.getIdentifierInfo()->getName().str());
  }

 private:
  clang::SourceManager& sources_;
  UnitRecord& record_;
  bool has_file_ = false;
  bool in_main_ = false;
  uint32_t current_ = 0;
};

class ScanAction : public clang::PreprocessOnlyAction {
 public:
  explicit ScanAction(UnitRecord& record) : record_(record) {}
  bool BeginSourceFileAction(clang::CompilerInstance& compiler) override {
    compiler.getPreprocessor().addPPCallbacks(
        std::make_unique<Recorder>(compiler.getSourceManager(), record_));
    return true;
  }

 private:
  UnitRecord& record_;
};

// Joins what the units found; all threads.
class Scan {
 public:
  explicit Scan(size_t units) { result_.units.resize(units); }

  void ScanUnit(const FrontEndCommand& command, size_t index) {
    UnitRecord record;
    clang::IgnoringDiagConsumer ignore;
    auto physical = llvm::vfs::createPhysicalFileSystem();
    auto files =
        llvm::makeIntrusiveRefCnt<DependencyScanningWorkerFilesystem>(cache_, std::move(physical));
    files->setCurrentWorkingDirectory(command.directory);
    clang::DiagnosticOptions diagnostic_options;
    auto diagnostics =
        clang::CompilerInstance::createDiagnostics(*files, diagnostic_options, &ignore, false);
    auto invocation = std::make_shared<clang::CompilerInvocation>();
    std::vector<const char*> arguments;
    for (const std::string& argument : command.cc1) arguments.push_back(argument.c_str());
    arguments.push_back(command.file.c_str());
    if (!clang::CompilerInvocation::CreateFromArgs(*invocation, arguments, *diagnostics)) {
      Fail(index,
           absl::InvalidArgumentError(StrCat("Clang rejects the command of ", command.file)));
      return;
    }
    invocation->getFrontendOpts().DisableFree = false;
    invocation->getDiagnosticOpts().IgnoreWarnings = true;
    // A unit's missing header is no reason to stop looking at the others.
    clang::CompilerInstance compiler(invocation);
    compiler.setVirtualFileSystem(files);
    compiler.createDiagnostics(&ignore, false);
    compiler.createFileManager();
    compiler.createSourceManager();
    compiler.setDependencyDirectivesGetter(std::make_unique<ReducedSources>(*files));
    ScanAction action(record);
    compiler.ExecuteAction(action);
    if (record.files.empty()) {
      Fail(index, absl::NotFoundError(StrCat("cannot read ", command.file)));
      return;
    }
    Join(compiler, record, index);
  }

  void Fail(size_t index, absl::Status status) { result_.units[index].status = std::move(status); }
  ScanResult Take() { return std::move(result_); }

 private:
  void Join(clang::CompilerInstance& compiler, UnitRecord& record, size_t index) {
    std::vector<std::string> paths;
    std::vector<bool> guarded;
    clang::HeaderSearch& headers = compiler.getPreprocessor().getHeaderSearchInfo();
    for (clang::FileEntryRef file : record.files) {
      llvm::SmallString<256> path(file.getName());
      compiler.getFileManager().makeAbsolutePath(path);
      llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
      paths.emplace_back(path);
      guarded.push_back(headers.isFileMultipleIncludeGuarded(file));
    }
    std::vector<uint32_t> ids(paths.size());
    absl::MutexLock lock(&mutex_);
    for (size_t i = 0; i < paths.size(); ++i) {
      auto [it, inserted] = by_path_.try_emplace(paths[i], result_.files.size());
      if (inserted) result_.files.emplace_back().path = paths[i];
      ids[i] = it->second;
      if (guarded[i]) result_.files[ids[i]].guarded = true;
    }
    for (size_t i = 0; i < ids.size(); ++i) {
      std::vector<uint32_t>& edges = result_.files[ids[i]].includes;
      for (uint32_t to : record.edges[i]) {
        if (std::find(edges.begin(), edges.end(), ids[to]) == edges.end()) {
          edges.push_back(ids[to]);
        }
      }
    }
    ScannedUnit& unit = result_.units[index];
    unit = std::move(record.unit);
    for (ScannedInclude& include : unit.includes) include.file = ids[include.file];
    unit.SetClosure(std::move(ids));
  }

  DependencyScanningFilesystemSharedCache cache_;
  absl::Mutex mutex_;
  ScanResult result_;  // units: each by its own thread; files: under mutex_
  absl::flat_hash_map<std::string, uint32_t> by_path_ ABSL_GUARDED_BY(mutex_);
};

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
  Scan scan(commands.size());
  tbb::task_arena arena(threads > 0 ? threads : tbb::info::default_concurrency());
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<size_t>(0, commands.size(), 1), [&](const auto& range) {
      for (size_t i = range.begin(); i != range.end(); ++i) {
        if (cancelled != nullptr && cancelled->load()) {
          scan.Fail(i, absl::CancelledError("interrupted"));
        } else {
          scan.ScanUnit(commands[i], i);
        }
        if (done != nullptr) ++*done;
      }
    });
  });
  return scan.Take();
}

}  // namespace astrolabe
