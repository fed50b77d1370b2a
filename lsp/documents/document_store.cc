// Every notification reads the present state, makes the next one from it, and publishes that by a pointer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/documents/document_store.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/text/line_diff.h"

namespace astrolabe::lsp {
namespace {

std::string Describe(TextPosition position) { return StrCat(position.line, ":", position.column); }

std::string Describe(const TextRange& range) {
  return StrCat(Describe(range.begin), "-", Describe(range.end));
}

TextBuffer ReplaceAll(const TextBuffer& text, std::string_view replacement) {
  const std::string before = text.ToString();
  const std::vector<ByteEdit> edits = DiffTexts(before, replacement);
  TextBuffer next = text;
  // From the end, so that what is before keeps its place.
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
    next = next.Replace(edit->range.begin, edit->range.end, edit->replacement);
  }
  return next;
}

// `prefix` starts every note.
TextBuffer Apply(const TextBuffer& text, const DocumentChange& change, PositionEncoding encoding,
                 std::string_view prefix, std::vector<std::string>& notes) {
  if (!change.range) return ReplaceAll(text, change.text);
  TextRange range = *change.range;
  if (range.end < range.begin) {
    notes.push_back(
        StrCat(prefix, "range ", Describe(range), " ends before it begins: ends swapped"));
    std::swap(range.begin, range.end);
  }
  const TextOffset begin = OffsetOf(text, range.begin, encoding);
  const TextOffset end = OffsetOf(text, range.end, encoding);
  if (begin.outside || end.outside) {
    notes.push_back(StrCat(prefix, "range ", Describe(range), " is outside the text of ",
                           text.line_count(), " lines: clamped to ",
                           Describe(RangeOf(text, {begin.offset, end.offset}, encoding)),
                           "; if answers look misplaced, close and reopen the document"));
  }
  if (change.range_length && !begin.outside && !end.outside) {
    const size_t length = text.CountsBefore(end.offset).Units(encoding) -
                          text.CountsBefore(begin.offset).Units(encoding);
    if (length != *change.range_length) {
      notes.push_back(StrCat(prefix, "range ", Describe(range), " has ", length, " ",
                             PositionEncodingName(encoding), " code units, not ",
                             *change.range_length,
                             ": the client's text may differ from ours; close and reopen the "
                             "document if answers look misplaced"));
    }
  }
  return text.Replace(begin.offset, end.offset, change.text);
}

}  // namespace

void DocumentStore::SetEncoding(PositionEncoding encoding) {
  absl::MutexLock lock(&mutex_);
  encoding_ = encoding;
}

PositionEncoding DocumentStore::encoding() const {
  absl::MutexLock lock(&mutex_);
  return encoding_;
}

absl::StatusOr<DocumentUpdate> DocumentStore::Open(std::string_view uri, std::string language_id,
                                                   int64_t version, std::string_view text) {
  absl::StatusOr<DocumentName> name = ParseDocumentUri(uri);
  if (!name.ok()) return name.status();
  DocumentUpdate update;
  const DocumentSnapshot previous = Find(name->key());
  if (previous != nullptr) {
    update.notes.push_back(
        StrCat("didOpen of ", uri, ", which is open already: its text was replaced"));
  }
  auto next = std::make_shared<Document>();
  next->name = *std::move(name);
  next->language_id = std::move(language_id);
  next->version = version;
  next->text = TextBuffer(text);
  if (absl::Status status = Publish(previous, next, /*is_saved=*/true); !status.ok()) return status;
  update.document = std::move(next);
  return update;
}

