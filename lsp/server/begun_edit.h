// The text of a document before the place at which the user is writing was begun, and its errors.
//
// A half-typed line brings errors into other lines: with the name of a declaration gone, each use of it is one. Compared
// with the text as it is, another name brings nothing new; compared with the text before, it does. So whoever completes
// what is being written compares with that.
//
// Edits that touch the lines of those before them go on with the same place. One that does not begins another, and so
// does the next edit of a text that has no error more than the place began with: what was written is whole.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "lsp/server/edit_check.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// What an edit has changed: lines [first, last_before] of the text before are [first, last_after] of the text after.
// Where it could have been at several places, as a line break among line breaks, all of them.
struct ChangedLines {
  uint32_t first = 0;
  uint32_t last_before = 0;
  uint32_t last_after = 0;
};
ChangedLines LinesOfChange(std::string_view before, std::string_view after);

// `lines` after an edit that touches them; nullopt if it touches none.
std::optional<EditedFile::Lines> GrownBy(const EditedFile::Lines& lines,
                                         const ChangedLines& change);

struct BegunEdit {
  DocumentSnapshot before;
  std::optional<ErrorCounts> errors;  // of that text; nullopt: not known
  EditedFile::Lines lines;            // of the document as it is, that have been written since
};

// Any thread.
class BegunEdits {
 public:
  // Listens to the session from then on, so only while binding.
  BegunEdits(Session& session, LiveDocuments& live);
  BegunEdits(const BegunEdits&) = delete;
  BegunEdits& operator=(const BegunEdits&) = delete;

  // FailedPrecondition if `document` is not the newest state. Nothing: it has not been edited, as far as is known: the
  // edits of a client that does not say that it shows ghost text are followed from the first call on.
  absl::StatusOr<std::optional<BegunEdit>> Of(const DocumentSnapshot& document)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Which errors the text before has.
  void Know(const DocumentSnapshot& before, ErrorCounts errors) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct File {
    DocumentSnapshot now;
    std::optional<BegunEdit> begun;
  };

  bool IsFollowed() const;
  void Take(const DocumentSnapshot& document, DocumentEvent event) ABSL_LOCKS_EXCLUDED(mutex_);
  void TakeEdit(const DocumentSnapshot& document, File* file) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Session& session_;
  LiveDocuments& live_;
  std::atomic<bool> is_followed_ = false;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, File> files_ ABSL_GUARDED_BY(mutex_);  // by path
};

}  // namespace astrolabe::lsp
