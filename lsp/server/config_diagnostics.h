// What is wrong with configuration files, told as diagnostics of these files.
//
// What counts is on disk; of a file that is open in the editor its text there is looked at, so that a mistake shows
// while it is made.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

class LiveDocuments;

// Any thread.
class ConfigDiagnostics {
 public:
  ConfigDiagnostics(Session& session, const LiveDocuments& live) : session_(session), live_(live) {}

  // A file was read, or is gone.
  void Take(const ConfigFile& file);
  // Of a document that is a configuration file.
  void OnDocument(const DocumentSnapshot& document, DocumentEvent event);
  std::vector<Diagnostic> Of(const DocumentSnapshot& document) const;

 private:
  std::vector<Diagnostic> ForClient(const ConfigFile& file) const;
  // Unless nothing was and nothing is wrong.
  void Tell(const std::string& path, const DocumentUri& uri, std::vector<Diagnostic> items)
      ABSL_LOCKS_EXCLUDED(mutex_);

  Session& session_;
  const LiveDocuments& live_;
  absl::Mutex mutex_;
  std::set<std::string> told_ ABSL_GUARDED_BY(mutex_);  // that something is wrong with them
};

}  // namespace astrolabe::lsp
