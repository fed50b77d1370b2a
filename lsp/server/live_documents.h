// Open documents at the compiler: the session's documents in, diagnostics to the client, questions answered.
//
// Between the two sides stand the client's places (code units of its encoding, in the text that it has) and
// the AST's (bytes, in the text that was parsed), and the fact that an answer may take as long as a parse:
// a request's thread waits here, and looks every few milliseconds whether anybody still wants the answer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "analysis/live/live_files.h"
#include "analysis/project/front_end_command.h"
#include "lsp/protocol/types.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Any thread. Must outlive nothing: it takes part in the session by its listeners, so the session ends first.
class LiveDocuments {
 public:
  explicit LiveDocuments(Session& session);
  ~LiveDocuments();
  LiveDocuments(const LiveDocuments&) = delete;
  LiveDocuments& operator=(const LiveDocuments&) = delete;

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
  Range ClientRange(const DocumentSnapshot& document, const CodeRange& range) const;
  // In any file, as it is in the editor or on disk.
  Location ClientLocation(const CodeLocation& location) const;

  void FilesChanged(const std::vector<std::string>& paths);
  // Bytes of all parsing processes.
  uint64_t MemoryBytes() const;

 private:
  absl::StatusOr<std::string> AskForBytes(const DocumentSnapshot& document, Question question,
                                          const Work& work, absl::Duration patience);
  LiveFiles& files() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<LiveCommand> CommandFor(const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);
  void Publish(const std::string& path, uint64_t generation,
               const std::vector<LiveDiagnostic>& diagnostics);
  Diagnostic ClientDiagnostic(const DocumentSnapshot& document,
                              const LiveDiagnostic& diagnostic) const;
  void OnDocument(const DocumentSnapshot& document, DocumentEvent event);

  Session& session_;
  mutable absl::Mutex mutex_;
  std::unique_ptr<FrontEndCommands> front_end_ ABSL_GUARDED_BY(mutex_);
  // Started with the first document: a session that opens none needs no processes.
  std::unique_ptr<LiveFiles> files_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace astrolabe::lsp
