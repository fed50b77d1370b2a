// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/preprocessor_record.h"

#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <ctime>

#include "clang/Basic/SourceManager.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace astrolabe {
namespace {

uint64_t Mix(uint64_t hash, uint64_t value) {
  hash ^= value + 0x9E3779B97F4A7C15 + (hash << 6) + (hash >> 2);
  return hash * 0xFF51AFD7ED558CCD;
}

uint64_t HashBytes(llvm::StringRef bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

// What a file looked like when `content` was read from it. A file that was changed within the last
// two seconds, or no longer has this size, gets the time 0: its content decides next time.
FileState StateOf(const std::string& path, llvm::StringRef content) {
  FileState state;
  state.size = content.size();
  state.digest = HashBytes(content);
  struct stat st;
  if (::stat(path.c_str(), &st) != 0) return state;
  bool racy = st.st_mtim.tv_sec + 2 > std::time(nullptr);
  if (!racy && static_cast<uint64_t>(st.st_size) == content.size()) {
    state.mtime_ns = int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec;
  }
  return state;
}

// Hands the preprocessor's events on. Clang owns it; the record it owns.
class Callbacks : public clang::PPCallbacks {
 public:
  explicit Callbacks(std::unique_ptr<PreprocessorRecord> record) : record_(std::move(record)) {}

  void LexedFileChanged(clang::FileID id, LexedFileChangeReason, clang::SrcMgr::CharacteristicKind,
                        clang::FileID, clang::SourceLocation) override {
    record_->Enter(id);
  }
  void InclusionDirective(clang::SourceLocation hash, const clang::Token&,
                          llvm::StringRef spelled, bool angled, clang::CharSourceRange,
                          clang::OptionalFileEntryRef file, llvm::StringRef, llvm::StringRef,
                          const clang::Module*, bool,
                          clang::SrcMgr::CharacteristicKind) override {
    record_->Include(hash, spelled, angled, file);
  }
  void MacroDefined(const clang::Token& name, const clang::MacroDirective* directive) override {
    record_->Macro(name, directive->getMacroInfo(), kRoleDeclaration | kRoleDefinition);
  }
  void MacroUndefined(const clang::Token& name, const clang::MacroDefinition& definition,
                      const clang::MacroDirective*) override {
    if (definition) record_->Macro(name, definition.getMacroInfo(), kRoleUndefinition);
  }
  void MacroExpands(const clang::Token& name, const clang::MacroDefinition& definition,
                    clang::SourceRange, const clang::MacroArgs*) override {
    Use(name, definition);
  }
  void Defined(const clang::Token& name, const clang::MacroDefinition& definition,
               clang::SourceRange) override {
    Use(name, definition);
  }
  void Ifdef(clang::SourceLocation, const clang::Token& name,
             const clang::MacroDefinition& definition) override {
    Use(name, definition);
  }
  void Ifndef(clang::SourceLocation, const clang::Token& name,
              const clang::MacroDefinition& definition) override {
    Use(name, definition);
  }
  void Elifdef(clang::SourceLocation, const clang::Token& name,
               const clang::MacroDefinition& definition) override {
    Use(name, definition);
  }
  void Elifndef(clang::SourceLocation, const clang::Token& name,
                const clang::MacroDefinition& definition) override {
    Use(name, definition);
  }
  void SourceRangeSkipped(clang::SourceRange range, clang::SourceLocation) override {
    record_->Skip(range);
  }

 private:
  void Use(const clang::Token& name, const clang::MacroDefinition& definition) {
    const clang::MacroInfo* macro = definition.getMacroInfo();
    if (macro == nullptr) return;
    record_->Consult(name.getIdentifierInfo(), macro);
    record_->Macro(name, macro, kRoleReference);
  }

  std::unique_ptr<PreprocessorRecord> record_;
};

}  // namespace

PreprocessorRecord::PreprocessorRecord(clang::Preprocessor& preprocessor)
    : preprocessor_(preprocessor), sources_(preprocessor.getSourceManager()) {}

PreprocessorRecord::~PreprocessorRecord() = default;

void PreprocessorRecord::StartEpoch() {
  // Kept and not freed: after a fork that would copy every page that they are on.
  past_runs_.push_back(std::move(runs_));
  runs_.clear();
  run_of_ = llvm::DenseMap<uint32_t, FileRun*>();
  current_run_ = current_file_ == kNoFile ? nullptr : RunOf(current_file_);
}

// `id` is invalid for a file that is named by an #include and not entered yet.
uint32_t PreprocessorRecord::Register(clang::FileEntryRef entry, clang::FileID id) {
  auto [it, inserted] = index_.try_emplace(&entry.getFileEntry(), files_.size());
  uint32_t index = it->second;
  if (inserted) {
    llvm::SmallString<256> path(entry.getName());
    sources_.getFileManager().makeAbsolutePath(path);
    llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
    files_.emplace_back().path = std::string(path);
  }
  RecordedFile& file = files_[index];
  if (id.isValid() && !file.is_read) {
    file.is_read = true;
    file.state = StateOf(file.path, sources_.getBufferData(id));
    file.is_system = clang::SrcMgr::isSystem(
        sources_.getFileCharacteristic(sources_.getLocForStartOfFile(id)));
  }
  return index;
}

uint32_t PreprocessorRecord::FileOf(clang::FileID id) {
  auto [it, inserted] = by_id_.try_emplace(id, kNoFile);
  if (!inserted) return it->second;
  clang::OptionalFileEntryRef entry = sources_.getFileEntryRefForID(id);
  // A buffer of ours has an entry too, but a virtual one without an inode.
  if (!entry || sources_.getBufferOrFake(id).getBufferIdentifier().starts_with("<")) {
    return kNoFile;
  }
  uint32_t file = Register(*entry, id);
  return by_id_[id] = file;
}

FileRun* PreprocessorRecord::RunOf(uint32_t file) {
  FileRun*& run = run_of_[file];
  if (run == nullptr) {
    runs_.push_back(std::make_unique<FileRun>());
    run = runs_.back().get();
    run->file = file;
  }
  return run;
}

void PreprocessorRecord::Enter(clang::FileID id) {
  current_file_ = FileOf(id);
  current_run_ = current_file_ == kNoFile ? nullptr : RunOf(current_file_);
}

void PreprocessorRecord::Include(clang::SourceLocation hash, llvm::StringRef spelled, bool angled,
                                 clang::OptionalFileEntryRef file) {
  RecordedInclude include;
  include.angled = angled;
  include.spelled = spelled.str();
  // A file that is skipped thanks to its guard has been entered before; one that is about to be
  // entered is registered now and gets its state then.
  if (file) include.file = Register(*file, clang::FileID());
  if (current_file_ == kNoFile) {
    if (include.file != kNoFile) forced_.push_back(include.file);
    return;
  }
  if (include.file != kNoFile) {
    std::vector<uint32_t>& edges = files_[current_file_].includes;
    if (std::find(edges.begin(), edges.end(), include.file) == edges.end()) {
      edges.push_back(include.file);
    }
  }
  include.offset = sources_.getFileOffset(hash);
  current_run_->includes.push_back(std::move(include));
}

const PreprocessorRecord::MacroOrigin& PreprocessorRecord::OriginOf(
    const clang::IdentifierInfo* name, const clang::MacroInfo* macro) {
  auto [it, inserted] = origins_.try_emplace(macro);
  if (!inserted) return it->second;
  MacroOrigin origin;
  uint64_t hash = HashBytes(name->getName());
  if (macro->getDefinitionLoc().isValid() && !macro->isBuiltinMacro()) {
    auto [id, offset] = sources_.getDecomposedLoc(macro->getDefinitionLoc());
    origin.file = FileOf(id);
    if (origin.file != kNoFile) {
      hash = Mix(Mix(hash, HashBytes(files_[origin.file].path)), offset);
    } else {
      // From the command line: what counts is what it says, not where.
      for (const clang::Token& token : macro->tokens()) {
        hash = Mix(hash, HashBytes(preprocessor_.getSpelling(token)));
      }
    }
  }
  origin.hash = hash;
  return origins_[macro] = origin;
}

void PreprocessorRecord::Consult(const clang::IdentifierInfo* name,
                                 const clang::MacroInfo* macro) {
  if (current_run_ == nullptr) return;
  const MacroOrigin& origin = OriginOf(name, macro);
  if (origin.file == current_file_) return;
  current_run_->variant = Mix(current_run_->variant, origin.hash);
  if (origin.file != kNoFile) foreign_.insert({current_file_, origin.file});
}

void PreprocessorRecord::Macro(const clang::Token& name, const clang::MacroInfo* macro,
                               RoleSet roles) {
  if (current_run_ == nullptr || macro == nullptr || macro->isBuiltinMacro()) return;
  clang::SourceLocation location = name.getLocation();
  if (!location.isFileID()) return;  // written in another macro's body, where it is no use yet
  auto [id, offset] = sources_.getDecomposedLoc(location);
  if (FileOf(id) != current_file_) return;
  current_run_->macros.push_back({macro, name.getIdentifierInfo(), offset, roles});
}

void PreprocessorRecord::Skip(clang::SourceRange range) {
  if (current_run_ == nullptr) return;
  current_run_->variant =
      Mix(Mix(current_run_->variant, sources_.getFileOffset(range.getBegin())),
          sources_.getFileOffset(range.getEnd()));
}

std::vector<bool> PreprocessorRecord::Closure(uint32_t from) const {
  std::vector<bool> in(files_.size());
  std::vector<uint32_t> todo = forced_;
  todo.push_back(from);
  for (uint32_t file : todo) in[file] = true;
  while (!todo.empty()) {
    uint32_t file = todo.back();
    todo.pop_back();
    for (uint32_t next : files_[file].includes) {
      if (in[next]) continue;
      in[next] = true;
      todo.push_back(next);
    }
  }
  return in;
}

bool PreprocessorRecord::FindForeignMacro(const std::vector<bool>& closure,
                                          std::pair<uint32_t, uint32_t>* found) const {
  for (const auto& pair : foreign_) {
    if (closure[pair.first] && !closure[pair.second]) {
      *found = pair;
      return true;
    }
  }
  return false;
}

PreprocessorRecord* InstallPreprocessorRecord(clang::Preprocessor& preprocessor) {
  auto record = std::make_unique<PreprocessorRecord>(preprocessor);
  PreprocessorRecord* borrowed = record.get();
  preprocessor.addPPCallbacks(std::make_unique<Callbacks>(std::move(record)));
  return borrowed;
}

}  // namespace astrolabe
