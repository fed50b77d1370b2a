// Building, querying and merging transposed bloom filters.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/filter_bank.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "alloc/bloom_filter.h"

namespace astrolabe {
namespace {

constexpr uint32_t kLanes = 8;
constexpr uint32_t kRowsPerBlock = kLanes * 64;
// Below this many files the padding of rows to whole bytes would cost more than it helps.
constexpr uint32_t kMinFilesByBit = 16;

uint64_t RowBytes(uint32_t files) { return (uint64_t{files} + 7) / 8; }

// Row i, bit j becomes row j, bit i: the block-swapping of Hacker's Delight 7-3, for bits numbered
// from the lowest.
void Transpose64(std::array<uint64_t, 64>& rows) {
  uint64_t mask = 0x00000000FFFFFFFFu;
  for (unsigned width = 32; width != 0; width >>= 1, mask ^= mask << width) {
    for (unsigned i = 0; i < 64; i = (i + width + 1) & ~width) {
      uint64_t swap = ((rows[i] >> width) ^ rows[i + width]) & mask;
      rows[i] ^= swap << width;
      rows[i + width] ^= swap;
    }
  }
}

// Transposes one block of `count` filters into kRowsPerBlock rows of RowBytes(count). lane_of(c) is
// where the eight lanes of that block of filter c lie.
template <typename LaneOf>
void BlockToRows(uint32_t count, LaneOf lane_of, uint8_t* rows) {
  uint64_t row_bytes = RowBytes(count);
  std::array<std::array<uint64_t, 64>, kLanes> squares;
  for (uint32_t first = 0; first < count; first += 64) {
    uint32_t columns = std::min(count - first, 64u);
    if (columns < 64) squares = {};
    for (uint32_t c = 0; c < columns; ++c) {
      const void* lanes = lane_of(first + c);
      for (uint32_t lane = 0; lane < kLanes; ++lane) {
        std::memcpy(&squares[lane][c], static_cast<const uint8_t*>(lanes) + lane * 8, 8);
      }
    }
    uint32_t bytes = (columns + 7) / 8;
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      Transpose64(squares[lane]);
      uint8_t* to = rows + uint64_t{lane} * 64 * row_bytes + first / 8;
      for (uint32_t bit = 0; bit < 64; ++bit) {
        std::memcpy(to + bit * row_bytes, &squares[lane][bit], bytes);
      }
    }
  }
}

uint32_t LayoutFor(uint32_t files) {
  return files < kMinFilesByBit ? kFiltersByFile : kFiltersByBit;
}

uint64_t ClassBytes(uint32_t num_blocks, uint32_t files, uint32_t layout) {
  return layout == kFiltersByFile ? uint64_t{files} * num_blocks * kBloomBlockBytes
                                  : uint64_t{num_blocks} * kRowsPerBlock * RowBytes(files);
}

// A stretch of columns of one 64-column word that stays together in a merge.
struct ColumnRun {
  uint32_t word;
  uint32_t begin;
  uint32_t length;
};

// One class of one merge input.
struct ClassInput {
  const FilterMergeInput* input;
  FilterClassLayout row;
  std::vector<ColumnRun> runs;
};

// Appends bits to zeroed words.
struct BitAppender {
  uint64_t* words;
  uint64_t at = 0;

