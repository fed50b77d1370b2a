// Builds the word sections of a segment from its names in order (index/FORMAT.md, "Words").
//
// Names in order share long prefixes, and so most of their words: only the part after the shared
// prefix is cut and looked up.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/name_pool.h"
#include "index/segment_writer.h"
#include "index/word_list.h"
#include "index/word_split.h"

namespace astrolabe {

// One thread at a time.
class WordIndexBuilder {
 public:
  // The next name in order of id, its first `shared` bytes being those of the name before.
  void AddName(uint32_t name_id, std::string_view name, size_t shared);
  // Writes the four sections and forgets the names.
  void Write(SegmentWriter& writer);

 private:
  struct Word {
    WordListEncoder encoder;
    std::string list;
  };
  // A word of the last name.
  struct Seen {
    uint32_t end;
    uint32_t word;
  };

  NamePool pool_;
  std::vector<Word> words_;
  std::vector<Seen> seen_;
  std::vector<WordRange> ranges_;
  std::string folded_;
};

// Collects what the word sections other than the postings consist of; for builders and merges,
// which both feed words in order.
class WordTableWriter {
 public:
  // `postings` is where the word's list begins, in bytes of the postings section.
  void Add(std::string_view word, uint64_t postings_at, uint32_t postings);
  // Writes words, word blocks and word lists. The postings section is the caller's.
  void Write(uint64_t postings_bytes, SegmentWriter& writer);
  uint64_t total_postings() const { return total_; }

 private:
  StringTableWriter table_;
  std::string words_;
  std::string lists_;
  uint64_t total_ = 0;
};

}  // namespace astrolabe
