// The open documents: what the editor shows is the truth, whatever is on disk.
//
// Between didOpen and didClose the text of a document is the editor's, and we hold a copy that each didChange
// has to keep exact: one lost edit and every answer is about another text. What can go wrong in that (a change
// out of order, for a document that is not open, beyond the text's end) is reported here in words that say
// what to do; only a client's bug or a lost message causes it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/text/position.h"
#include "base/text/text_buffer.h"
#include "lsp/documents/uri.h"

namespace astrolabe::lsp {

// One state of one document. Never changes; any thread.
struct Document {
  DocumentName name;  // with the URI as at didOpen
  std::string language_id;
  int64_t version = 0;  // the client's number; 0 where it has none
  TextBuffer text;
  // Ours: larger than that of every state before, of any document. Tells apart what two `version`s might not,
  // such as a document that was closed and opened again.
  uint64_t generation = 0;
  // The generation whose text is on disk, as far as we are told: that of didOpen, then of each didSave.
  uint64_t saved_generation = 0;

  bool modified() const { return generation != saved_generation; }
};
using DocumentSnapshot = std::shared_ptr<const Document>;

// One step of a didChange. Columns in the negotiated encoding.
struct DocumentChange {
  std::optional<TextRange> range;  // nothing: `text` is the whole new text
  std::string text;
  std::optional<uint32_t> range_length;  // code units that `range` had, as some clients still say
};

// What came of a notification: the new state, and what was odd about the notification though it was obeyed,
// one line each, for the log.
struct DocumentUpdate {
  DocumentSnapshot document;
  std::vector<std::string> notes;
};

// Any thread. The mutex is held to exchange pointers, never while text is edited: a reader waits for no edit.
// Two changes of one document at once cannot be in order, so the second is refused by its version or finds
// the first done; callers keep the order (scheduler.h).
//
// URIs are as the client sends them; ParseDocumentUri's errors are returned as they are.
class DocumentStore {
 public:
  explicit DocumentStore(PositionEncoding encoding = PositionEncoding::kUtf16)
      : encoding_(encoding) {}
  DocumentStore(const DocumentStore&) = delete;
  DocumentStore& operator=(const DocumentStore&) = delete;

  // Once `initialize` has settled it, before the first document is opened.
  void SetEncoding(PositionEncoding encoding);
  PositionEncoding encoding() const;

  // didOpen. A document that is open already is replaced, with a note.
  absl::StatusOr<DocumentUpdate> Open(std::string_view uri, std::string language_id,
                                      int64_t version, std::string_view text);

  // didChange: all of `changes`, each on the text that the one before left, or none. FailedPrecondition if
  // the document is not open or `version` is not newer than ours; no version (as in old clients) is taken as
  // the next. A range outside the text is clamped and one with its ends swapped turned round, with a note. A
  // change of the whole text becomes the edits in which it differs, so that the rest stays shared.
  absl::StatusOr<DocumentUpdate> Change(std::string_view uri, std::optional<int64_t> version,
                                        const std::vector<DocumentChange>& changes);

  // didSave. With `text`, what the client has written; if that is not ours, it becomes ours, with a note.
  absl::StatusOr<DocumentUpdate> Save(std::string_view uri, std::optional<std::string_view> text);

  // didClose. The last state, or FailedPrecondition if the document is not open.
  absl::StatusOr<DocumentSnapshot> Close(std::string_view uri);

  // The document as it is now, by any URI of it; FailedPrecondition if it is not open.
  absl::StatusOr<DocumentSnapshot> Get(std::string_view uri) const;
  // By DocumentName::key(), which is the path of a file as NormalPath gives it; null if it is not open.
  DocumentSnapshot Find(std::string_view key) const;
  // All that are open, by key.
  std::vector<DocumentSnapshot> All() const;

 private:
  // `what` asks for it: the error's first word.
  absl::StatusOr<DocumentSnapshot> RequireOpen(const DocumentName& name,
                                               std::string_view what) const;
  // Makes `next` the state after `previous` (null: not open), with a new generation if its own is 0. Aborted if
  // `previous` is not the state any more.
  absl::Status Publish(const DocumentSnapshot& previous, std::shared_ptr<Document> next,
                       bool is_saved);

  mutable absl::Mutex mutex_;
  PositionEncoding encoding_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, DocumentSnapshot> documents_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_generation_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace astrolabe::lsp
