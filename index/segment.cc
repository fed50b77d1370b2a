// Reading a segment: the container, then the cursors over each section.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/segment.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/strings.h"
#include "index/filter_bank.h"
#include "index/segment_layout.h"
#include "index/symbol_page.h"
#include "index/varint.h"
#include "xxhash.h"

namespace astrolabe {

constinit const SegmentSchema kTextSegmentSchema = {"ASTROSEG", kFormatVersion, kSectionNames};

namespace {

constexpr uint32_t kNamesPerPostingBlock = kStringsPerBlock;

absl::Status Damaged(const std::string& path, std::string_view what) {
  return absl::DataLossError(
      StrCat(path, ": ", what, "; run `astrolabe index` to rebuild what it held"));
}

uint64_t BlocksOf(uint64_t items) { return (items + kStringsPerBlock - 1) / kStringsPerBlock; }

}  // namespace

bool PostingCursor::Take(uint8_t tag, uint32_t symbol_id) {
  uint8_t kind = tag & kTagKindMask;
  if (kind >= kSymbolKindCount || symbol_id >= symbol_count_) {
    reader_->ReportMalformed("a posting makes no sense");
    at_ = end_;
    has_first_ = false;
    return false;
  }
  posting_ = {.symbol_id = symbol_id,
              .kind = static_cast<SymbolKind>(kind),
              .is_definition = (tag & kTagDefinition) != 0};
  return true;
}

bool PostingCursor::Next() {
  if (has_first_) {
    has_first_ = false;
    return true;
  }
  if (at_ == end_) return false;
  uint32_t difference;
  const uint8_t* p = DecodeVarint32(at_, end_, &difference);
  if (p == nullptr || p == end_ || difference == 0 ||
      difference > symbol_count_ - posting_.symbol_id) {
    reader_->ReportMalformed("a posting makes no sense");
    at_ = end_;
    return false;
  }
  at_ = p + 1;
  return Take(*p, posting_.symbol_id + difference);
}

bool PostingWalker::LoadBlock() {
  uint32_t block = next_ / kNamesPerPostingBlock;
  uint32_t begin, end;
  if (!blocks_.ReadU32(block, &begin) || !blocks_.ReadU32(uint64_t{block} + 1, &end)) return false;
  if (begin > end) {
    postings_.reader->ReportMalformed("blocks of postings overlap");
    return false;
  }
  at_ = postings_.Read(begin, end - begin);
  if (at_ == nullptr) return false;
  end_ = at_ + (end - begin);
  previous_symbol_ = 0;
  return true;
}

bool PostingWalker::NextName() {
  while (next_ < stop_) {
    if (next_ % kNamesPerPostingBlock == 0 && !LoadBlock()) break;
    const uint8_t* p = at_;
    uint32_t rest = 0, difference = 0;
    uint8_t tag = 0;
    if (p == end_) {
      p = nullptr;
    } else {
      tag = *p++;
      if ((tag & kTagMorePostings) != 0) p = DecodeVarint32(p, end_, &rest);
      if (p != nullptr) p = DecodeVarint32(p, end_, &difference);
    }
    if (p == nullptr || rest > static_cast<size_t>(end_ - p)) {
      postings_.reader->ReportMalformed("the postings of a name make no sense");
      break;
    }
    previous_symbol_ += UnZigZag(difference);
    at_ = p + rest;
    name_ = next_++;
    if (name_ < first_) continue;
    cursor_.reader_ = postings_.reader;
    cursor_.at_ = p;
    cursor_.end_ = at_;
    cursor_.symbol_count_ = symbol_count_;
    cursor_.has_first_ = cursor_.Take(tag, previous_symbol_);
    return true;
  }
  stop_ = next_;
  return false;
}

bool WordCursor::Next() {
  if (run_ != 0) {
    --run_;
    ++name_;
    return true;
  }
  if (at_ == end_) return false;
  uint64_t gap = 0;
  uint32_t more = 0;
  const uint8_t* p = DecodeVarint64(at_, end_, &gap);
  bool is_run = (gap & 1) != 0;
  gap >>= 1;
  if (p != nullptr && is_run) p = DecodeVarint32(p, end_, &more);
  // name_ is -1 modulo 2^32 before the first id, so `first` is the number of ids passed.
  uint64_t first = uint64_t{name_ + 1} + gap;
  uint64_t last = first + (is_run ? uint64_t{more} + 1 : 0);
  if (p == nullptr || gap > name_count_ || last >= name_count_) {
    reader_->ReportMalformed("the names of a word make no sense");
    at_ = end_;
    return false;
  }
  at_ = p;
  name_ = static_cast<uint32_t>(first);
  run_ = static_cast<uint32_t>(last - first);
  return true;
}

uint32_t FileSet::Count() const {
  uint32_t count = 0;
  for (uint64_t word : words_) count += static_cast<uint32_t>(std::popcount(word));
  return count;
}

std::vector<IdRange> FileSet::Ranges() const {
  std::vector<IdRange> ranges;
  ForEach([&](uint32_t file) {
    if (!ranges.empty() && ranges.back().end == file) {
      ++ranges.back().end;
    } else {
      ranges.push_back({file, file + 1});
    }
  });
  return ranges;
}

void FileSet::IntersectWith(const FileSet& other) {
  size_t common = std::min(words_.size(), other.words_.size());
  for (size_t i = 0; i < common; ++i) words_[i] &= other.words_[i];
  for (size_t i = common; i < words_.size(); ++i) words_[i] = 0;
}

absl::StatusOr<std::shared_ptr<const Segment>> Segment::Open(FileSystem& fs,
                                                             const std::string& path) {
  absl::StatusOr<std::unique_ptr<FileContents>> contents = fs.Map(path);
  if (!contents.ok()) return contents.status();
  return FromContents(path, *std::move(contents));
}

absl::StatusOr<std::shared_ptr<const Segment>> Segment::FromContents(
    const std::string& path, std::unique_ptr<FileContents> contents) {
  absl::StatusOr<SegmentContainer> container =
      OpenContainer(path, std::move(contents), kTextSegmentSchema);
  if (!container.ok()) return container.status();
  std::shared_ptr<Segment> segment(new Segment());
  segment->byte_size_ = container->bytes;
  segment->identity_ = container->identity;
  segment->reader_ = std::move(container->reader);
  segment->sections_ = std::move(container->sections);
  const std::vector<Section>& sections = segment->sections_;

  // Item counts bound every id, so they must agree with the sizes of what is indexed by them.
  auto rows_fit = [&](SectionId id, uint64_t items, uint64_t row_bytes) {
    return sections[id].items == items && sections[id].length == items * row_bytes;
  };
  auto table_fits = [&](SectionId strings, SectionId blocks) {
    uint64_t items = sections[strings].items;
    return items < UINT32_MAX - kStringsPerBlock && rows_fit(blocks, BlocksOf(items) + 1, 4);
  };
  uint64_t names = sections[kNames].items;
  bool fits = table_fits(kPaths, kPathBlocks) && table_fits(kNames, kNameBlocks) &&
              table_fits(kWords, kWordBlocks) && table_fits(kScopes, kScopeBlocks) &&
              rows_fit(kFiles, sections[kPaths].items, sizeof(FileRowLayout)) &&
              sections[kPostings].items == names &&
              rows_fit(kPostingBlocks, BlocksOf(names) + 1, 4) &&
              rows_fit(kWordLists, sections[kWords].items + 1, sizeof(WordListLayout)) &&
              sections[kSymbols].items < UINT32_MAX && sections[kSymbolPages].items >= 1 &&
              rows_fit(kSymbolPages, sections[kSymbolPages].length / 4, 4) &&
              rows_fit(kFilterClasses, sections[kFilterClasses].length / sizeof(FilterClassLayout),
                       sizeof(FilterClassLayout)) &&
              rows_fit(kFilterColumns, sections[kFilterColumns].length / 4, 4);
  if (!fits) return Damaged(path, "the sections contradict each other");

  segment->symbol_count_ = static_cast<uint32_t>(sections[kSymbols].items);
  segment->paths_ = {sections[kPaths], sections[kPathBlocks], StringOrder::kBytes};
  segment->names_ = {sections[kNames], sections[kNameBlocks], StringOrder::kFolded};
  segment->words_ = {sections[kWords], sections[kWordBlocks], StringOrder::kBytes};
  segment->scopes_ = {sections[kScopes], sections[kScopeBlocks], StringOrder::kBytes};
  return segment;
}

bool Segment::LoadFile(uint32_t file, FileRow* row, uint32_t* first_page) const {
  if (file >= file_count()) return false;
  const Section& files = sections_[kFiles];
  const uint8_t* at = files.Read(uint64_t{file} * sizeof(FileRowLayout), sizeof(FileRowLayout));
  if (at == nullptr) return false;
  FileRowLayout stored = LoadAs<FileRowLayout>(at);
  uint32_t symbols_end = symbol_count_;
  if (file + 1 < file_count()) {
    const uint8_t* next =
        files.Read((uint64_t{file} + 1) * sizeof(FileRowLayout), sizeof(FileRowLayout));
    if (next == nullptr) return false;
    symbols_end = LoadAs<FileRowLayout>(next).first_symbol;
  }
  if (stored.first_symbol > symbols_end || symbols_end > symbol_count_) {
    reader_->ReportMalformed("the symbols of a file make no sense");
    return false;
  }
  row->record = {.size = stored.size,
                 .mtime_ns = stored.mtime_ns,
                 .inode = stored.inode,
                 .digest = stored.digest,
                 .line_count = stored.line_count,
                 .flags = stored.flags};
  row->first_symbol = stored.first_symbol;
  row->symbol_count = symbols_end - stored.first_symbol;
  *first_page = stored.first_page;
  return true;
}

bool Segment::File(uint32_t file, FileRow* row) const {
  uint32_t first_page;
  return LoadFile(file, row, &first_page);
}

uint32_t Segment::FileOfSymbol(uint32_t symbol) const {
  if (symbol >= symbol_count_) return file_count();
  // The last file whose first symbol is not after this one; a file without symbols has its
  // successor's first symbol, so it is never the last.
  uint32_t low = 0;
  uint32_t high = file_count();
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    const uint8_t* at =
        sections_[kFiles].Read(uint64_t{middle} * sizeof(FileRowLayout), sizeof(FileRowLayout));
    if (at == nullptr) return file_count();
    if (LoadAs<FileRowLayout>(at).first_symbol <= symbol) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? file_count() : low - 1;
}

PostingWalker Segment::WalkPostings(IdRange names) const {
  PostingWalker walker;
  walker.postings_ = sections_[kPostings];
  walker.blocks_ = sections_[kPostingBlocks];
  walker.symbol_count_ = symbol_count_;
  walker.stop_ = std::min(names.end, names_.size());
  walker.first_ = std::min(names.begin, walker.stop_);
  walker.next_ = walker.first_ == walker.stop_
                     ? walker.stop_
                     : walker.first_ / kNamesPerPostingBlock * kNamesPerPostingBlock;
  return walker;
}

PostingCursor Segment::Postings(uint32_t name) const {
  if (name >= names_.size()) return PostingCursor();
  PostingWalker walker = WalkPostings({name, name + 1});
  return walker.NextName() ? walker.postings() : PostingCursor();
}

uint32_t Segment::WordPostingCount(IdRange range) const {
  uint32_t end = std::min(range.end, words_.size());
  if (range.begin >= end) return 0;
  const Section& lists = sections_[kWordLists];
  const uint8_t* first =
      lists.Read(uint64_t{range.begin} * sizeof(WordListLayout), sizeof(WordListLayout));
  const uint8_t* last = lists.Read(uint64_t{end} * sizeof(WordListLayout), sizeof(WordListLayout));
  if (first == nullptr || last == nullptr) return 0;
  uint32_t before = LoadAs<WordListLayout>(first).postings_before;
  uint32_t after = LoadAs<WordListLayout>(last).postings_before;
  return after >= before ? after - before : 0;
}

WordCursor Segment::NamesWithWord(uint32_t word) const {
  WordCursor cursor;
  if (word >= words_.size()) return cursor;
  const uint8_t* rows = sections_[kWordLists].Read(uint64_t{word} * sizeof(WordListLayout),
                                                   2 * sizeof(WordListLayout));
  if (rows == nullptr) return cursor;
  uint32_t begin = LoadAs<WordListLayout>(rows).offset;
  uint32_t end = LoadAs<WordListLayout>(rows + sizeof(WordListLayout)).offset;
  if (begin > end) {
    reader_->ReportMalformed("the lists of words overlap");
    return cursor;
  }
  const uint8_t* at = sections_[kWordPostings].Read(begin, end - begin);
  if (at == nullptr) return cursor;
  cursor.reader_ = reader_.get();
  cursor.at_ = at;
  cursor.end_ = at + (end - begin);
  cursor.name_count_ = names_.size();
  return cursor;
}

bool Segment::PageBytes(uint32_t page, const uint8_t** begin, const uint8_t** end) const {
  uint32_t from, to;
  if (!sections_[kSymbolPages].ReadU32(page, &from) ||
      !sections_[kSymbolPages].ReadU32(uint64_t{page} + 1, &to)) {
    return false;
  }
  if (from > to) {
    reader_->ReportMalformed("pages of symbols overlap");
    return false;
  }
  *begin = sections_[kSymbols].Read(from, to - from);
  if (*begin == nullptr) return false;
  *end = *begin + (to - from);
  return true;
}

bool Segment::DecodeSymbols(uint32_t page, uint32_t count, SymbolRow* rows) const {
  const uint8_t *begin, *end;
  if (!PageBytes(page, &begin, &end)) return false;
  bool good = DecodePage(begin, end, count, rows);
  for (uint32_t i = 0; good && i < count; ++i) {
    good = rows[i].name_id < names_.size() && rows[i].scope_id < scopes_.size();
  }
  if (!good) reader_->ReportMalformed("a page of symbols makes no sense");
  return good;
}

bool Segment::Symbol(uint32_t symbol, SymbolRow* row) const {
  uint32_t file = FileOfSymbol(symbol);
  FileRow file_row;
  uint32_t first_page;
  if (file >= file_count() || !LoadFile(file, &file_row, &first_page)) return false;
  uint32_t ordinal = symbol - file_row.first_symbol;
  if (ordinal >= file_row.symbol_count) return false;
  uint32_t page = ordinal / kSymbolsPerPage;
  uint32_t count = std::min(file_row.symbol_count - page * kSymbolsPerPage, kSymbolsPerPage);
  SymbolRow rows[kSymbolsPerPage];
  if (!DecodeSymbols(first_page + page, count, rows)) return false;
  *row = rows[ordinal % kSymbolsPerPage];
  return true;
}

bool Segment::SymbolsOf(uint32_t file, std::vector<SymbolRow>* rows) const {
  rows->clear();
  FileRow file_row;
  uint32_t page;
  if (!LoadFile(file, &file_row, &page)) return false;
  for (uint32_t left = file_row.symbol_count; left != 0; ++page) {
    uint32_t count = std::min(left, kSymbolsPerPage);
    size_t before = rows->size();
    rows->resize(before + count);
    if (!DecodeSymbols(page, count, rows->data() + before)) {
      rows->resize(before);
      return false;
    }
    left -= count;
  }
  return true;
}

FileSet Segment::CandidateFiles(uint64_t word_hash) const {
  FileSet files(file_count());
  filters().Candidates(word_hash, files);
  return files;
}

FilterBank Segment::filters() const {
  return {sections_[kFilterClasses], sections_[kFilterColumns], sections_[kFilterBits]};
}

std::vector<SectionInfo> Segment::Sections() const {
  std::vector<SectionInfo> infos;
  for (uint32_t id = 1; id <= kSectionCount; ++id) {
    infos.push_back({kSectionNames[id], sections_[id].length, sections_[id].items});
  }
  return infos;
}

}  // namespace astrolabe
