// What is known to be wrong with the open documents: pushed to clients that only listen, kept for those that ask.
//
// A text's diagnostics come in two stages: those of the parse, then all. A client that pulls and can be told to
// pull again is answered with the first stage, and told when there is more or when an edit of another file has
// changed them; one that can't be told is answered with all. What two pulls have in common is sent once: the
// result id is a hash of what is said.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "analysis/live/answers.h"
#include "lsp/protocol/types.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

class LiveDocuments;

struct KnownDiagnostics {
  uint64_t generation = 0;  // of the document's text
  bool complete = false;
  std::string result_id;
  std::vector<Diagnostic> items;
  std::vector<std::vector<DiagnosticFix>> fixes;  // of each item
  std::vector<std::string> headers;               // of each item: LiveDiagnostic::header
  // Errors in files that the document includes and that are not open themselves.
  std::map<DocumentUri, std::vector<Diagnostic>> related;
};

// A hash of what is said.
std::string ResultIdOf(const std::vector<Diagnostic>& items,
                       const std::map<DocumentUri, std::vector<Diagnostic>>& related);

// Any thread.
class DocumentDiagnostics {
 public:
  DocumentDiagnostics(Session& session, const LiveDocuments& live)
      : session_(session), live_(live) {}
  DocumentDiagnostics(const DocumentDiagnostics&) = delete;
  DocumentDiagnostics& operator=(const DocumentDiagnostics&) = delete;

  // Those of a generation of the file's text have come, or have changed.
  void Take(const std::string& path, uint64_t generation, bool complete,
            const std::vector<LiveDiagnostic>& diagnostics) ABSL_LOCKS_EXCLUDED(mutex_);
  // What is configured for files has changed: those that are said, or are not, may be others.
  void Refresh() ABSL_LOCKS_EXCLUDED(mutex_);
  // The document was closed.
  void Forget(const DocumentSnapshot& document) ABSL_LOCKS_EXCLUDED(mutex_);

  // Those of the document's text or a newer one; waits for them. Cancelled once nobody wants them, NotFound
  // when the document is closed meanwhile.
  absl::StatusOr<std::shared_ptr<const KnownDiagnostics>> Await(const DocumentSnapshot& document,
                                                                const Work& work)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // What is known of an open file now; null if nothing is.
  std::shared_ptr<const KnownDiagnostics> Find(const std::string& path) const
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct File {
    std::shared_ptr<const KnownDiagnostics> known;
    std::string answered;             // result id of the last answer to a pull
    std::vector<LiveDiagnostic> all;  // before any was suppressed
  };

  bool ClientPulls() const;
  bool ClientPullsAgain() const;
  Diagnostic ForClient(const DocumentSnapshot& document, const LiveDiagnostic& diagnostic) const;

  Session& session_;
  const LiveDocuments& live_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, File> files_ ABSL_GUARDED_BY(mutex_);  // by path
};

}  // namespace astrolabe::lsp
