// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/preprocessor_record.h"

#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <ctime>

#include "analysis/batch/macro_identity.h"
#include "clang/Basic/CharInfo.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
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
  void InclusionDirective(clang::SourceLocation hash, const clang::Token&, llvm::StringRef spelled,
                          bool angled, clang::CharSourceRange, clang::OptionalFileEntryRef file,
                          llvm::StringRef, llvm::StringRef, const clang::Module*, bool,
                          clang::SrcMgr::CharacteristicKind) override {
    record_->Include(hash, spelled, angled, file);
  }
  void FileSkipped(const clang::FileEntryRef& file, const clang::Token&,
                   clang::SrcMgr::CharacteristicKind) override {
    record_->SkipInclude(file);
  }
  void MacroDefined(const clang::Token& name, const clang::MacroDirective* directive) override {
    record_->Define(name.getIdentifierInfo());
    record_->Macro(name, directive->getMacroInfo(), kRoleDeclaration | kRoleDefinition);
  }
  void MacroUndefined(const clang::Token& name, const clang::MacroDefinition& definition,
                      const clang::MacroDirective*) override {
    record_->Undefine(name.getIdentifierInfo());
    if (definition) record_->Macro(name, definition.getMacroInfo(), kRoleUndefinition);
  }
  void MacroExpands(const clang::Token& name, const clang::MacroDefinition& definition,
                    clang::SourceRange, const clang::MacroArgs*) override {
    Use(name, definition, /*expands=*/true);
    const clang::MacroInfo* macro = definition.getMacroInfo();
    if (macro != nullptr && macro->isBuiltinMacro()) record_->ExpandBuiltin(name);
  }
  void Defined(const clang::Token& name, const clang::MacroDefinition& definition,
               clang::SourceRange) override {
    Use(name, definition, /*expands=*/false);
  }
  void Ifdef(clang::SourceLocation, const clang::Token& name,
             const clang::MacroDefinition& definition) override {
    Use(name, definition, /*expands=*/false);
    record_->Branch(static_cast<bool>(definition));
  }
  void Ifndef(clang::SourceLocation, const clang::Token& name,
              const clang::MacroDefinition& definition) override {
    Use(name, definition, /*expands=*/false);
    record_->Branch(!definition);
  }
  void Elifdef(clang::SourceLocation, const clang::Token& name,
               const clang::MacroDefinition& definition) override {
    Use(name, definition, /*expands=*/false);
    record_->Branch(static_cast<bool>(definition));
  }
  void Elifndef(clang::SourceLocation, const clang::Token& name,
                const clang::MacroDefinition& definition) override {
    Use(name, definition, /*expands=*/false);
    record_->Branch(!definition);
  }
  void If(clang::SourceLocation, clang::SourceRange condition, ConditionValueKind value) override {
    record_->MissAll(condition);
    record_->Branch(value == CVK_True);
  }
  void Elif(clang::SourceLocation, clang::SourceRange condition, ConditionValueKind value,
            clang::SourceLocation) override {
    if (value == CVK_NotEvaluated) return;
    record_->MissAll(condition);
    record_->Branch(value == CVK_True);
  }
  void SourceRangeSkipped(clang::SourceRange range, clang::SourceLocation) override {
    record_->Skip(range);
  }

 private:
  void Use(const clang::Token& name, const clang::MacroDefinition& definition, bool expands) {
    const clang::MacroInfo* macro = definition.getMacroInfo();
    if (macro == nullptr) return record_->Miss(name.getIdentifierInfo());
    record_->Consult(name.getIdentifierInfo(), macro, expands);
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
    file.is_system =
        clang::SrcMgr::isSystem(sources_.getFileCharacteristic(sources_.getLocForStartOfFile(id)));
  }
  return index;
}

uint32_t PreprocessorRecord::InclusionOf(clang::FileID id) {
  if (id.isInvalid()) return kNoFile;  // what the compiler declares by itself
  auto [it, inserted] = by_id_.try_emplace(id, kNoFile);
  if (!inserted) return it->second;
  clang::OptionalFileEntryRef entry = sources_.getFileEntryRefForID(id);
  // A buffer of ours has an entry too, but a virtual one without an inode.
  if (!entry || sources_.getBufferOrFake(id).getBufferIdentifier().starts_with("<")) {
    return kNoFile;
  }
  uint32_t inclusion = static_cast<uint32_t>(inclusions_.size());
  inclusions_.push_back({Register(*entry, id), {}});
  last_inclusion_[inclusions_.back().file] = inclusion;
  clang::SourceLocation from = sources_.getIncludeLoc(id);
  if (from.isValid()) {
    clang::FileID includer = sources_.getFileID(from);
    uint32_t parent = InclusionOf(includer);
    if (parent != kNoFile) AddEdge(parent, inclusion);
    // What the command line forces on every unit stands in the compiler's own buffer; other buffers
    // are ours.
    llvm::StringRef buffer = sources_.getBufferOrFake(includer).getBufferIdentifier();
    if (buffer == "<built-in>") forced_.push_back(inclusion);
  }
  return by_id_[id] = inclusion;
}

