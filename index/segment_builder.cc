// Gathering and writing: ids in order of arrival while gathering, in sorted order once written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/segment_builder.h"

#include <algorithm>
#include <vector>

#include "alloc/hash.h"
#include "base/strings.h"
#include "index/filter_bank.h"
#include "index/name_pool.h"
#include "index/postings_writer.h"
#include "index/segment_layout.h"
#include "index/segment_writer.h"
#include "index/symbol_page.h"
#include "index/word_index.h"

namespace astrolabe {
namespace {

struct BuiltFile {
  uint32_t path;  // id in the path pool
  FileRecord record;
  uint32_t first_symbol;
  uint32_t symbol_count;
  uint32_t first_page;
  uint32_t first_scope;  // in scope_changes
};

// Symbol ids have to stay below this, name ids then do as well.
constexpr uint64_t kMaxSymbols = UINT32_MAX - 1;
// Offsets into the builder's columns and pools are 32 bits wide.
constexpr size_t kMaxMemoryBytes = size_t{2} << 30;
// Names in order lie all over the pool: how many to fetch ahead of their use.
constexpr uint32_t kPrefetchAhead = 8;

}  // namespace

// Symbols are kept in columns. Pages are those of the segment, so writing one copies tags and
// positions and translates ids.
struct SegmentBuilder::State {
  NamePool paths;
  NamePool names;
  NamePool scopes;
  std::vector<BuiltFile> files;
  std::vector<uint32_t> name_ids;       // by symbol
  std::vector<uint8_t> tags;            // by symbol
  std::vector<uint32_t> scope_changes;  // of symbols without kTagSameScope
  std::string positions;
  std::vector<uint32_t> page_positions;  // where each page's positions begin
  FilterBankBuilder filters;
  WordIndexBuilder words;

  void AddSymbols(std::span<const Symbol> symbols);
  void AddPage(std::span<const Symbol> symbols, uint32_t& scope);
  void Clear();

