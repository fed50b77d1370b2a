// Merging as a list of passes, one for each group of sections. Every pass walks its inputs in their
// own order, side by side.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/merge.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "index/filter_bank.h"
#include "index/postings_writer.h"
#include "index/segment_layout.h"
#include "index/segment_writer.h"
#include "index/symbol_page.h"
#include "index/varint.h"
#include "index/word_index.h"
#include "index/word_split.h"
#include "tbb/task_group.h"

namespace astrolabe {
namespace {

constexpr uint32_t kDropped = UINT32_MAX;
// How many items a pass consumes of an input before the pages behind it are given back.
constexpr uint32_t kEvictItems = 64 * 1024;
// For each this many symbols of an input, the file of the first one is kept to find the others'
// fast.
constexpr uint32_t kSymbolsPerHint = 64;

// Merges the string tables of several inputs. Few inputs, so a sorted list beats a heap: the winner
// mostly stays the winner, as directories, and so names, tend to lie in one input.
template <typename Compare>
class StringMerge {
 public:
  explicit StringMerge(Compare compare) : compare_(compare) {}

  void AddInput(StringCursor cursor) {
    cursors_.push_back(std::move(cursor));
    Reinsert(static_cast<uint32_t>(cursors_.size() - 1));
  }

  bool done() const { return order_.empty(); }
  // The input with the smallest current string; of equal ones the lowest input.
  uint32_t input() const { return order_.back(); }
  const StringCursor& cursor() const { return cursors_[input()]; }

  void Advance() {
    uint32_t moved = order_.back();
    order_.pop_back();
    Reinsert(moved);
  }

 private:
  // `order_` descends, so that the smallest is popped cheaply.
  void Reinsert(uint32_t input) {
    if (!cursors_[input].Next()) return;
    std::string_view text = cursors_[input].text();
    size_t at = order_.size();
    while (at > 0) {
      uint32_t other = order_[at - 1];
      int compared = compare_(text, cursors_[other].text());
      if (compared < 0 || (compared == 0 && input < other)) break;
      --at;
    }
    order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(at), input);
  }

  Compare compare_;
  std::deque<StringCursor> cursors_;
  std::vector<uint32_t> order_;
};

int CompareBytes(std::string_view a, std::string_view b) { return a.compare(b); }

// A file of the result: where it comes from.
struct MergedFile {
  uint32_t input;
  uint32_t file;
  uint32_t first_page;  // in its input
};

}  // namespace

class SegmentMerger {
 public:
  SegmentMerger(FileSystem& fs, std::span<const MergeInput> inputs, const std::string& path)
      : path_(path), writer_(fs, path) {
    for (const MergeInput& input : inputs) {
      inputs_.push_back({.segment = input.segment.get(), .dead = &input.dead});
    }
  }

  // An early end leaves the words behind.
  ~SegmentMerger() { word_task_.wait(); }

  absl::StatusOr<SegmentInfo> Run() {
    using Pass = void (SegmentMerger::*)();
    for (Pass pass :
         {&SegmentMerger::MergePaths, &SegmentMerger::MergeFiles, &SegmentMerger::FindLiveIds,
          &SegmentMerger::MergeNames, &SegmentMerger::MergePostings, &SegmentMerger::MergeScopes,
          &SegmentMerger::MergeSymbols, &SegmentMerger::MergeAllFilters,
          &SegmentMerger::WriteWords}) {
      (this->*pass)();
      // Cursors end early on damage; nothing that was made from such input may survive.
      for (const Input& input : inputs_) writer_.Fail(input.segment->damage());
      if (!writer_.ok()) break;
    }
    return writer_.Finish(static_cast<uint32_t>(files_.size()), symbol_count_, /*durable=*/true);
  }

