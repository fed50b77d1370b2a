// Open documents at the compiler: the session's documents in, diagnostics to the client, questions answered.
//
// Between the two sides stand the client's places (code units of its encoding, in the text that it has) and
// the AST's (bytes, in the text that was parsed), and the fact that an answer may take as long as a parse:
// a request's thread waits here, and looks every few milliseconds whether anybody still wants the answer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "analysis/live/live_files.h"
#include "analysis/project/front_end_command.h"
#include "lsp/protocol/types.h"
#include "lsp/server/config_diagnostics.h"
#include "lsp/server/document_diagnostics.h"
#include "lsp/server/open_file_modules.h"
#include "lsp/server/opening_progress.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Any thread. Must outlive nothing: it takes part in the session by its listeners, so the session ends first.
class LiveDocuments {
 public:
  explicit LiveDocuments(Session& session);
  ~LiveDocuments();
  LiveDocuments(const LiveDocuments&) = delete;
  LiveDocuments& operator=(const LiveDocuments&) = delete;

  // A parse that takes longer is not waited for where index and text can answer.
  static constexpr absl::Duration kPatience = absl::Milliseconds(300);

  // Waits for the answer, but not longer than `patience` (DeadlineExceeded). Unavailable if the document
  // can't be parsed; Cancelled once nobody wants it.
  template <typename Answer>
  absl::StatusOr<Answer> Ask(const DocumentSnapshot& document, Question question, const Work& work,
                             absl::Duration patience = absl::InfiniteDuration()) {
    absl::StatusOr<std::string> bytes = AskForBytes(document, std::move(question), work, patience);
    if (!bytes.ok()) return bytes.status();
    return astrolabe::Decode<Answer>(*bytes);
  }

  // A question about a place.
  Question QuestionAt(QuestionKind kind, const DocumentSnapshot& document,
                      const Position& position) const;
  CodeRange LiveRange(const DocumentSnapshot& document, const Range& range) const;
  Range ClientRange(const DocumentSnapshot& document, const CodeRange& range) const;
  // In any file, as it is in the editor or on disk.
  Location ClientLocation(const CodeLocation& location) const;

  // How a file is compiled, open or not.
  absl::StatusOr<LiveCommand> CommandFor(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);

  DocumentDiagnostics& diagnostics() { return diagnostics_; }
  const ConfigDiagnostics& config_diagnostics() const { return config_diagnostics_; }
  // On disk: files that include them are parsed again, and all of them if it is the database.
  void FilesChanged(const std::vector<std::string>& paths);
  // Bytes of all parsing processes.
  uint64_t MemoryBytes() const;

 private:
  absl::StatusOr<std::string> AskForBytes(const DocumentSnapshot& document, Question question,
                                          const Work& work, absl::Duration patience);
  LiveFiles& files() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<FrontEndCommands*> front_end() ABSL_LOCKS_EXCLUDED(mutex_);
  // Of the units in the same folder.
  std::vector<FrontEndCommand> CommandsBeside(const std::string& path);
  // The index has changed: open headers whose includers it did not know are parsed as theirs if it does now.
  void TryUnitsAgain() ABSL_LOCKS_EXCLUDED(mutex_);
  // To clients that grey what the preprocessor leaves out. On the live thread.
  void TellInactiveRegions(const std::string& path);
  void OnDocument(const DocumentSnapshot& document, DocumentEvent event);
  // Something is configured otherwise now: open files that it means something for are parsed again, and all that
  // clients show is asked for anew.
  void ConfigChanged() ABSL_LOCKS_EXCLUDED(mutex_);

  Session& session_;
  DocumentDiagnostics diagnostics_;
  OpeningProgress opening_;
  ConfigDiagnostics config_diagnostics_;
  mutable absl::Mutex mutex_;
  std::unique_ptr<QueryDrivers> drivers_ ABSL_GUARDED_BY(mutex_);  // of front_end_; may be null
  std::unique_ptr<FrontEndCommands> front_end_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> without_unit_ ABSL_GUARDED_BY(mutex_);  // open headers
  // What open files were last parsed by.
  std::map<std::string, std::shared_ptr<const Config>> used_ ABSL_GUARDED_BY(mutex_);
  OpenFileModules modules_;
  // Started with the first document: a session that opens none needs no processes.
  std::unique_ptr<LiveFiles> files_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