  void WriteStrings(const NamePool& pool, std::span<const uint32_t> order, SectionId strings,
                    SectionId blocks, SegmentWriter& writer);
  void WriteFiles(std::span<const uint32_t> file_order, SegmentWriter& writer);
  void WriteNames(std::span<const uint32_t> order, bool with_words, SegmentWriter& writer);
  absl::StatusOr<SegmentInfo> Write(FileSystem& fs, const std::string& path, bool is_piece);
  void WritePostings(std::span<const uint32_t> file_order, std::span<const uint32_t> ranks,
                     SegmentWriter& writer);
  void WriteSymbols(std::span<const uint32_t> file_order, std::span<const uint32_t> name_ranks,
                    std::span<const uint32_t> scope_ranks, SegmentWriter& writer);
};

namespace {

// The place of each id in `order`.
std::vector<uint32_t> RanksOf(std::span<const uint32_t> order) {
  std::vector<uint32_t> ranks(order.size());
  for (uint32_t rank = 0; rank < order.size(); ++rank) ranks[order[rank]] = rank;
  return ranks;
}

std::string_view Cut(std::string_view text) { return text.substr(0, kMaxStringBytes); }

}  // namespace

SegmentBuilder::SegmentBuilder() : state_(std::make_unique<State>()) { Reset(); }
SegmentBuilder::~SegmentBuilder() = default;

bool SegmentBuilder::empty() const { return state_->files.empty(); }

size_t SegmentBuilder::memory_bytes() const {
  const State& s = *state_;
  return s.paths.memory_bytes() + s.names.memory_bytes() + s.scopes.memory_bytes() +
         s.files.size() * sizeof(BuiltFile) + s.name_ids.size() * sizeof(uint32_t) + s.tags.size() +
         s.scope_changes.size() * sizeof(uint32_t) + s.positions.size() +
         s.page_positions.size() * sizeof(uint32_t) + s.filters.memory_bytes();
}

void SegmentBuilder::Reset() { state_->Clear(); }

void SegmentBuilder::State::Clear() {
  paths.Clear();
  names.Clear();
  scopes.Clear();
  scopes.Intern("", HashString(""));  // scope 0 is the empty one
  files.clear();
  name_ids.clear();
  tags.clear();
  scope_changes.clear();
  positions.clear();
  page_positions.clear();
  filters.Clear();
}

absl::Status SegmentBuilder::AddFile(std::string_view path, const FileRecord& record,
                                     std::span<const Symbol> symbols,
                                     std::span<const uint64_t> word_hashes) {
  State& s = *state_;
  if (path.empty() || path.size() > kMaxStringBytes) {
    return absl::InvalidArgumentError(StrCat("the path \"", path.substr(0, 80), "\" has ",
                                             path.size(), " bytes; the index stores paths of 1 to ",
                                             kMaxStringBytes));
  }
  if (s.name_ids.size() + symbols.size() > kMaxSymbols || memory_bytes() > kMaxMemoryBytes) {
    return absl::ResourceExhaustedError(
        "the builder holds more than a segment can; write it more often");
  }
  BuiltFile file = {.path = s.paths.Intern(path, HashString(path)),
                    .record = record,
                    .first_symbol = static_cast<uint32_t>(s.name_ids.size()),
                    .symbol_count = static_cast<uint32_t>(symbols.size()),
                    .first_page = static_cast<uint32_t>(s.page_positions.size()),
                    .first_scope = static_cast<uint32_t>(s.scope_changes.size())};
  if (file.path != s.files.size()) {
    return absl::InvalidArgumentError(StrCat("the path \"", path, "\" was added twice"));
  }
  s.AddSymbols(symbols);
  if ((record.flags & kFileScanned) != 0) {
    s.filters.Add(static_cast<uint32_t>(s.files.size()), word_hashes);
  }
  s.files.push_back(file);
  return absl::OkStatus();
}

void SegmentBuilder::State::AddSymbols(std::span<const Symbol> symbols) {
  while (!symbols.empty()) {
    uint32_t scope = 0;
    size_t count = std::min<size_t>(symbols.size(), kSymbolsPerPage);
    AddPage(symbols.first(count), scope);
    symbols = symbols.subspan(count);
  }
}

void SegmentBuilder::State::AddPage(std::span<const Symbol> symbols, uint32_t& scope) {
  uint64_t hashes[kSymbolsPerPage];
  for (size_t i = 0; i < symbols.size(); ++i) {
    hashes[i] = HashString(Cut(symbols[i].name));
    names.Prefetch(hashes[i]);
  }
  page_positions.push_back(static_cast<uint32_t>(positions.size()));
  uint8_t encoded[kSymbolsPerPage * kMaxPositionBytes];
  uint8_t* end = encoded;
  PositionState state;
  for (size_t i = 0; i < symbols.size(); ++i) {
    const Symbol& symbol = symbols[i];
    name_ids.push_back(names.Intern(Cut(symbol.name), hashes[i]));
    bool short_form;
    end = EncodePosition(symbol.begin, symbol.name_position, symbol.end, state, short_form, end);
    std::string_view scope_text = Cut(symbol.scope);
    bool same_scope = scopes.Text(scope) == scope_text;
    if (!same_scope) {
      scope = scopes.Intern(scope_text, HashString(scope_text));
      scope_changes.push_back(scope);
    }
    tags.push_back(static_cast<uint8_t>(
        static_cast<uint8_t>(symbol.kind) | (symbol.is_definition ? kTagDefinition : 0) |
        (short_form ? kTagShortForm : 0) | (same_scope ? kTagSameScope : 0)));
  }
  positions.append(reinterpret_cast<const char*>(encoded), static_cast<size_t>(end - encoded));
}

void SegmentBuilder::State::WriteStrings(const NamePool& pool, std::span<const uint32_t> order,
                                         SectionId strings, SectionId blocks,
                                         SegmentWriter& writer) {
  StringTableWriter table;
  writer.BeginSection(strings);
  for (uint32_t id : order) {
    table.Add(pool.Text(id), writer.out());
    writer.Drain();
  }
  writer.EndSection(order.size());
  std::string offsets = table.FinishBlocks();
  writer.WriteSection(blocks, offsets, offsets.size() / sizeof(uint32_t));
}

void SegmentBuilder::State::WriteFiles(std::span<const uint32_t> file_order,
                                       SegmentWriter& writer) {
  uint32_t symbol = 0, page = 0;
  writer.BeginSection(kFiles);
  for (uint32_t id : file_order) {
    const BuiltFile& file = files[id];
    AppendAs(writer.out(), FileRowLayout{.size = file.record.size,
                                         .mtime_ns = file.record.mtime_ns,
                                         .inode = file.record.inode,
                                         .digest = file.record.digest,
                                         .line_count = file.record.line_count,
                                         .flags = file.record.flags,
                                         .first_symbol = symbol,
                                         .first_page = page});
    symbol += file.symbol_count;
    page += (file.symbol_count + kSymbolsPerPage - 1) / kSymbolsPerPage;
    writer.Drain();
  }
  writer.EndSection(file_order.size());
}

void SegmentBuilder::State::WriteNames(std::span<const uint32_t> order, bool with_words,
                                       SegmentWriter& writer) {
  StringTableWriter table;
  writer.BeginSection(kNames);
  for (uint32_t rank = 0; rank < order.size(); ++rank) {
    if (rank + kPrefetchAhead < order.size()) names.PrefetchText(order[rank + kPrefetchAhead]);
    std::string_view text = names.Text(order[rank]);
    if (with_words) words.AddName(text, table.SharedWithLast(text));
    table.Add(text, writer.out());
    writer.Drain();
  }
  writer.EndSection(order.size());
  std::string offsets = table.FinishBlocks();
  writer.WriteSection(kNameBlocks, offsets, offsets.size() / sizeof(uint32_t));
}

void SegmentBuilder::State::WritePostings(std::span<const uint32_t> file_order,
                                          std::span<const uint32_t> ranks, SegmentWriter& writer) {
  // Distributes the symbols to their names; walking files in order leaves each name's ascending.
  std::vector<uint32_t> ends(ranks.size() + 1);
  for (uint32_t name : name_ids) ++ends[ranks[name] + 1];
  for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  std::vector<uint32_t> symbols(name_ids.size());
  std::vector<uint8_t> symbol_tags(name_ids.size());
  uint32_t symbol = 0;
  for (uint32_t id : file_order) {
    const BuiltFile& file = files[id];
    for (uint32_t i = 0; i < file.symbol_count; ++i, ++symbol) {
      uint32_t at = ends[ranks[name_ids[file.first_symbol + i]]]++;
      symbols[at] = symbol;
      symbol_tags[at] = tags[file.first_symbol + i] & (kTagKindMask | kTagDefinition);
    }
  }
  // Each `ends` has moved on to the beginning of the next name.
  PostingsWriter postings;
  writer.BeginSection(kPostings);
  uint32_t at = 0;
  for (size_t rank = 0; rank < ranks.size(); ++rank) {
    for (; at < ends[rank]; ++at) postings.Add(symbols[at], symbol_tags[at]);
    postings.FinishName(writer.out());
    writer.Drain();
  }
  writer.EndSection(ranks.size());
  std::string offsets = postings.FinishBlocks();
  writer.WriteSection(kPostingBlocks, offsets, offsets.size() / sizeof(uint32_t));
}

void SegmentBuilder::State::WriteSymbols(std::span<const uint32_t> file_order,
                                         std::span<const uint32_t> name_ranks,
                                         std::span<const uint32_t> scope_ranks,
                                         SegmentWriter& writer) {
  writer.BeginSection(kSymbols);
  std::string offsets;
  uint64_t bytes = 0;
  PageParts parts;
  for (uint32_t id : file_order) {
    const BuiltFile& file = files[id];
    uint32_t scope_at = file.first_scope;
    uint32_t page = file.first_page;
    for (uint32_t first = 0; first < file.symbol_count; first += kSymbolsPerPage, ++page) {
      parts.rows = std::min(file.symbol_count - first, kSymbolsPerPage);
      parts.scope_count = 0;
      for (uint32_t i = 0; i < parts.rows; ++i) {
        uint32_t symbol = file.first_symbol + first + i;
        parts.tags[i] = tags[symbol];
        parts.name_ids[i] = name_ranks[name_ids[symbol]];
        if ((tags[symbol] & kTagSameScope) == 0) {
          parts.scope_ids[parts.scope_count++] = scope_ranks[scope_changes[scope_at++]];
        }
      }
      size_t begin = page_positions[page];
      size_t end = page + 1 < page_positions.size() ? page_positions[page + 1] : positions.size();
      parts.positions = std::string_view(positions).substr(begin, end - begin);
      AppendAs(offsets, static_cast<uint32_t>(bytes));
      size_t before = writer.out().size();
      AppendPage(parts, writer.out());
      bytes += writer.out().size() - before;
      writer.Drain();
    }
  }
  AppendAs(offsets, static_cast<uint32_t>(bytes));
  writer.EndSection(name_ids.size());
  writer.WriteSection(kSymbolPages, offsets, offsets.size() / sizeof(uint32_t));
}

absl::StatusOr<SegmentInfo> SegmentBuilder::State::Write(FileSystem& fs, const std::string& path,
                                                         bool is_piece) {
  SegmentWriter writer(fs, path);
  std::vector<uint32_t> file_order = SortBytes(paths);  // path ids are file ids
  WriteStrings(paths, file_order, kPaths, kPathBlocks, writer);
  WriteFiles(file_order, writer);
  std::vector<uint32_t> name_order = SortFolded(names);
  WriteNames(name_order, !is_piece, writer);
  std::vector<uint32_t> name_ranks = RanksOf(name_order);
  name_order = {};
  words.Write(writer);
  WritePostings(file_order, name_ranks, writer);
  std::vector<uint32_t> scope_order = SortBytes(scopes);
  WriteStrings(scopes, scope_order, kScopes, kScopeBlocks, writer);
  WriteSymbols(file_order, name_ranks, RanksOf(scope_order), writer);
  filters.Write(RanksOf(file_order), is_piece, writer);
  return writer.Finish(static_cast<uint32_t>(files.size()), static_cast<uint32_t>(name_ids.size()),
                       /*durable=*/false);
}

absl::StatusOr<SegmentInfo> SegmentBuilder::Write(FileSystem& fs, const std::string& path) {
  absl::StatusOr<SegmentInfo> info = state_->Write(fs, path, /*is_piece=*/false);
  Reset();
  return info;
}

absl::StatusOr<SegmentInfo> SegmentBuilder::WritePiece(FileSystem& fs, const std::string& path) {
  absl::StatusOr<SegmentInfo> info = state_->Write(fs, path, /*is_piece=*/true);
  Reset();
  return info;
}

}  // namespace astrolabe