 private:
  struct Input {
    const Segment* segment;
    const FileSet* dead;
    std::vector<uint32_t> file_ids = {};  // old to new; kDropped if dead
    std::vector<uint32_t> first_symbols =
        {};                                  // old first symbol by file, then the number of symbols
    std::vector<uint32_t> new_symbols = {};  // new first symbol by file
    std::vector<uint32_t> hints = {};        // file of each kSymbolsPerHint-th symbol
    bool has_dead = false;
    std::vector<bool> live_names = {};    // only if has_dead
    std::vector<bool> live_scopes = {};   // only if has_dead
    std::vector<uint32_t> name_ids = {};  // old to new
    std::vector<uint32_t> scope_ids = {};

    const Section& section(SectionId id) const { return segment->sections_[id]; }
  };

  void MergePaths();
  void MergeFiles();
  void FindLiveIds();
  void MergeNames();
  void MergePostings();
  void BuildWords();
  void WriteWords();
  void MergeScopes();
  void MergeSymbols();
  void MergeAllFilters();
  void FinishTable(StringTableWriter& table, SectionId blocks);
  bool CopyPages(const Input& input, const MergedFile& file, std::string& offsets, uint64_t& bytes);
  // The symbol's id in the result; kDropped if its file is dead.
  static uint32_t NewSymbol(const Input& input, uint32_t symbol);

  // Gives back what a pass has consumed of a section, the share `done` of its items. An estimate: a
  // page given back too early is read again.
  static void EvictConsumed(const Input& input, SectionId id, uint64_t done, uint64_t items) {
    const Section& section = input.section(id);
    if (items == 0) return;
    input.segment->reader_->Evict(
        section.offset,
        static_cast<uint64_t>(static_cast<double>(section.length) * static_cast<double>(done) /
                              static_cast<double>(items)));
  }
  void EvictSections(std::initializer_list<SectionId> ids) {
    for (const Input& input : inputs_) {
      for (SectionId id : ids) EvictConsumed(input, id, 1, 1);
    }
  }

  const std::string path_;
  SegmentWriter writer_;
  std::vector<Input> inputs_;
  std::vector<MergedFile> files_;
  uint32_t symbol_count_ = 0;
  WordIndexBuilder words_;
  tbb::task_group word_task_;  // fills words_
  // The inputs of the merged names in order, kFirstOfName with the first of each: what the merge of
  // the names decided, for the merge of their postings.
  std::vector<uint8_t> name_sources_;
  static constexpr uint8_t kFirstOfName = 0x80;
};

void SegmentMerger::FinishTable(StringTableWriter& table, SectionId blocks) {
  std::string offsets = table.FinishBlocks();
  writer_.WriteSection(blocks, offsets, offsets.size() / sizeof(uint32_t));
}

void SegmentMerger::MergePaths() {
  StringMerge merge(&CompareBytes);
  for (Input& input : inputs_) {
    input.file_ids.assign(input.segment->file_count(), kDropped);
    merge.AddInput(input.segment->paths().WalkAll());
  }
  StringTableWriter table;
  std::string last;
  writer_.BeginSection(kPaths);
  for (; !merge.done(); merge.Advance()) {
    Input& input = inputs_[merge.input()];
    uint32_t file = merge.cursor().id();
    if (input.dead->Contains(file)) {
      input.has_dead = true;
      continue;
    }
    std::string_view path = merge.cursor().text();
    if (!files_.empty() && path == last) {
      writer_.Fail(absl::InvalidArgumentError(
          StrCat(path_, ": \"", path, "\" is alive in two of the segments to be merged")));
      break;
    }
    last.assign(path);
    input.file_ids[file] = static_cast<uint32_t>(files_.size());
    files_.push_back({.input = merge.input(), .file = file, .first_page = 0});
    table.Add(path, writer_.out());
    writer_.Drain();
  }
  writer_.EndSection(files_.size());
  FinishTable(table, kPathBlocks);
}

