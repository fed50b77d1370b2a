// One immutable segment of the index, read from a mapped file.
//
// A segment answers for a set of files: which there are, what they declare, which names, words of
// names and scopes occur, and which files can mention a word at all. Opening checks the tail only
// (some kilobytes); everything else is verified when first touched and decoded where it lies. The
// format is index/FORMAT.md.
//
// Ids are dense, start at 0 and mean something in their own segment only: file ids in order of
// path, symbol ids in order of file and place, name ids in order of CompareFolded, word and scope
// ids bytewise.
//
// On damage a read yields nothing (false, an empty range, a cursor that ends early) and damage()
// says what was met. So a query runs, then looks at damage() of the segments it used.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/block_reader.h"
#include "index/segment_container.h"
#include "index/string_table.h"
#include "index/symbol.h"

namespace astrolabe {

inline constexpr uint32_t kFormatVersion = 1;
extern const SegmentSchema kTextSegmentSchema;
inline constexpr uint32_t kSymbolsPerPage = 32;

// FileRecord::flags.
enum FileFlag : uint32_t {
  kFileScanned = 1,     // its symbols and words are in the index
  kFileListedOnly = 2,  // found by file search only (not C or C++)
  kFileBinary = 4,
  kFileOversized = 8,
  kFileUnreadable = 16,
  kFileAscii =
      32,  // a column is the same in every encoding; not said of files scanned before it was known
};

struct FilterBank;

// What the index knows of a file besides its symbols.
struct FileRecord {
  uint64_t size = 0;     // bytes
  int64_t mtime_ns = 0;  // since the epoch
  uint64_t inode = 0;
  uint64_t digest = 0;  // XXH3-64 of the content; 0 if it was not read
  uint32_t line_count = 0;
  uint32_t flags = 0;  // FileFlag

  friend bool operator==(const FileRecord&, const FileRecord&) = default;
};

// A file's record and its symbols: ids first_symbol … first_symbol + symbol_count - 1.
struct FileRow {
  FileRecord record;
  uint32_t first_symbol = 0;
  uint32_t symbol_count = 0;
};

// One declaration of a name.
struct Posting {
  uint32_t symbol_id = 0;
  SymbolKind kind = SymbolKind::kVariable;
  bool is_definition = false;

  friend bool operator==(const Posting&, const Posting&) = default;
};

// The declarations of one name, ascending by symbol id. Not thread-safe; must not outlive the
// segment.
class PostingCursor {
 public:
  PostingCursor() = default;
  bool Next();
  const Posting& posting() const { return posting_; }

 private:
  friend class Segment;
  friend class PostingWalker;
  bool Take(uint8_t tag, uint32_t symbol_id);

  const BlockReader* reader_ = nullptr;
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  uint32_t symbol_count_ = 0;
  bool has_first_ = false;
  Posting posting_;
};

// The declarations of consecutive names: cheaper than Segment::Postings for each of them.
//
//   PostingWalker walker = segment.WalkPostings(range);
//   while (walker.NextName()) for (PostingCursor c = walker.postings(); c.Next();) …
class PostingWalker {
 public:
  PostingWalker() = default;
  bool NextName();
  uint32_t name_id() const { return name_; }
  PostingCursor postings() const { return cursor_; }

 private:
  friend class Segment;
  bool LoadBlock();

  Section postings_;
  Section blocks_;
  uint32_t symbol_count_ = 0;
  uint32_t next_ = 0;
  uint32_t first_ = 0;
  uint32_t stop_ = 0;
  uint32_t name_ = 0;
  uint32_t previous_symbol_ = 0;
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  PostingCursor cursor_;
};

// The names that contain one word, ascending. Not thread-safe; must not outlive the segment.
class WordCursor {
 public:
  WordCursor() = default;
  bool Next();
  uint32_t name_id() const { return name_; }

 private:
  friend class Segment;
  const BlockReader* reader_ = nullptr;
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  uint32_t name_ = UINT32_MAX;
  uint32_t run_ = 0;
  uint32_t name_count_ = 0;
};

// A symbol as stored; the ids are its segment's.
struct SymbolRow {
  uint32_t name_id = 0;
  uint32_t scope_id = 0;  // scope 0 is the empty string: top level
  SymbolKind kind = SymbolKind::kVariable;
  bool is_definition = false;
  Position begin;
  Position name_position;
  Position end;

  friend bool operator==(const SymbolRow&, const SymbolRow&) = default;
};

// A set of file ids of one segment.
class FileSet {
 public:
  FileSet() = default;
  explicit FileSet(uint32_t file_count) : words_((file_count + 63) / 64), size_(file_count) {}