uint32_t PreprocessorRecord::FileOf(clang::FileID id) {
  uint32_t inclusion = InclusionOf(id);
  return inclusion == kNoFile ? kNoFile : inclusions_[inclusion].file;
}

void PreprocessorRecord::AddEdge(uint32_t from, uint32_t to) {
  std::vector<uint32_t>& edges = inclusions_[from].includes;
  if (std::find(edges.begin(), edges.end(), to) == edges.end()) edges.push_back(to);
}

void PreprocessorRecord::SkipInclude(clang::FileEntryRef file) {
  if (current_inclusion_ == kNoFile) return;
  auto entered = last_inclusion_.find(Register(file, clang::FileID()));
  if (entered != last_inclusion_.end()) AddEdge(current_inclusion_, entered->second);
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

std::vector<const FileRun*> PreprocessorRecord::RunsOf(clang::FileID id) {
  std::vector<const FileRun*> found;
  uint32_t file = FileOf(id);
  if (file == kNoFile) return found;
  auto add_from = [&](const std::vector<std::unique_ptr<FileRun>>& runs) {
    for (const std::unique_ptr<FileRun>& run : runs) {
      if (run->file == file) found.push_back(run.get());
    }
  };
  for (const std::vector<std::unique_ptr<FileRun>>& runs : past_runs_) add_from(runs);
  add_from(runs_);
  return found;
}

void PreprocessorRecord::Enter(clang::FileID id) {
  current_inclusion_ = InclusionOf(id);
  current_file_ = FileOf(id);
  current_run_ = current_file_ == kNoFile ? nullptr : RunOf(current_file_);
}

void PreprocessorRecord::Include(clang::SourceLocation hash, llvm::StringRef spelled, bool angled,
                                 clang::OptionalFileEntryRef file) {
  if (current_run_ == nullptr) return;
  RecordedInclude include;
  include.angled = angled;
  include.spelled = spelled.str();
  // It may not have been entered yet; then it gets its state when it is.
  if (file) include.file = Register(*file, clang::FileID());
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
    clang::FileID id = sources_.getFileID(macro->getDefinitionLoc());
    origin.inclusion = InclusionOf(id);
    origin.file = FileOf(id);
    hash = MacroContentHash(*name, *macro);
    if (origin.file != kNoFile) hash = Mix(hash, HashBytes(files_[origin.file].path));
  }
  origin.hash = hash;
  return origins_[macro] = origin;
}

void PreprocessorRecord::Consult(const clang::IdentifierInfo* name, const clang::MacroInfo* macro,
                                 bool expands) {
  if (current_run_ == nullptr) return;
  const MacroOrigin& origin = OriginOf(name, macro);
  if (origin.inclusion == current_inclusion_) return;
  // Its own guard, set when it was entered before: what it skips now, it has had then.
  if (origin.file == current_file_ && origin.file != kNoFile) {
    AddEdge(current_inclusion_, origin.inclusion);
  }
  current_run_->variant = Mix(current_run_->variant, origin.hash);
  if (origin.file == kNoFile) return;
  // What it includes itself it does in every unit.
  if (origin.inclusion > current_inclusion_) return;
  bool alike = AlikeInBoth(current_file_, origin.file);
  if (alike && !expands) return;
  auto [use, inserted] = found_.try_emplace({current_inclusion_, origin.inclusion}, kNever);
  if (!alike) use->second = std::min(use->second, IncludesSoFar());
}

// The headers of the C library are full of `#ifndef X, #define X` for what several of them define alike:
// who comes first makes no difference, as long as it comes.
bool PreprocessorRecord::AlikeInBoth(uint32_t user, uint32_t definer) const {
  return files_[user].is_system && files_[definer].is_system;
}

uint32_t PreprocessorRecord::IncludesSoFar() const {
  return static_cast<uint32_t>(inclusions_[current_inclusion_].includes.size());
}

void PreprocessorRecord::Miss(const clang::IdentifierInfo* name) {
  if (current_run_ == nullptr) return;
  missed_[{current_inclusion_, name}] = IncludesSoFar();
}