absl::StatusOr<DocumentUpdate> DocumentStore::Change(std::string_view uri,
                                                     std::optional<int64_t> version,
                                                     const std::vector<DocumentChange>& changes) {
  absl::StatusOr<DocumentName> name = ParseDocumentUri(uri);
  if (!name.ok()) return name.status();
  absl::StatusOr<DocumentSnapshot> previous = RequireOpen(*name, "didChange");
  if (!previous.ok()) return previous.status();
  const int64_t old_version = (*previous)->version;
  if (version && *version <= old_version) {
    return absl::FailedPreconditionError(
        StrCat("didChange of ", uri, " to version ", *version, ", but version ", old_version,
               " is here already: the change was not made; versions must grow, close and reopen "
               "the document to bring both sides together"));
  }
  DocumentUpdate update;
  auto next = std::make_shared<Document>(**previous);
  next->version = version.value_or(old_version + 1);
  next->generation = 0;
  const PositionEncoding encoding = this->encoding();
  for (size_t i = 0; i < changes.size(); ++i) {
    const std::string prefix = StrCat("didChange of ", uri, ", change ", i + 1, ": ");
    next->text = Apply(next->text, changes[i], encoding, prefix, update.notes);
  }
  if (absl::Status status = Publish(*previous, next, /*is_saved=*/false); !status.ok()) {
    return status;
  }
  update.document = std::move(next);
  return update;
}

absl::StatusOr<DocumentUpdate> DocumentStore::Save(std::string_view uri,
                                                   std::optional<std::string_view> text) {
  absl::StatusOr<DocumentName> name = ParseDocumentUri(uri);
  if (!name.ok()) return name.status();
  absl::StatusOr<DocumentSnapshot> previous = RequireOpen(*name, "didSave");
  if (!previous.ok()) return previous.status();
  DocumentUpdate update;
  auto next = std::make_shared<Document>(**previous);
  if (text && (text->size() != next->text.size() || next->text.ToString() != *text)) {
    update.notes.push_back(StrCat("didSave of ", uri,
                                  " with a text that is not ours: an edit was lost on the way; "
                                  "the saved text was taken"));
    next->text = ReplaceAll(next->text, *text);
    next->generation = 0;
  }
  if (absl::Status status = Publish(*previous, next, /*is_saved=*/true); !status.ok()) {
    return status;
  }
  update.document = std::move(next);
  return update;
}

absl::StatusOr<DocumentSnapshot> DocumentStore::Close(std::string_view uri) {
  absl::StatusOr<DocumentName> name = ParseDocumentUri(uri);
  if (!name.ok()) return name.status();
  absl::StatusOr<DocumentSnapshot> last = RequireOpen(*name, "didClose");
  if (!last.ok()) return last;
  absl::MutexLock lock(&mutex_);
  documents_.erase(name->key());
  return last;
}

absl::StatusOr<DocumentSnapshot> DocumentStore::Get(std::string_view uri) const {
  absl::StatusOr<DocumentName> name = ParseDocumentUri(uri);
  if (!name.ok()) return name.status();
  return RequireOpen(*name, "request");
}

DocumentSnapshot DocumentStore::Find(std::string_view key) const {
  absl::MutexLock lock(&mutex_);
  const auto found = documents_.find(ToAbsl(key));
  return found == documents_.end() ? nullptr : found->second;
}

std::vector<DocumentSnapshot> DocumentStore::All() const {
  std::vector<DocumentSnapshot> all;
  {
    absl::MutexLock lock(&mutex_);
    all.reserve(documents_.size());
    for (const auto& [key, document] : documents_) all.push_back(document);
  }
  std::sort(all.begin(), all.end(), [](const DocumentSnapshot& a, const DocumentSnapshot& b) {
    return a->name.key() < b->name.key();
  });
  return all;
}

absl::StatusOr<DocumentSnapshot> DocumentStore::RequireOpen(const DocumentName& name,
                                                            std::string_view what) const {
  DocumentSnapshot document = Find(name.key());
  if (document != nullptr) return document;
  return absl::FailedPreconditionError(
      StrCat(what, " of ", name.uri, ", which is not open: send textDocument/didOpen first"));
}

absl::Status DocumentStore::Publish(const DocumentSnapshot& previous,
                                    std::shared_ptr<Document> next, bool is_saved) {
  absl::MutexLock lock(&mutex_);
  const auto found = documents_.find(next->name.key());
  const DocumentSnapshot present = found == documents_.end() ? nullptr : found->second;
  if (present != previous) {
    return absl::AbortedError(StrCat("two notifications for ", next->name.uri,
                                     " at once: the later was not obeyed; close and reopen the "
                                     "document"));
  }
  if (next->generation == 0) next->generation = ++last_generation_;
  if (is_saved) next->saved_generation = next->generation;
  documents_[next->name.key()] = std::move(next);
  return absl::OkStatus();
}

}  // namespace astrolabe::lsp
