// What the preprocessor did, kept in a form that survives forks: files read, who includes whom, macros
// used, and how each file was preprocessed.
//
// A parse that is a chain of forks (zygote, its extension, the child of a TU) is one preprocessor run
// from the compiler's view, but several from ours: each process answers for the files that it has
// itself entered since its fork. `StartEpoch` marks that moment. Edges of the include graph and file
// states stay for good, since the closure of a TU runs through headers that an ancestor has parsed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clang/Basic/FileEntry.h"
#include "clang/Basic/SourceLocation.h"
#include "clang/Lex/PPCallbacks.h"
#include "index/semantic/facts.h"
#include "llvm/ADT/DenseMap.h"

namespace clang {
class IdentifierInfo;
class MacroInfo;
class Preprocessor;
class SourceManager;
}  // namespace clang

namespace astrolabe {

inline constexpr uint32_t kNoFile = 0xFFFFFFFF;

// A file that was read at least once, known by its inode and not by its spelling.
struct RecordedFile {
  std::string path;  // absolute, without "." and ".."
  FileState state;
  bool is_read = false;
  bool is_system = false;
};

inline constexpr uint32_t kNever = 0xFFFFFFFF;

// The way through the include graph that a unit takes when it is parsed alone, whatever else the
// preprocessor has seen, and in another order. Times are counted in files entered.
struct IncludeWalk {
  std::vector<bool> files;        // those that it reads
  std::vector<uint32_t> entered;  // by inclusion: when, or kNever
  // By inclusion: it is not only what a later inclusion of the same file skips (see Consult).
  std::vector<bool> is_own;
  std::vector<uint32_t> file_entered;  // by file: the first time, or kNever
  // When it comes to each #include of an inclusion, and to its end.
  std::vector<std::vector<uint32_t>> reached;
};

// Two files that show that the headers of a unit were preprocessed otherwise than in a parse of its own.
struct MacroMisfit {
  uint32_t user = kNoFile;
  uint32_t definer = kNoFile;
};

struct RecordedInclude {
  uint32_t offset = 0;  // of the '#', in bytes
  bool angled = false;
  std::string spelled;
  uint32_t file = kNoFile;
};

struct RecordedMacroUse {
  const clang::MacroInfo* macro = nullptr;
  const clang::IdentifierInfo* name = nullptr;
  uint32_t offset = 0;
  RoleSet roles = 0;
};

// From the '#' of the directive whose condition did not hold, to the next one that counts.
struct SkippedRange {
  uint32_t begin = 0;  // offsets
  uint32_t end = 0;
};

// How one file was preprocessed in this epoch. A file entered more than once has one record.
struct FileRun {
  uint32_t file = kNoFile;
  // Over the outcomes of its conditions and the macros of other files that were consulted: what they say,
  // not where they stand, so that it outlives edits that only move things.
  uint64_t variant = 0;
  std::vector<RecordedInclude> includes;
  std::vector<RecordedMacroUse> macros;
  std::vector<SkippedRange> skipped;
  std::vector<uint32_t> line_uses;  // offsets where `__LINE__` was expanded
  uint32_t counter_uses = 0;        // of `__COUNTER__`
};

// One thread. Owned by the preprocessor that it observes, see InstallPreprocessorRecord.
class PreprocessorRecord {
 public:
  explicit PreprocessorRecord(clang::Preprocessor& preprocessor);
  ~PreprocessorRecord();

  // From now on another process's business: runs() starts empty.
  void StartEpoch();

  // Index of the file that `id` is an inclusion of, kNoFile for buffers that are no files.
  uint32_t FileOf(clang::FileID id);
  const RecordedFile& file(uint32_t index) const { return files_[index]; }
  uint32_t file_count() const { return static_cast<uint32_t>(files_.size()); }
  const std::vector<std::unique_ptr<FileRun>>& runs() const { return runs_; }
  // Those of one file in all epochs, oldest first. None if `id` is no file.
  std::vector<const FileRun*> RunsOf(clang::FileID id);