void PreprocessorRecord::MissAll(clang::SourceRange condition) {
  if (current_run_ == nullptr || !condition.isValid() || !condition.getBegin().isFileID()) return;
  llvm::StringRef text = clang::Lexer::getSourceText(
      clang::CharSourceRange::getCharRange(condition), sources_, preprocessor_.getLangOpts());
  while (!text.empty()) {
    text = text.drop_until([](char c) { return clang::isAsciiIdentifierStart(c); });
    llvm::StringRef word =
        text.take_while([](char c) { return clang::isAsciiIdentifierContinue(c); });
    text = text.drop_front(word.size());
    if (word.empty() || word == "defined") continue;
    const clang::IdentifierInfo* name = preprocessor_.getIdentifierInfo(word);
    if (!name->hasMacroDefinition()) Miss(name);
  }
}

void PreprocessorRecord::Define(const clang::IdentifierInfo* name) {
  if (current_run_ == nullptr) return;
  std::vector<uint32_t>& definers = definers_[name];
  if (definers.empty() || definers.back() != current_inclusion_) {
    definers.push_back(current_inclusion_);
  }
}

void PreprocessorRecord::Undefine(const clang::IdentifierInfo* name) {
  auto definers = definers_.find(name);
  if (definers != definers_.end()) definers->second.clear();
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
  SkippedRange skipped{sources_.getFileOffset(range.getBegin()),
                       sources_.getFileOffset(range.getEnd())};
  current_run_->skipped.push_back(skipped);
}

void PreprocessorRecord::Branch(bool taken) {
  if (current_run_ == nullptr) return;
  current_run_->variant = Mix(current_run_->variant, taken ? 2 : 1);
}

void PreprocessorRecord::ExpandBuiltin(const clang::Token& name) {
  if (current_run_ == nullptr) return;
  llvm::StringRef spelled = name.getIdentifierInfo()->getName();
  if (spelled == "__COUNTER__") ++current_run_->counter_uses;
  if (spelled != "__LINE__") return;
  auto [id, offset] = sources_.getDecomposedExpansionLoc(name.getLocation());
  if (FileOf(id) == current_file_) current_run_->line_uses.push_back(offset);
}

IncludeWalk PreprocessorRecord::Walk(clang::FileID id) {
  IncludeWalk walk;
  walk.files.resize(files_.size());
  walk.file_entered.resize(files_.size(), kNever);
  walk.entered.resize(inclusions_.size(), kNever);
  walk.is_own.resize(inclusions_.size());
  walk.reached.resize(inclusions_.size());
  std::vector<uint32_t> roots = forced_;
  roots.push_back(InclusionOf(id));
  uint32_t clock = 0;
  std::vector<uint32_t> stack;
  auto enter = [&](uint32_t inclusion, bool own) {
    if (own) walk.is_own[inclusion] = true;
    if (walk.entered[inclusion] != kNever) return;
    uint32_t file = inclusions_[inclusion].file;
    walk.entered[inclusion] = ++clock;
    walk.file_entered[file] = std::min(walk.file_entered[file], clock);
    walk.files[file] = true;
    stack.push_back(inclusion);
  };
  for (uint32_t root : roots) {
    enter(root, /*own=*/true);
    while (!stack.empty()) {
      uint32_t inclusion = stack.back();
      size_t next = walk.reached[inclusion].size();
      walk.reached[inclusion].push_back(clock);
      if (next < inclusions_[inclusion].includes.size()) {
        uint32_t included = inclusions_[inclusion].includes[next];
        enter(included, /*own=*/inclusions_[included].file != inclusions_[inclusion].file);
      } else {
        stack.pop_back();
      }
    }
  }
  return walk;
}

bool PreprocessorRecord::FindMisfit(const IncludeWalk& walk, MacroMisfit* found) const {
  // Whether the walk has entered the file of `definer` when `user` has come to so many of its #includes.
  // Which of several inclusions of a file without guard defined a macro makes no difference.
  auto is_before = [&](uint32_t definer, uint32_t user, uint32_t includes) {
    uint32_t entered = walk.file_entered[inclusions_[definer].file];
    return includes == kNever ? entered != kNever : entered <= walk.reached[user][includes];
  };
  for (const auto& [pair, includes] : found_) {
    auto [user, definer] = pair;
    if (!walk.is_own[user] || is_before(definer, user, includes)) continue;
    *found = {inclusions_[user].file, inclusions_[definer].file};
    return true;
  }
  for (const auto& [pair, includes] : missed_) {
    auto [user, name] = pair;
    if (!walk.is_own[user]) continue;
    auto definers = definers_.find(name);
    if (definers == definers_.end()) continue;
    for (uint32_t definer : definers->second) {
      uint32_t file = inclusions_[definer].file;
      bool own = file == inclusions_[user].file || AlikeInBoth(inclusions_[user].file, file);
      if (own || !is_before(definer, user, includes)) continue;
      *found = {inclusions_[user].file, file};
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