  void Append(uint64_t bits, uint32_t count) {
    uint64_t shift = at % 64;
    words[at / 64] |= bits << shift;
    if (shift + count > 64) words[at / 64 + 1] |= bits >> (64 - shift);
    at += count;
  }
};

void AppendColumns(ClassInput& from, std::string& columns, uint32_t& files) {
  for (uint32_t c = 0; c < from.row.files; ++c) {
    uint32_t file;
    if (!from.input->bank.columns.ReadU32(uint64_t{from.row.first_column} + c, &file)) return;
    if (file >= from.input->file_ids.size() || from.input->file_ids[file] == UINT32_MAX) continue;
    AppendAs(columns, from.input->file_ids[file]);
    ++files;
    if (!from.runs.empty() && from.runs.back().word == c / 64 &&
        from.runs.back().begin + from.runs.back().length == c % 64) {
      ++from.runs.back().length;
    } else {
      from.runs.push_back({c / 64, c % 64, 1});
    }
  }
}

// The rows of one block of an input's class: as they lie, or transposed into `scratch`. Null on
// damage.
const uint8_t* RowsOfBlock(const ClassInput& from, uint32_t block, std::vector<uint8_t>& scratch) {
  const FilterClassLayout& row = from.row;
  const Section& bits = from.input->bank.bits;
  if (row.layout == kFiltersByBit) {
    uint64_t bytes = kRowsPerBlock * RowBytes(row.files);
    return bits.Read(row.offset + block * bytes, bytes);
  }
  uint64_t filter_bytes = row.num_blocks * kBloomBlockBytes;
  const uint8_t* filters = bits.Read(row.offset, row.files * filter_bytes);
  if (filters == nullptr) return nullptr;
  scratch.resize(kRowsPerBlock * RowBytes(row.files));
  BlockToRows(
      row.files, [&](uint32_t c) { return filters + c * filter_bytes + block * kBloomBlockBytes; },
      scratch.data());
  return scratch.data();
}

// Writes one merged class whose `files` columns have been chosen.
void WriteMergedClass(std::span<const ClassInput> inputs, uint32_t num_blocks, uint32_t files,
                      SegmentWriter& writer) {
  size_t words = (files + 63) / 64 + 1;  // one spare, as Append may touch the next word
  std::vector<uint64_t> rows;
  std::vector<BitAppender> appenders(kRowsPerBlock);
  std::vector<uint8_t> scratch;
  std::vector<uint8_t> filters;  // by file, if the class is that small
  bool by_file = LayoutFor(files) == kFiltersByFile;
  if (by_file) filters.resize(files * num_blocks * kBloomBlockBytes);
  for (uint32_t block = 0; block < num_blocks; ++block) {
    rows.assign(words * kRowsPerBlock, 0);
    for (uint32_t r = 0; r < kRowsPerBlock; ++r) appenders[r] = {&rows[r * words], 0};
    for (const ClassInput& from : inputs) {
      const uint8_t* source = RowsOfBlock(from, block, scratch);
      if (source == nullptr) {
        writer.Fail(from.input->bank.bits.reader->damage());
        return;
      }
      uint64_t row_bytes = RowBytes(from.row.files);
      for (uint32_t r = 0; r < kRowsPerBlock; ++r) {
        const uint8_t* row = source + r * row_bytes;
        for (const ColumnRun& run : from.runs) {
          uint64_t bits = 0;
          uint64_t at = uint64_t{run.word} * 8;
          if (at + 8 <= row_bytes) {
            std::memcpy(&bits, row + at, 8);
          } else {
            std::memcpy(&bits, row + at, row_bytes - at);
          }
          bits >>= run.begin;
          if (run.length < 64) bits &= (uint64_t{1} << run.length) - 1;
          appenders[r].Append(bits, run.length);
        }
      }
    }
    for (uint32_t r = 0; r < kRowsPerBlock; ++r) {
      const uint64_t* row = &rows[r * words];
      if (!by_file) {
        writer.out().append(reinterpret_cast<const char*>(row), RowBytes(files));
        continue;
      }
      for (uint32_t c = 0; c < files; ++c) {
        if ((row[0] >> c & 1) == 0) continue;
        uint64_t filter = (uint64_t{c} * num_blocks + block) * kBloomBlockBytes;
        filters[filter + r / 8] |= static_cast<uint8_t>(1 << (r % 8));
      }
    }
    writer.Drain();
  }
  writer.out().append(reinterpret_cast<const char*>(filters.data()), filters.size());
  writer.Drain();
}

// The same for inputs that all have their filters by file, as the pieces of a first index have: straight
// from filters to rows.
void WriteMergedClassByFile(std::span<const ClassInput> inputs, uint32_t num_blocks, uint32_t files,
                            SegmentWriter& writer) {
  uint64_t filter_bytes = uint64_t{num_blocks} * kBloomBlockBytes;
  std::vector<const uint8_t*> filters;
  for (const ClassInput& from : inputs) {
    const uint8_t* first =
        from.input->bank.bits.Read(from.row.offset, from.row.files * filter_bytes);
    if (first == nullptr) {
      writer.Fail(from.input->bank.bits.reader->damage());
      return;
    }
    for (const ColumnRun& run : from.runs) {
      for (uint32_t c = 0; c < run.length; ++c) {
        filters.push_back(first + (uint64_t{run.word} * 64 + run.begin + c) * filter_bytes);
      }
    }
  }
  if (LayoutFor(files) == kFiltersByFile) {
    for (const uint8_t* filter : filters) {
      writer.out().append(reinterpret_cast<const char*>(filter), filter_bytes);
      writer.Drain();
    }
    return;
  }
  std::vector<uint8_t> rows(kRowsPerBlock * RowBytes(files));
  for (uint32_t block = 0; block < num_blocks; ++block) {
    BlockToRows(
        files, [&](uint32_t c) { return filters[c] + block * kBloomBlockBytes; }, rows.data());
    writer.out().append(reinterpret_cast<const char*>(rows.data()), rows.size());
    writer.Drain();
  }
}

// Plans offsets: class rows are written before the bits that they describe.
class ClassTable {
 public:
  void Add(uint32_t num_blocks, uint32_t files, uint32_t layout) {
    FilterClassLayout row = {.num_blocks = num_blocks,
                             .files = files,
                             .first_column = columns_,
                             .layout = layout,
                             .offset = offset_};
    AppendAs(rows_, row);
    columns_ += files;
    offset_ += ClassBytes(num_blocks, files, layout);
    ++classes_;
  }
  void Write(std::string_view columns, SegmentWriter& writer) const {
    writer.WriteSection(kFilterClasses, rows_, classes_);
    writer.WriteSection(kFilterColumns, columns, columns_);
  }

