// The in-memory inverted index of words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/word_index.h"

#include <algorithm>
#include <cstring>

#include "alloc/hash.h"
#include "index/segment_layout.h"

namespace astrolabe {
namespace {

size_t HashShortWord(uint64_t bytes) { return (bytes * 0x9E3779B97F4A7C15u) >> 32; }

}  // namespace

// Ends the words of the last name from place `kept` on.
void WordIndexBuilder::CloseFrom(size_t kept) {
  while (seen_.size() > kept) {
    const Seen& seen = seen_.back();
    if (seen.counts) {
      Word& word = words_[seen.word];
      word.encoder.AddRun(seen.first_name, names_ - 1 - seen.first_name, word.list);
      word.is_open = false;
    }
    seen_.pop_back();
  }
}

void WordIndexBuilder::AddName(std::string_view name, size_t shared) {
  // Where a word ends depends on its own bytes and the two after it at most.
  size_t kept = seen_.size();
  while (kept > 0 && size_t{seen_[kept - 1].end} + 2 > shared) --kept;
  CloseFrom(kept);
  uint32_t from = kept == 0 ? 0 : seen_.back().end;
  std::string_view rest = name.substr(from);
  SplitWords(rest, ranges_);
  folded_.resize(rest.size() + 2 * sizeof(uint64_t));
  for (size_t i = 0; i < rest.size(); i += sizeof(uint64_t)) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, rest.data() + i, std::min(sizeof(bytes), rest.size() - i));
    bytes = FoldEightBytes(bytes);
    std::memcpy(&folded_[i], &bytes, sizeof(bytes));
  }
  for (const WordRange& range : ranges_) {
    uint32_t word = WordId(std::string_view(folded_).substr(range.begin, range.end - range.begin));
    bool counts = !words_[word].is_open;
    words_[word].is_open = true;
    seen_.push_back({from + range.end, word, names_, counts});
  }
  ++names_;
}

uint32_t WordIndexBuilder::InternWord(std::string_view folded) {
  uint32_t word = pool_.Intern(folded, HashString(folded));
  if (word == words_.size()) words_.emplace_back();
  return word;
}

uint32_t WordIndexBuilder::WordId(std::string_view folded) {
  if (folded.size() > sizeof(uint64_t)) return InternWord(folded);
  uint64_t bytes;
  std::memcpy(&bytes, folded.data(), sizeof(bytes));
  bytes &= ~uint64_t{0} >> (64 - 8 * folded.size());
  if (short_word_count_ * 2 >= short_words_.size()) GrowShortWords();
  size_t mask = short_words_.size() - 1;
  size_t i = HashShortWord(bytes) & mask;
  for (; short_words_[i].bytes != 0; i = (i + 1) & mask) {
    if (short_words_[i].bytes == bytes) return short_words_[i].word;
  }
  short_words_[i] = {bytes, InternWord(folded)};
  ++short_word_count_;
  return short_words_[i].word;
}

void WordIndexBuilder::GrowShortWords() {
  std::vector<ShortWord> old(std::max<size_t>(1024, short_words_.size() * 2));
  old.swap(short_words_);
  size_t mask = short_words_.size() - 1;
  for (const ShortWord& entry : old) {
    if (entry.bytes == 0) continue;
    size_t i = HashShortWord(entry.bytes) & mask;
    while (short_words_[i].bytes != 0) i = (i + 1) & mask;
    short_words_[i] = entry;
  }
}

void WordIndexBuilder::Write(SegmentWriter& writer) {
  CloseFrom(0);
  StringTableWriter table;
  std::string lists;
  uint64_t bytes = 0, postings = 0;
  auto add_list = [&] {
    AppendAs(lists, WordListLayout{.offset = static_cast<uint32_t>(bytes),
                                   .postings_before = static_cast<uint32_t>(postings)});
  };
  std::vector<uint32_t> order = SortBytes(pool_);
  writer.BeginSection(kWords);
  for (uint32_t id : order) {
    table.Add(pool_.Text(id), writer.out());
    writer.Drain();
    add_list();
    Word& word = words_[id];
    postings += word.encoder.Finish(word.list);
    bytes += word.list.size();
  }
  add_list();
  writer.EndSection(order.size());
  if (postings > UINT32_MAX) {
    writer.Fail(
        absl::ResourceExhaustedError("the names of the segment would have over 4 G words; index "
                                     "parts of the workspace separately"));
  }
  std::string blocks = table.FinishBlocks();
  writer.WriteSection(kWordBlocks, blocks, blocks.size() / sizeof(uint32_t));
  writer.WriteSection(kWordLists, lists, order.size() + 1);
  writer.BeginSection(kWordPostings);
  for (uint32_t id : order) {
    writer.out().append(words_[id].list);
    writer.Drain();
  }
  writer.EndSection(postings);
  pool_.Clear();
  short_words_.clear();
  short_word_count_ = 0;
  words_.clear();
  names_ = 0;
}

}  // namespace astrolabe
