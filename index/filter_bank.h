// The bloom filters of a segment's files, stored by bit instead of by file.
//
// "Which files can mention X" asks the same eight bits of every file's filter. Stored file by file
// that is a cache line, and mostly a page, for each of 55,000 files; stored by bit it is eight rows
// for each class of equally large filters, one bit a file (index/FORMAT.md, "Filters").
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "index/segment.h"
#include "index/segment_layout.h"
#include "index/segment_writer.h"

namespace astrolabe {

// The share of absent words for which a file is a candidate nevertheless.
inline constexpr double kFilterFalsePositiveRate = 0.02;

// The class size, in blocks, for a file with this many distinct words: of 1, 2, 3, 4, 6, 8, 12, …
// the one nearest to what kFilterFalsePositiveRate asks for.
uint32_t FilterBlocksFor(size_t words);

// Filters of files being gathered. One thread at a time.
class FilterBankBuilder {
 public:
  void Add(uint32_t file, std::span<const uint64_t> word_hashes);
  size_t memory_bytes() const { return memory_bytes_; }
  // Writes the three sections; file f of Add becomes file_ids[f]. `by_file` does not transpose.
  void Write(std::span<const uint32_t> file_ids, bool by_file, SegmentWriter& writer) const;
  // Forgets the filters; keeps the memory.
  void Clear();

 private:
  struct Class {
    std::vector<uint32_t> files;
    std::vector<uint64_t> lanes;  // num_blocks * 8 for each file
  };
  std::map<uint32_t, Class> classes_;  // by number of blocks
  size_t memory_bytes_ = 0;
};

// The filters of a mapped segment. Must not outlive it.
struct FilterBank {
  Section classes;
  Section columns;
  Section bits;

  // Calls visit(const FilterClassLayout&) for each class and returns true; false and a report if
  // the table makes no sense. Classes passed to visit lie inside the sections.
  template <typename Visit>
  bool ForEachClass(Visit visit) const {
    uint32_t blocks = 0;
    uint64_t column = 0;
    for (uint64_t i = 0; i < classes.items; ++i) {
      FilterClassLayout row;
      if (!ReadClass(i, blocks, column, &row)) return false;
      blocks = row.num_blocks;
      column += row.files;
      visit(row);
    }
    return true;
  }

  // Adds the candidates for a word to `files`.
  void Candidates(uint64_t word_hash, FileSet& files) const;

 private:
  bool ReadClass(uint64_t i, uint32_t blocks_before, uint64_t columns_before,
                 FilterClassLayout* row) const;
};

// One input of a merge. `file_ids` translates its file ids; UINT32_MAX leaves a file out.
struct FilterMergeInput {
  FilterBank bank;
  std::span<const uint32_t> file_ids;
};

// Writes the three sections of the union. Columns are in order of input, then of their old place.
void MergeFilters(std::span<const FilterMergeInput> inputs, SegmentWriter& writer);

}  // namespace astrolabe