  uint32_t capacity() const { return size_; }
  bool Contains(uint32_t file) const {
    return file < size_ && (words_[file / 64] >> (file % 64) & 1) != 0;
  }
  // `file` < capacity().
  void Insert(uint32_t file) { words_[file / 64] |= uint64_t{1} << (file % 64); }
  uint32_t Count() const;
  // The members as ranges: ascending, not touching each other.
  std::vector<IdRange> Ranges() const;
  // Keeps what is in `other` too, a set of the same capacity.
  void IntersectWith(const FileSet& other);
  // Calls visit(file_id) in ascending order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(static_cast<uint32_t>(i * 64 + static_cast<size_t>(__builtin_ctzll(word))));
      }
    }
  }

  friend bool operator==(const FileSet&, const FileSet&) = default;

 private:
  std::vector<uint64_t> words_;
  uint32_t size_ = 0;
};

// How large a section is, for `astrolabe stats` and `dump segment`.
struct SectionInfo {
  std::string_view name;
  uint64_t bytes = 0;
  uint64_t items = 0;
};

// Immutable; thread-safe. Shared by the snapshots that name it.
class Segment {
 public:
  // NotFound if there is no file; FailedPrecondition if its format version is another one; DataLoss
  // if it is damaged in a way that shows without reading it.
  static absl::StatusOr<std::shared_ptr<const Segment>> Open(FileSystem& fs,
                                                             const std::string& path);

  // The same over bytes that some FileContents holds.
  static absl::StatusOr<std::shared_ptr<const Segment>> FromContents(
      const std::string& path, std::unique_ptr<FileContents> contents);

  const std::string& path() const { return reader_->path(); }
  uint64_t byte_size() const { return byte_size_; }
  // Covers every byte through the block checksums.
  uint64_t identity() const { return identity_; }

  uint32_t file_count() const { return paths_.size(); }
  uint32_t symbol_count() const { return symbol_count_; }

  const StringTable& paths() const { return paths_; }    // by file id
  const StringTable& names() const { return names_; }    // by name id
  const StringTable& words() const { return words_; }    // by word id
  const StringTable& scopes() const { return scopes_; }  // by scope id

  // False if `file` is out of range or damaged.
  bool File(uint32_t file, FileRow* row) const;
  std::optional<uint32_t> FindFile(std::string_view path) const { return paths_.Find(path); }
  // The file that declares `symbol`; file_count() if the id is out of range or on damage.
  uint32_t FileOfSymbol(uint32_t symbol) const;

  PostingCursor Postings(uint32_t name) const;
  PostingWalker WalkPostings(IdRange names) const;

  // How many (word, name) pairs the words of `range` have; from two reads of a table. A name is
  // counted once for each of its words in the range.
  uint32_t WordPostingCount(IdRange range) const;
  // The names that contain `word`.
  WordCursor NamesWithWord(uint32_t word) const;

  bool Symbol(uint32_t symbol, SymbolRow* row) const;
  // Replaces `rows` by all symbols of `file`, in order. False, with what could be read, on damage.
  bool SymbolsOf(uint32_t file, std::vector<SymbolRow>* rows) const;

  // The files that may contain the word with this WordHash (index/words.h). A file without a filter
  // (not scanned) is never among them.
  FileSet CandidateFiles(uint64_t word_hash) const;

  // Verifies every checksum, giving the memory back on the way.
  absl::Status VerifyChecksums() const { return reader_->VerifyAll(); }
  // Verifies every checksum and decodes everything once: DataLoss with the first thing that is
  // wrong.
  absl::Status Verify() const;
  // OK, or what the reads so far stumbled over.
  absl::Status damage() const { return reader_->damage(); }

  std::vector<SectionInfo> Sections() const;

 private:
  friend class SegmentMerger;  // reads sections as they lie
  Segment() = default;
  bool LoadFile(uint32_t file, FileRow* row, uint32_t* first_page) const;
  bool PageBytes(uint32_t page, const uint8_t** begin, const uint8_t** end) const;
  bool DecodeSymbols(uint32_t page, uint32_t count, SymbolRow* rows) const;
  FilterBank filters() const;

  std::unique_ptr<BlockReader> reader_;
  uint64_t byte_size_ = 0;
  uint64_t identity_ = 0;
  uint32_t symbol_count_ = 0;
  std::vector<Section> sections_;  // by section id
  StringTable paths_;
  StringTable names_;
  StringTable words_;
  StringTable scopes_;
};

}  // namespace astrolabe
