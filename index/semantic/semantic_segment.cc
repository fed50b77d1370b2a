// Reading a segment: every offset is checked against its section, every id against its count.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/semantic_segment.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/strings.h"
#include "index/segment_layout.h"
#include "index/varint.h"

namespace astrolabe {
namespace {

constexpr uint32_t kMaxItems = UINT32_MAX - 64;

// The number at `at` of `width` bytes.
uint32_t LoadNarrow(const uint8_t* at, uint32_t width) {
  uint32_t value = 0;
  std::memcpy(&value, at, width);
  return value;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SemanticSegment>> SemanticSegment::Open(
    FileSystem& fs, const std::string& path) {
  absl::StatusOr<std::unique_ptr<FileContents>> contents = fs.Map(path);
  if (!contents.ok()) return contents.status();
  return FromContents(path, *std::move(contents));
}

absl::StatusOr<std::shared_ptr<const SemanticSegment>> SemanticSegment::FromContents(
    const std::string& path, std::unique_ptr<FileContents> contents) {
  absl::StatusOr<SegmentContainer> container =
      OpenContainer(path, std::move(contents), kSemanticSchema);
  if (!container.ok()) return container.status();
  const std::vector<Section>& sections = container->sections;
  auto rows_fit = [&](SemanticSectionId id, uint64_t items, uint64_t row_bytes) {
    return items < kMaxItems && sections[id].items == items &&
           sections[id].length == items * row_bytes;
  };
  const uint64_t symbols = sections[kSymbolIds].items;
  const uint64_t names = sections[kNameSymbols].items;
  const bool fits =
      sections[kPathBytes].items < kMaxItems &&
      rows_fit(kPathOffsets, sections[kPathBytes].items + 1, 4) &&
      rows_fit(kStateRows, sections[kStateRows].items, sizeof(StateRowLayout)) &&
      rows_fit(kFileRows, sections[kFileRows].items, sizeof(SemanticFileRowLayout)) &&
      rows_fit(kUnitRows, sections[kUnitRows].items, sizeof(UnitRowLayout)) &&
      rows_fit(kSymbolIds, symbols, sizeof(SymbolId)) &&
      rows_fit(kMentionBlocks,
               (symbols + kSymbolsPerMentionBlock - 1) / kSymbolsPerMentionBlock + 1, 4) &&
      rows_fit(kMentionTags, sections[kMentionTags].items, 4) &&
      rows_fit(kNameHashHighs, names, 4) && rows_fit(kNameHashLows, names, 2) &&
      rows_fit(kNameSymbols, names, 4) &&
      uint64_t{sections[kFileRows].items} + sections[kUnitRows].items < kMaxItems;
  if (!fits) {
    return absl::DataLossError(StrCat(
        path,
        ": the sections contradict each other; run `astrolabe index` to rebuild what it held"));
  }
  std::shared_ptr<SemanticSegment> segment(new SemanticSegment());
  segment->container_ = *std::move(container);
  return segment;
}

template <typename Row>
bool SemanticSegment::ReadRow(SemanticSectionId id, uint32_t i, Row* row) const {
  if (i >= Items(id)) return false;
  const uint8_t* at = section(id).Read(uint64_t{i} * sizeof(Row), sizeof(Row));
  if (at == nullptr) return false;
  std::memcpy(row, at, sizeof(Row));
  return true;
}

template <typename Before>
uint32_t SemanticSegment::PartitionPoint(uint32_t count, Before before) {
  uint32_t low = 0;
  uint32_t high = count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::string_view SemanticSegment::Path(uint32_t path) const {
  uint32_t begin, end;
  if (path >= path_count() || !section(kPathOffsets).ReadU32(path, &begin) ||
      !section(kPathOffsets).ReadU32(uint64_t{path} + 1, &end)) {
    return {};
  }
  if (begin > end) {
    ReportMalformed("paths overlap");
    return {};
  }
  const uint8_t* at = section(kPathBytes).Read(begin, end - begin);
  if (at == nullptr) return {};
  return {reinterpret_cast<const char*>(at), end - begin};
}

bool SemanticSegment::State(uint32_t state, StateRowLayout* row) const {
  return ReadRow(kStateRows, state, row);
}
bool SemanticSegment::File(uint32_t file, SemanticFileRowLayout* row) const {
  return ReadRow(kFileRows, file, row);
}
bool SemanticSegment::Unit(uint32_t unit, UnitRowLayout* row) const {
  return ReadRow(kUnitRows, unit, row);
}

bool SemanticSegment::LoadState(uint32_t state, ClosureFile* file) const {
  StateRowLayout row;
  if (!State(state, &row)) return false;
  file->path = Path(row.path);
  file->state = {.size = row.size, .mtime_ns = row.mtime_ns, .digest = row.digest};
  return true;
}

std::string_view SemanticSegment::Reason(const UnitRowLayout& row) const {
  const uint8_t* at = section(kReasonBytes).Read(row.reason_offset, row.reason_bytes);
  if (at == nullptr) return {};
  return {reinterpret_cast<const char*>(at), row.reason_bytes};
}

bool SemanticSegment::Closure(const UnitRowLayout& row, StoredClosure* closure) const {
  closure->main.reset();
  closure->others.clear();
  auto malformed = [this] {
    ReportMalformed("a closure makes no sense");
    return false;
  };
  const Section& closures = section(kClosures);
  const uint64_t left =
      row.closure_offset < closures.length ? closures.length - row.closure_offset : 0;
  // Its length is not known before its head is read.
  const uint64_t head = std::min<uint64_t>(left, 2 * kMaxVarint32Bytes);
  const uint8_t* begin = closures.Read(row.closure_offset, head);
  if (begin == nullptr) return false;
  uint32_t main, bytes;
  const uint8_t* p = DecodeVarint32(begin, begin + head, &main);
  if (p != nullptr) p = DecodeVarint32(p, begin + head, &bytes);
  if (p == nullptr || main > state_count()) return malformed();
  if (main != 0) closure->main = main - 1;
  const uint64_t skipped = static_cast<uint64_t>(p - begin);
  p = closures.Read(row.closure_offset + skipped, bytes);
  if (p == nullptr) return false;
  uint32_t next = 0;
  for (const uint8_t* end = p + bytes; p < end;) {
    uint32_t gap, length;
    p = DecodeVarint32(p, end, &gap);
    if (p != nullptr) p = DecodeVarint32(p, end, &length);
    if (p == nullptr || gap > state_count() - next || length >= state_count() - next - gap) {
      return malformed();
    }
    closure->others.push_back({next + gap, next + gap + length + 1});
    next += gap + length + 1;
  }
  return true;
}

std::optional<uint32_t> SemanticSegment::FindPath(std::string_view path) const {
  const uint32_t at = PartitionPoint(path_count(), [&](uint32_t i) { return Path(i) < path; });
  if (at == path_count() || Path(at) != path) return std::nullopt;
  return at;
}

IdRange SemanticSegment::StatesOf(uint32_t path) const {
  auto first = [this](uint32_t wanted) {
    return PartitionPoint(state_count(), [&](uint32_t i) {
      StateRowLayout row;
      return State(i, &row) && row.path < wanted;
    });
  };
  const uint32_t begin = first(path);
  return {begin, std::max(begin, first(path + 1))};
}

IdRange SemanticSegment::FilesOf(IdRange states) const {
  auto first = [this](uint32_t wanted) {
    return PartitionPoint(file_count(), [&](uint32_t i) {
      SemanticFileRowLayout row;
      return File(i, &row) && row.state < wanted;
    });
  };
  const uint32_t begin = first(states.begin);
  return {begin, std::max(begin, first(states.end))};
}

IdRange SemanticSegment::UnitsOf(uint32_t path) const {
  auto first = [this](uint32_t wanted) {
    return PartitionPoint(unit_count(), [&](uint32_t i) {
      UnitRowLayout row;
      return Unit(i, &row) && row.path < wanted;
    });
  };
  const uint32_t begin = first(path);
  return {begin, std::max(begin, first(path + 1))};
}

SymbolId SemanticSegment::Symbol(uint32_t symbol) const {
  SymbolId id = 0;
  return ReadRow(kSymbolIds, symbol, &id) ? id : 0;
}

// Ids are hashes, so where one lies can be guessed to within a few places, and a search touches one or
// two pages where halving would touch a dozen.
std::optional<uint32_t> SemanticSegment::FindSymbol(SymbolId id) const {
  const uint32_t count = symbol_count();
  if (count == 0) return std::nullopt;
  __extension__ typedef unsigned __int128 Wide;
  uint32_t low = static_cast<uint32_t>((Wide{id} * count) >> 64);
  uint32_t high = low;
  for (uint32_t step = 8; low > 0 && Symbol(low) >= id; step *= 2) low -= std::min(low, step);
  for (uint32_t step = 8; high < count && Symbol(high) < id; step *= 2) {
    high += std::min(count - high, step);
  }
  const uint32_t at =
      low + PartitionPoint(high - low, [&](uint32_t i) { return Symbol(low + i) < id; });
  if (at < count && Symbol(at) == id) return at;
  return std::nullopt;
}

bool SemanticSegment::Mentions(uint32_t symbol, std::vector<Mention>* mentions) const {
  if (symbol >= symbol_count()) return false;
  const uint32_t block = symbol / kSymbolsPerMentionBlock;
  uint32_t begin, end;
  if (!section(kMentionBlocks).ReadU32(block, &begin) ||
      !section(kMentionBlocks).ReadU32(uint64_t{block} + 1, &end)) {
    return false;
  }
  auto malformed = [this] {
    ReportMalformed("the mentions of a symbol make no sense");
    return false;
  };
  if (begin > end) return malformed();
  const uint8_t* p = section(kMentions).Read(begin, end - begin);
  if (p == nullptr) return false;
  const uint8_t* const stop = p + (end - begin);
  for (uint32_t skip = symbol % kSymbolsPerMentionBlock;; --skip) {
    uint32_t count;
    p = DecodeVarint32(p, stop, &count);
    if (p == nullptr) return malformed();
    uint32_t file = 0;
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t difference, tag;
      p = DecodeVarint32(p, stop, &difference);
      if (p != nullptr) p = DecodeVarint32(p, stop, &tag);
      if (p == nullptr) return malformed();
      file += difference;
      if (skip != 0) continue;
      Mention mention = {.file = file};
      if (file >= file_count() || difference > file) return malformed();
      if (!section(kMentionTags).ReadU32(tag, &mention.tag)) return false;
      mentions->push_back(mention);
    }
    if (skip == 0) return true;
  }
}

bool SemanticSegment::Name(uint32_t i, uint64_t* name_hash, uint32_t* symbol) const {
  uint32_t high;
  uint16_t low;
  if (!ReadRow(kNameHashHighs, i, &high) || !ReadRow(kNameHashLows, i, &low) ||
      !ReadRow(kNameSymbols, i, symbol)) {
    return false;
  }
  *name_hash = uint64_t{high} << 16 | low;
  return true;
}

void SemanticSegment::FindName(uint64_t name_hash, std::vector<uint32_t>* symbols) const {
  const uint32_t wanted = static_cast<uint32_t>(name_hash >> 16);
  uint32_t at = PartitionPoint(name_count(), [&](uint32_t i) {
    uint32_t high = 0;
    return ReadRow(kNameHashHighs, i, &high) && high < wanted;
  });
  uint64_t found;
  for (uint32_t symbol; Name(at, &found, &symbol) && found >> 16 == wanted; ++at) {
    if (found == name_hash && symbol < symbol_count()) symbols->push_back(symbol);
  }
}

const uint8_t* SemanticSegment::FileSymbols(const SemanticFileRowLayout& row) const {
  return section(kFrames).Read(row.offset, uint64_t{row.symbols} * symbol_width());
}

bool SemanticSegment::Frame(uint64_t offset, uint32_t bytes, std::string_view* frame) const {
  const uint8_t* at = section(kFrames).Read(offset, bytes);
  if (at == nullptr) return false;
  *frame = {reinterpret_cast<const char*>(at), bytes};
  return true;
}

bool SemanticSegment::Frames(const SemanticFileRowLayout& row, std::string_view* structure,
                             std::string_view* text) const {
  const uint64_t offset = row.offset + uint64_t{row.symbols} * symbol_width();
  return Frame(offset, row.structure_packed, structure) &&
         Frame(offset + row.structure_packed, row.text_packed, text);
}

bool SemanticSegment::SplitHeader(uint32_t file, SemanticFileRowLayout* row,
                                  SplitFacts* split) const {
  ClosureFile state;
  if (!File(file, row) || !LoadState(row->state, &state)) return false;
  *split = SplitFacts();
  split->path = state.path;
  split->state = state.state;
  split->variant = row->variant;
  split->symbol_ids = row->symbols;
  split->structure_raw = row->structure_raw;
  split->text_raw = row->text_raw;
  return true;
}

bool SemanticSegment::Split(uint32_t file, FactsParts parts, Arena& arena,
                            SplitFacts* split) const {
  SemanticFileRowLayout row;
  if (!SplitHeader(file, &row, split)) return false;
  const uint8_t* symbols = FileSymbols(row);
  if (symbols == nullptr) return false;
  uint8_t* ids = static_cast<uint8_t*>(arena.Allocate(size_t{row.symbols} * sizeof(SymbolId)));
  split->ids = ids;
  const uint32_t width = symbol_width();
  for (uint32_t i = 0; i < row.symbols; ++i) {
    const SymbolId id = Symbol(LoadNarrow(symbols + size_t{i} * width, width));
    std::memcpy(ids + size_t{i} * sizeof(id), &id, sizeof(id));
  }
  return SplitFrames(row, parts, split);
}

bool SemanticSegment::SplitFrames(const SemanticFileRowLayout& row, FactsParts parts,
                                  SplitFacts* split) const {
  const uint64_t offset = row.offset + uint64_t{row.symbols} * symbol_width();
  return (!parts.structure || Frame(offset, row.structure_packed, &split->structure)) &&
         (!parts.text || Frame(offset + row.structure_packed, row.text_packed, &split->text));
}

std::optional<uint32_t> SemanticSegment::SplitFor(uint32_t file, uint32_t symbol, FactsParts parts,
                                                  SplitFacts* split) const {
  SemanticFileRowLayout row;
  if (!SplitHeader(file, &row, split)) return std::nullopt;
  const uint8_t* symbols = FileSymbols(row);
  if (symbols == nullptr) return std::nullopt;
  const uint32_t width = symbol_width();
  for (uint32_t i = 0; i < row.symbols; ++i) {
    if (LoadNarrow(symbols + size_t{i} * width, width) != symbol) continue;
    return SplitFrames(row, parts, split) ? std::optional(i) : std::nullopt;
  }
  return std::nullopt;
}

SymbolId SemanticSegment::SymbolOfFile(uint32_t file, uint32_t number) const {
  SemanticFileRowLayout row;
  if (!File(file, &row) || number >= row.symbols) return 0;
  const uint8_t* symbols = FileSymbols(row);
  if (symbols == nullptr) return 0;
  const uint32_t width = symbol_width();
  return Symbol(LoadNarrow(symbols + size_t{number} * width, width));
}

}  // namespace astrolabe