void SegmentMerger::MergeFiles() {
  for (Input& input : inputs_) {
    input.first_symbols.resize(input.file_ids.size() + 1, input.segment->symbol_count());
    input.new_symbols.resize(input.file_ids.size());
    input.hints.resize(input.segment->symbol_count() / kSymbolsPerHint + 1);
    for (uint32_t file = 0; file < input.file_ids.size(); ++file) {
      FileRow row;
      if (!input.segment->File(file, &row)) return;
      input.first_symbols[file] = row.first_symbol;
    }
    // Otherwise there are symbols before the first file, which NewSymbol could not place.
    if (input.first_symbols.front() != 0) {
      input.segment->reader_->ReportMalformed("the first file does not have the first symbol");
      return;
    }
    uint32_t file = 0;
    for (size_t i = 0; i < input.hints.size(); ++i) {
      while (file + 1 < input.file_ids.size() &&
             input.first_symbols[file + 1] <= i * kSymbolsPerHint) {
        ++file;
      }
      input.hints[i] = file;
    }
  }
  uint64_t symbols = 0, pages = 0;
  writer_.BeginSection(kFiles);
  for (MergedFile& merged : files_) {
    Input& input = inputs_[merged.input];
    FileRow row;
    uint32_t old_page;
    if (!input.segment->LoadFile(merged.file, &row, &old_page)) return;
    input.new_symbols[merged.file] = static_cast<uint32_t>(symbols);
    merged.first_page = old_page;
    AppendAs(writer_.out(), FileRowLayout{.size = row.record.size,
                                          .mtime_ns = row.record.mtime_ns,
                                          .inode = row.record.inode,
                                          .digest = row.record.digest,
                                          .line_count = row.record.line_count,
                                          .flags = row.record.flags,
                                          .first_symbol = static_cast<uint32_t>(symbols),
                                          .first_page = static_cast<uint32_t>(pages)});
    symbols += row.symbol_count;
    pages += (row.symbol_count + kSymbolsPerPage - 1) / kSymbolsPerPage;
    writer_.Drain();
  }
  writer_.EndSection(files_.size());
  if (symbols >= UINT32_MAX) {
    writer_.Fail(absl::ResourceExhaustedError(
        StrCat(path_, ": the segment would have ", symbols,
               " symbols, the format allows 4 G; index parts of the workspace separately")));
  }
  symbol_count_ = static_cast<uint32_t>(symbols);
}

// Names and scopes that only dead files use must go, or an index would grow with every edit.
void SegmentMerger::FindLiveIds() {
  std::vector<SymbolRow> rows;
  for (Input& input : inputs_) {
    if (!input.has_dead) continue;
    input.live_names.resize(input.segment->names().size());
    input.live_scopes.resize(input.segment->scopes().size());
    for (uint32_t file = 0; file < input.file_ids.size(); ++file) {
      if (input.file_ids[file] == kDropped || !input.segment->SymbolsOf(file, &rows)) continue;
      for (const SymbolRow& row : rows) {
        input.live_names[row.name_id] = true;
        input.live_scopes[row.scope_id] = true;
      }
    }
  }
}

void SegmentMerger::MergeNames() {
  StringMerge merge(&CompareFolded);
  size_t total = 0;
  for (Input& input : inputs_) {
    input.name_ids.assign(input.segment->names().size(), kDropped);
    total += input.name_ids.size();
    merge.AddInput(input.segment->names().WalkAll());
  }
  name_sources_.reserve(total);
  StringTableWriter table;
  std::string last;
  writer_.BeginSection(kNames);
  for (; !merge.done(); merge.Advance()) {
    uint32_t source = merge.input();
    Input& input = inputs_[source];
    uint32_t id = merge.cursor().id();
    if (id % kEvictItems == 0) EvictConsumed(input, kNames, id, input.name_ids.size());
    if (input.has_dead && !input.live_names[id]) continue;
    std::string_view text = merge.cursor().text();
    bool is_new = table.size() == 0 || text != last;
    if (is_new) {
      last.assign(text);
      table.Add(text, writer_.out());
      writer_.Drain();
    }
    input.name_ids[id] = table.size() - 1;
    name_sources_.push_back(static_cast<uint8_t>(source | (is_new ? kFirstOfName : 0)));
  }
  writer_.EndSection(table.size());
  FinishTable(table, kNameBlocks);
  if (writer_.ok()) word_task_.run([this] { BuildWords(); });
}