  // From the file that `id` is an inclusion of. Forced includes come ahead.
  IncludeWalk Walk(clang::FileID id);

  // A macro that a file of the walk found defined, although the walk comes to the file which defines it
  // later or never; or one that it found undefined, although the walk has been there.
  bool FindMisfit(const IncludeWalk& walk, MacroMisfit* found) const;

  // Called by the callbacks.
  void Enter(clang::FileID id);
  void Include(clang::SourceLocation hash, llvm::StringRef spelled, bool angled,
               clang::OptionalFileEntryRef file);
  void SkipInclude(clang::FileEntryRef file);
  void Macro(const clang::Token& name, const clang::MacroInfo* macro, RoleSet roles);
  // `expands`: it is replaced by its definition, and not only asked whether there is one.
  void Consult(const clang::IdentifierInfo* name, const clang::MacroInfo* macro, bool expands);
  // It was asked for and is not defined.
  void Miss(const clang::IdentifierInfo* name);
  // The names in the condition of an #if that are no macros.
  void MissAll(clang::SourceRange condition);
  void Define(const clang::IdentifierInfo* name);
  void Undefine(const clang::IdentifierInfo* name);
  void Skip(clang::SourceRange range);
  // A condition was evaluated.
  void Branch(bool taken);
  // What the compiler replaces by itself.
  void ExpandBuiltin(const clang::Token& name);

 private:
  // One entering of a file. A file with a guard has one. One without is other text each time, with
  // edges of its own: glibc's and Clang's stdarg.h and stddef.h live from that.
  struct Inclusion {
    uint32_t file = kNoFile;
    std::vector<uint32_t> includes;  // inclusions
  };

  bool AlikeInBoth(uint32_t user, uint32_t definer) const;
  uint32_t IncludesSoFar() const;  // of the current inclusion
  uint32_t Register(clang::FileEntryRef entry, clang::FileID id);
  uint32_t InclusionOf(clang::FileID id);
  void AddEdge(uint32_t from, uint32_t to);
  FileRun* RunOf(uint32_t file);
  struct MacroOrigin {
    uint32_t file = kNoFile;
    uint32_t inclusion = kNoFile;
    uint64_t hash = 0;
  };
  const MacroOrigin& OriginOf(const clang::IdentifierInfo* name, const clang::MacroInfo* macro);

  clang::Preprocessor& preprocessor_;
  clang::SourceManager& sources_;
  std::vector<RecordedFile> files_;
  std::vector<Inclusion> inclusions_;
  std::vector<uint32_t> forced_;  // inclusions by the command line
  llvm::DenseMap<const clang::FileEntry*, uint32_t> index_;
  llvm::DenseMap<uint32_t, uint32_t> last_inclusion_;  // by file
  llvm::DenseMap<clang::FileID, uint32_t> by_id_;      // inclusions; kNoFile: no file
  llvm::DenseMap<const clang::MacroInfo*, MacroOrigin> origins_;
  // Macros that were asked for, by the asking inclusion and how many of its #includes it had come to: the
  // smallest number where it found one of another inclusion that was entered earlier (kNever: any will
  // do), the largest where it found none.
  llvm::DenseMap<std::pair<uint32_t, uint32_t>, uint32_t> found_;  // (user, definer)
  llvm::DenseMap<std::pair<uint32_t, const clang::IdentifierInfo*>, uint32_t> missed_;
  llvm::DenseMap<const clang::IdentifierInfo*, std::vector<uint32_t>> definers_;  // inclusions
  std::vector<std::unique_ptr<FileRun>> runs_;
  std::vector<std::vector<std::unique_ptr<FileRun>>> past_runs_;
  llvm::DenseMap<uint32_t, FileRun*> run_of_;
  uint32_t current_file_ = kNoFile;
  uint32_t current_inclusion_ = kNoFile;
  FileRun* current_run_ = nullptr;
};

// Makes `preprocessor` report to a new record, which lives as long as it.
PreprocessorRecord* InstallPreprocessorRecord(clang::Preprocessor& preprocessor);

}  // namespace astrolabe
