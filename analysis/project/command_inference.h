// The project model: for every file of a workspace a compile command, and why that one.
//
// In this order: the file's own entry of compile_commands.json (or compile_flags.txt, which is for
// all); for a header, the command of a file that includes it; the command of the most similar file;
// the language's defaults with guessed include directories.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "analysis/project/compilation_database.h"
#include "analysis/project/compile_command.h"
#include "analysis/project/include_guess.h"
#include "analysis/project/source_language.h"

namespace astrolabe {

struct ProjectOptions {
  std::string root;  // of the workspace; absolute
  // Where compile_commands.json or compile_flags.txt is, or one of the two itself. Empty: searched for
  // in `root`, the newest of root/build*/ and root/out*/, then upwards from `root`.
  std::string compile_commands_dir;
  bool without_database = false;  // none is looked for
  // Driver arguments added to every command that is not from a database, before the file.
  std::vector<std::string> extra_arguments;
  // The compiler of guessed commands.
  std::string fallback_compiler = "clang";
};

// The files that include a header, directly or not, the best (nearest) first; empty if unknown. May be
// called by any thread.
using IncludersOf = std::function<std::vector<std::string>(const std::string& header)>;

// All members from any number of threads at once.
class ProjectModel {
 public:
  // Without a database the model works from guesses. An error is a database that is named and not
  // there, or one that cannot be read.
  static absl::StatusOr<std::unique_ptr<ProjectModel>> Load(ProjectOptions options);

  // Where Load would find a database: absolute, compile_commands.json or compile_flags.txt.
  static std::optional<std::string> FindDatabase(const ProjectOptions& options);

  // The database that is used; empty if none.
  std::string database_path() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Its entries; null if it is none or a compile_flags.txt. Stays valid over a Reload.
  std::shared_ptr<const CompilationDatabase> database() const ABSL_LOCKS_EXCLUDED(mutex_);
  // A sentence for each thing left out of the database.
  std::vector<std::string> notes() const ABSL_LOCKS_EXCLUDED(mutex_);

  void SetIncluders(IncludersOf includers) ABSL_LOCKS_EXCLUDED(mutex_);
  // What the workspace's files spell, for guessed commands.
  void GuessFrom(std::span<const FileIncludes> files) ABSL_LOCKS_EXCLUDED(mutex_);

  // `file` is absolute; it need not exist. Never empty-handed: the last resort is a guess.
  CompileCommand CommandFor(const std::string& file) const ABSL_LOCKS_EXCLUDED(mutex_);

  // The database's commands for the files in the same folder as `file`, its own left out; `limit` at most.
  std::vector<CompileCommand> CommandsBeside(const std::string& file, size_t limit) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the database has changed, gone or come since the last (re)load.
  bool ChangedOnDisk() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Reads it anew. After an error the old state stays, and ChangedOnDisk stays true.
  absl::Status Reload() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // What is read from disk: replaced as a whole, so that a reader never sees half of it.
  struct Loaded {
    std::string path;  // of what was found
    std::shared_ptr<const CompilationDatabase> database;
    std::vector<std::string> flags;  // of compile_flags.txt
    FileStat flags_stamp;
    // Entries by the stem of their file ("foo" of foo.cc), and by its folder.
    absl::flat_hash_map<std::string, std::vector<size_t>> by_stem;
    absl::flat_hash_map<std::string, std::vector<size_t>> by_folder;
  };

  explicit ProjectModel(ProjectOptions options) : options_(std::move(options)) {}
  static absl::StatusOr<std::shared_ptr<const Loaded>> Read(const ProjectOptions& options);

  CompileCommand FromFlags(const Loaded& loaded, const std::string& file) const;
  std::optional<CompileCommand> FromIncluder(const Loaded& loaded, const IncludersOf& includers,
                                             const std::string& file) const;
  std::optional<CompileCommand> FromNeighbour(const Loaded& loaded, const std::string& file) const;
  CompileCommand Guess(const std::vector<std::string>& directories, const std::string& file) const;

  const ProjectOptions options_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Loaded> loaded_ ABSL_GUARDED_BY(mutex_);
  IncludersOf includers_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const std::vector<std::string>> guessed_directories_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const std::vector<std::string>>();
};

// `command` for another file: its own file, output and -x taken out, `file` put in, with -x where the
// extension would not give `language`.
CompileCommand TransferCommand(const CompileCommand& command, const std::string& file);

}  // namespace astrolabe