uint32_t SegmentMerger::NewSymbol(const Input& input, uint32_t symbol) {
  uint32_t file = input.hints[symbol / kSymbolsPerHint];
  while (input.first_symbols[file + 1] <= symbol) ++file;
  if (input.file_ids[file] == kDropped) return kDropped;
  return input.new_symbols[file] + (symbol - input.first_symbols[file]);
}

void SegmentMerger::MergePostings() {
  std::vector<PostingWalker> walkers;
  for (const Input& input : inputs_) {
    walkers.push_back(input.segment->WalkPostings({0, input.segment->names().size()}));
  }
  PostingsWriter postings;
  std::vector<std::pair<uint32_t, uint8_t>> found;  // new symbol, tag
  uint64_t names = 0;
  writer_.BeginSection(kPostings);
  for (size_t at = 0; at < name_sources_.size();) {
    found.clear();
    size_t sources = 0;
    do {
      uint32_t source = name_sources_[at] & static_cast<uint8_t>(~kFirstOfName);
      Input& input = inputs_[source];
      PostingWalker& walker = walkers[source];
      // Dead names have no source; walk past their postings.
      do {
        if (!walker.NextName()) return;
      } while (input.name_ids[walker.name_id()] == kDropped);
      if (walker.name_id() % kEvictItems == 0) {
        EvictConsumed(input, kPostings, walker.name_id(), input.name_ids.size());
      }
      for (PostingCursor cursor = walker.postings(); cursor.Next();) {
        const Posting& posting = cursor.posting();
        uint32_t symbol = NewSymbol(input, posting.symbol_id);
        if (symbol == kDropped) continue;
        found.emplace_back(symbol,
                           static_cast<uint8_t>(static_cast<uint8_t>(posting.kind) |
                                                (posting.is_definition ? kTagDefinition : 0)));
      }
      ++sources;
    } while (++at < name_sources_.size() && (name_sources_[at] & kFirstOfName) == 0);
    if (sources > 1) std::sort(found.begin(), found.end());
    if (found.empty()) {
      writer_.Fail(absl::DataLossError(
          StrCat(path_,
                 ": a segment to be merged has a name without a declaration; run `astrolabe "
                 "index` to rebuild it")));
      return;
    }
    for (const auto& [symbol, tag] : found) postings.Add(symbol, tag);
    postings.FinishName(writer_.out());
    writer_.Drain();
    ++names;
  }
  writer_.EndSection(names);
  std::string offsets = postings.FinishBlocks();
  writer_.WriteSection(kPostingBlocks, offsets, offsets.size() / sizeof(uint32_t));
  EvictSections({kPostings, kPostingBlocks});
}

// Cuts the merged names into words, walking them as MergeNames found them but without comparing: as fast
// as translating the inputs' lists would be, and pieces have none. Touches nothing that other passes
// write, so it runs beside them.
void SegmentMerger::BuildWords() {
  std::vector<StringCursor> cursors;
  for (const Input& input : inputs_) cursors.push_back(input.segment->names().WalkAll());
  std::string last;
  for (uint8_t source : name_sources_) {
    uint32_t i = source & static_cast<uint8_t>(~kFirstOfName);
    do {
      if (!cursors[i].Next()) return;
    } while (inputs_[i].name_ids[cursors[i].id()] == kDropped);
    if (cursors[i].id() % kEvictItems == 0) {
      EvictConsumed(inputs_[i], kNames, cursors[i].id(), inputs_[i].name_ids.size());
    }
    if ((source & kFirstOfName) == 0) continue;
    std::string_view text = cursors[i].text();
    words_.AddName(text, CommonPrefix(last, text));
    last.assign(text);
  }
}

void SegmentMerger::WriteWords() {
  word_task_.wait();
  words_.Write(writer_);
  EvictSections({kNames, kNameBlocks});
}

