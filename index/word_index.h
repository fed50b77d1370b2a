// Builds the word sections of a segment from its names in order (index/FORMAT.md, "Words").
//
// Names in order share long prefixes, and so most of their words: only the part after the shared
// prefix is cut and looked up, and a shared word costs nothing until the name where it ends. For Linux
// that leaves 2 of 6 words a name.
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
  // The next name in order of id (0, 1, 2, …), its first `shared` bytes being those of the one before.
  void AddName(std::string_view name, size_t shared);
  // Writes the four sections and forgets the names.
  void Write(SegmentWriter& writer);

 private:
  struct Word {
    WordListEncoder encoder;
    bool is_open = false;  // a Seen of it will add its names
    std::string list;
  };
  // A word of the last name.
  struct Seen {
    uint32_t end;
    uint32_t word;
    uint32_t first_name;  // since which name the word is at this place
    bool counts;          // the first of the word in its name
  };

  // Finds a word of up to eight bytes by those bytes, in one cache line; most words are that short.
  struct ShortWord {
    uint64_t bytes;
    uint32_t word;
  };

  void CloseFrom(size_t kept);
  // `folded` is followed by at least eight readable bytes.
  uint32_t WordId(std::string_view folded);
  uint32_t InternWord(std::string_view folded);
  void GrowShortWords();

  NamePool pool_;
  std::vector<ShortWord>
      short_words_;  // open addressing; bytes 0 are free, as no word has a zero byte
  size_t short_word_count_ = 0;
  std::vector<Word> words_;
  std::vector<Seen> seen_;
  std::vector<WordRange> ranges_;
  std::string folded_;
  uint32_t names_ = 0;
};

}  // namespace astrolabe