 private:
  std::string rows_;
  uint32_t columns_ = 0;
  uint64_t offset_ = 0;
  uint64_t classes_ = 0;
};

}  // namespace

uint32_t FilterBlocksFor(size_t words) {
  uint32_t wanted = BloomBlocksFor(words, kFilterFalsePositiveRate);
  // Classes come in steps of 4/3 and 3/2; the geometric mean is the border between two of them.
  uint32_t low = 1;
  while (low < wanted) {
    uint32_t high = low <= 2 ? low + 1 : std::has_single_bit(low) ? low / 2 * 3 : low / 3 * 4;
    if (high >= wanted) {
      return uint64_t{wanted} * wanted < uint64_t{low} * high ? low : high;
    }
    low = high;
  }
  return low;
}

void FilterBankBuilder::Add(uint32_t file, std::span<const uint64_t> word_hashes) {
  uint32_t blocks = FilterBlocksFor(word_hashes.size());
  Class& cls = classes_[blocks];
  cls.files.push_back(file);
  size_t first = cls.lanes.size();
  cls.lanes.resize(first + size_t{blocks} * kLanes);
  uint64_t* lanes = &cls.lanes[first];
  for (uint64_t hash : word_hashes) {
    BloomProbe probe = ProbeFor(hash, blocks);
    uint64_t* block = lanes + size_t{probe.block} * kLanes;
    for (uint32_t lane = 0; lane < kLanes; ++lane) block[lane] |= uint64_t{1} << probe.bit[lane];
  }
  memory_bytes_ += size_t{blocks} * kBloomBlockBytes + sizeof(uint32_t);
}

void FilterBankBuilder::Clear() {
  for (auto& [blocks, cls] : classes_) {
    cls.files.clear();
    cls.lanes.clear();
  }
  memory_bytes_ = 0;
}

void FilterBankBuilder::Write(std::span<const uint32_t> file_ids, bool by_file,
                              SegmentWriter& writer) const {
  auto layout_for = [by_file](uint32_t files) {
    return by_file ? uint32_t{kFiltersByFile} : LayoutFor(files);
  };
  ClassTable table;
  std::string columns;
  std::vector<std::vector<uint32_t>> orders;  // place in the class, in order of the final file ids
  for (const auto& [blocks, cls] : classes_) {
    if (cls.files.empty()) continue;
    std::vector<uint32_t>& order = orders.emplace_back(cls.files.size());
    for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return file_ids[cls.files[a]] < file_ids[cls.files[b]];
    });
    for (uint32_t place : order) AppendAs(columns, file_ids[cls.files[place]]);
    table.Add(blocks, static_cast<uint32_t>(order.size()),
              layout_for(static_cast<uint32_t>(order.size())));
  }
  table.Write(columns, writer);

  writer.BeginSection(kFilterBits);
  std::vector<uint8_t> rows;
  size_t next_order = 0;
  for (const auto& [blocks, cls] : classes_) {
    if (cls.files.empty()) continue;
    const std::vector<uint32_t>& order = orders[next_order++];
    uint32_t files = static_cast<uint32_t>(order.size());
    size_t filter_lanes = size_t{blocks} * kLanes;
    if (layout_for(files) == kFiltersByFile) {
      for (uint32_t place : order) {
        writer.out().append(reinterpret_cast<const char*>(&cls.lanes[place * filter_lanes]),
                            filter_lanes * sizeof(uint64_t));
      }
      writer.Drain();
      continue;
    }
    rows.resize(kRowsPerBlock * RowBytes(files));
    for (uint32_t block = 0; block < blocks; ++block) {
      BlockToRows(
          files, [&](uint32_t c) { return &cls.lanes[order[c] * filter_lanes + block * kLanes]; },
          rows.data());
      writer.out().append(reinterpret_cast<const char*>(rows.data()), rows.size());
      writer.Drain();
    }
  }
  writer.EndSection(0);
}