void SegmentMerger::MergeScopes() {
  StringMerge merge(&CompareBytes);
  for (Input& input : inputs_) {
    input.scope_ids.assign(input.segment->scopes().size(), 0);
    merge.AddInput(input.segment->scopes().WalkAll());
  }
  StringTableWriter table;
  std::string last;
  writer_.BeginSection(kScopes);
  table.Add("", writer_.out());
  for (; !merge.done(); merge.Advance()) {
    Input& input = inputs_[merge.input()];
    uint32_t id = merge.cursor().id();
    if (input.has_dead && !input.live_scopes[id]) continue;
    std::string_view text = merge.cursor().text();
    if (text != last) {
      last.assign(text);
      table.Add(text, writer_.out());
      writer_.Drain();
    }
    input.scope_ids[id] = table.size() - 1;
  }
  writer_.EndSection(table.size());
  FinishTable(table, kScopeBlocks);
}

bool SegmentMerger::CopyPages(const Input& input, const MergedFile& file, std::string& offsets,
                              uint64_t& bytes) {
  uint32_t left = input.first_symbols[file.file + 1] - input.first_symbols[file.file];
  PageParts parts;
  for (uint32_t page = file.first_page; left != 0; ++page) {
    uint32_t rows = std::min(left, kSymbolsPerPage);
    left -= rows;
    const uint8_t *begin, *end;
    if (!input.segment->PageBytes(page, &begin, &end)) return false;
    bool good = SplitPage(begin, end, rows, &parts);
    for (uint32_t i = 0; good && i < rows; ++i) {
      good = parts.name_ids[i] < input.name_ids.size();
      if (good) parts.name_ids[i] = input.name_ids[parts.name_ids[i]];
    }
    for (uint32_t i = 0; good && i < parts.scope_count; ++i) {
      good = parts.scope_ids[i] < input.scope_ids.size();
      if (good) parts.scope_ids[i] = input.scope_ids[parts.scope_ids[i]];
    }
    if (!good) {
      input.segment->reader_->ReportMalformed("a page of symbols makes no sense");
      return false;
    }
    AppendAs(offsets, static_cast<uint32_t>(bytes));
    size_t before = writer_.out().size();
    AppendPage(parts, writer_.out());
    bytes += writer_.out().size() - before;
    writer_.Drain();
  }
  return true;
}

void SegmentMerger::MergeSymbols() {
  std::string offsets;
  uint64_t bytes = 0;
  std::vector<uint32_t> copied(inputs_.size());
  writer_.BeginSection(kSymbols);
  for (const MergedFile& file : files_) {
    const Input& input = inputs_[file.input];
    if (!CopyPages(input, file, offsets, bytes)) return;
    uint32_t end = input.first_symbols[file.file + 1];
    if (end - copied[file.input] >= kEvictItems) {
      copied[file.input] = end;
      EvictConsumed(input, kSymbols, end, input.segment->symbol_count());
    }
  }
  AppendAs(offsets, static_cast<uint32_t>(bytes));
  writer_.EndSection(symbol_count_);
  writer_.WriteSection(kSymbolPages, offsets, offsets.size() / sizeof(uint32_t));
  EvictSections({kSymbols, kSymbolPages});
}

void SegmentMerger::MergeAllFilters() {
  std::vector<FilterMergeInput> filters;
  for (Input& input : inputs_) {
    filters.push_back({.bank = input.segment->filters(), .file_ids = input.file_ids});
  }
  MergeFilters(filters, writer_);
  EvictSections({kFilterBits});
}

absl::StatusOr<SegmentInfo> MergeSegments(FileSystem& fs, std::span<const MergeInput> inputs,
                                          const std::string& path) {
  if (inputs.size() > kMaxMergeInputs) {
    return absl::InvalidArgumentError(StrCat(path, ": a merge takes at most ", kMaxMergeInputs,
                                             " segments, not ", inputs.size()));
  }
  return SegmentMerger(fs, inputs, path).Run();
}

}  // namespace astrolabe
