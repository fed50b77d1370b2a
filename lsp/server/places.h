// Places of files against places that the client means.
//
// Three texts of a file may differ: the one that was indexed, the one on disk and the one in the editor. What
// the index says is about the disk (semantic_coverage.h sees to that), in lines and bytes; what the client
// says and hears is about its own text, in code units of its encoding. Between the two lies the difference of
// the texts, by which places are carried over. Where nothing is open and the client counts bytes, no file has
// to be read at all.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/text/line_diff.h"
#include "base/text/position.h"
#include "base/text/text_buffer.h"
#include "index/symbol.h"
#include "lsp/documents/document_store.h"
#include "lsp/protocol/types.h"

namespace astrolabe::lsp {

// A range of a document's text, as the client counts.
Range ClientRange(const TextBuffer& text, ByteRange range, PositionEncoding encoding);
// The byte at a place of the index or of the scanner; at most the end of its line.
size_t OffsetOfPlace(const TextBuffer& text, astrolabe::Position place);
// The byte that the client means.
size_t OffsetOfClient(const TextBuffer& text, const Position& position, PositionEncoding encoding);

// Whether the text at `path` is the one in the editor, and where things are in the other.
class TextDifference {
 public:
  TextDifference(std::string disk, const TextBuffer& live);

  bool equal() const { return edits_.empty(); }
  // Offsets in one text as in the other. Inside an edit: its start; `edited` then says so.
  size_t ToLive(size_t disk_offset, bool* edited = nullptr) const;
  size_t ToDisk(size_t live_offset, bool* edited = nullptr) const;
  // Where the live text is not what is on disk.
  std::vector<ByteRange> EditedInLive() const;

  const TextBuffer& disk() const { return disk_; }

 private:
  std::string disk_text_;
  std::string live_text_;
  TextBuffer disk_;
  std::vector<ByteEdit> edits_;
};

// One answer's view: every file is looked at once. One thread at a time. Paths are the client's, absolute.
class Places {
 public:
  // Whether a file is known to be ASCII: such a one need not be read to count its columns.
  using AsciiFiles = std::function<bool(const std::string& path)>;

  explicit Places(const DocumentStore& documents, AsciiFiles is_ascii = nullptr)
      : documents_(documents), encoding_(documents.encoding()), is_ascii_(std::move(is_ascii)) {}

  // A range of the file on disk. `is_ascii`: it is known to be, without asking.
  Range ToClient(const std::string& path, astrolabe::Position begin, astrolabe::Position end,
                 bool is_ascii = false);
  Location LocationOf(const std::string& path, astrolabe::Position begin, astrolabe::Position end,
                      bool is_ascii = false);
  // Null if the file is not open, or open without differing from the disk.
  const TextDifference* DifferenceOf(const std::string& path);
  // What is open, or null.
  DocumentSnapshot OpenDocument(const std::string& path) const { return documents_.Find(path); }

 private:
  struct File {
    DocumentSnapshot document;  // null: not open
    std::unique_ptr<TextDifference> difference;
    std::optional<TextBuffer> disk;
    bool is_ascii = false;
  };
  File& Find(const std::string& path);

  const DocumentStore& documents_;
  const PositionEncoding encoding_;
  const AsciiFiles is_ascii_;
  absl::flat_hash_map<std::string, std::unique_ptr<File>> files_;
};

}  // namespace astrolabe::lsp
