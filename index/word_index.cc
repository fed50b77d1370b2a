// The in-memory inverted index of words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/word_index.h"

#include "alloc/hash.h"
#include "index/segment_layout.h"

namespace astrolabe {

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
  SplitWords(name.substr(from), ranges_);
  for (const WordRange& range : ranges_) {
    folded_.assign(name.substr(from + range.begin, range.end - range.begin));
    for (char& c : folded_) c = FoldByte(c);
    uint32_t word = pool_.Intern(folded_, HashString(folded_));
    if (word == words_.size()) words_.emplace_back();
    bool counts = !words_[word].is_open;
    words_[word].is_open = true;
    seen_.push_back({from + range.end, word, names_, counts});
  }
  ++names_;
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
  words_.clear();
  names_ = 0;
}

}  // namespace astrolabe