bool FilterBank::ReadClass(uint64_t i, uint32_t blocks_before, uint64_t columns_before,
                           FilterClassLayout* row) const {
  const uint8_t* at = classes.Read(i * sizeof(FilterClassLayout), sizeof(FilterClassLayout));
  if (at == nullptr) return false;
  *row = LoadAs<FilterClassLayout>(at);
  // With these bounds no product below passes 64 bits, as sections are at most 4 GiB long.
  bool sane = row->num_blocks > blocks_before &&
              row->num_blocks <= bits.length / kBloomBlockBytes &&
              row->first_column == columns_before && row->files <= columns.items - columns_before &&
              row->layout <= kFiltersByBit && row->offset <= bits.length;
  if (sane) {
    uint64_t bytes = ClassBytes(row->num_blocks, row->files, row->layout);
    sane = bytes <= bits.length - row->offset;
  }
  if (!sane) classes.reader->ReportMalformed("a class of filters makes no sense");
  return sane;
}

void FilterBank::Candidates(uint64_t word_hash, FileSet& files) const {
  std::vector<uint64_t> hits;
  ForEachClass([&](const FilterClassLayout& row) {
    BloomProbe probe = ProbeFor(word_hash, row.num_blocks);
    hits.assign((row.files + 63) / 64, 0);
    if (row.layout == kFiltersByFile) {
      for (uint32_t c = 0; c < row.files; ++c) {
        uint64_t block = uint64_t{c} * row.num_blocks + probe.block;
        const uint8_t* at = bits.Read(row.offset + block * kBloomBlockBytes, kBloomBlockBytes);
        if (at == nullptr) return;
        bool all = true;
        for (uint32_t lane = 0; lane < kLanes; ++lane) {
          all = all && (LoadAs<uint64_t>(at + lane * 8) >> probe.bit[lane] & 1) != 0;
        }
        if (all) hits[c / 64] |= uint64_t{1} << (c % 64);
      }
    } else {
      uint64_t row_bytes = RowBytes(row.files);
      for (uint32_t lane = 0; lane < kLanes; ++lane) {
        uint64_t r = uint64_t{probe.block} * kRowsPerBlock + lane * 64 + probe.bit[lane];
        const uint8_t* at = bits.Read(row.offset + r * row_bytes, row_bytes);
        if (at == nullptr) return;
        for (size_t w = 0; w < hits.size(); ++w) {
          uint64_t word = 0;
          std::memcpy(&word, at + w * 8, std::min<uint64_t>(8, row_bytes - w * 8));
          hits[w] = lane == 0 ? word : hits[w] & word;
        }
      }
    }
    for (size_t w = 0; w < hits.size(); ++w) {
      for (uint64_t word = hits[w]; word != 0; word &= word - 1) {
        uint64_t c = w * 64 + static_cast<uint64_t>(std::countr_zero(word));
        uint32_t file;
        if (c >= row.files || !columns.ReadU32(row.first_column + c, &file)) return;
        if (file < files.capacity()) files.Insert(file);
      }
    }
  });
}

void MergeFilters(std::span<const FilterMergeInput> inputs, SegmentWriter& writer) {
  std::map<uint32_t, std::vector<ClassInput>> classes;
  for (const FilterMergeInput& input : inputs) {
    bool good = input.bank.ForEachClass([&](const FilterClassLayout& row) {
      classes[row.num_blocks].push_back({.input = &input, .row = row, .runs = {}});
    });
    if (!good) {
      writer.Fail(input.bank.classes.reader->damage());
      return;
    }
  }
  ClassTable table;
  std::string columns;
  std::map<uint32_t, uint32_t> files_of;
  for (auto& [blocks, from] : classes) {
    uint32_t files = 0;
    for (ClassInput& input : from) AppendColumns(input, columns, files);
    if (files != 0) table.Add(blocks, files, LayoutFor(files));
    files_of[blocks] = files;
  }
  table.Write(columns, writer);
  writer.BeginSection(kFilterBits);
  for (const auto& [blocks, from] : classes) {
    if (files_of[blocks] == 0) continue;
    bool by_file = std::all_of(from.begin(), from.end(), [](const ClassInput& input) {
      return input.row.layout == kFiltersByFile;
    });
    auto write = by_file ? &WriteMergedClassByFile : &WriteMergedClass;
    write(from, blocks, files_of[blocks], writer);
    for (const ClassInput& input : from) {
      const Section& bits = input.input->bank.bits;
      uint64_t bytes = ClassBytes(input.row.num_blocks, input.row.files, input.row.layout);
      bits.reader->Evict(bits.offset + input.row.offset, bytes);
    }
  }
  writer.EndSection(0);
}

}  // namespace astrolabe
