// The in-memory inverted index of words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/word_index.h"

#include "alloc/hash.h"
#include "index/segment_layout.h"

namespace astrolabe {

void WordIndexBuilder::AddName(uint32_t name_id, std::string_view name, size_t shared) {
  // Where a word ends depends on its own bytes and the two after it at most.
  size_t kept = 0;
  while (kept < seen_.size() && size_t{seen_[kept].end} + 2 <= shared) ++kept;
  seen_.resize(kept);
  uint32_t from = kept == 0 ? 0 : seen_.back().end;
  for (const Seen& seen : seen_) words_[seen.word].encoder.Add(name_id, words_[seen.word].list);

  SplitWords(name.substr(from), ranges_);
  for (const WordRange& range : ranges_) {
    folded_.assign(name.substr(from + range.begin, range.end - range.begin));
    for (char& c : folded_) c = FoldByte(c);
    uint32_t word = pool_.Intern(folded_, HashString(folded_));
    if (word == words_.size()) words_.emplace_back();
    words_[word].encoder.Add(name_id, words_[word].list);
    seen_.push_back({from + range.end, word});
  }
}

void WordIndexBuilder::Write(SegmentWriter& writer) {
  std::vector<uint32_t> order = SortBytes(pool_);
  WordTableWriter table;
  uint64_t bytes = 0;
  for (uint32_t word : order) {
    std::string& list = words_[word].list;
    uint32_t count = words_[word].encoder.Finish(list);
    table.Add(pool_.Text(word), bytes, count);
    bytes += list.size();
  }
  table.Write(bytes, writer);
  writer.BeginSection(kWordPostings);
  for (uint32_t word : order) {
    writer.out().append(words_[word].list);
    writer.Drain();
  }
  writer.EndSection(table.total_postings());
  pool_.Clear();
  words_.clear();
  seen_.clear();
}

void WordTableWriter::Add(std::string_view word, uint64_t postings_at, uint32_t postings) {
  table_.Add(word, words_);
  AppendAs(lists_, WordListLayout{.offset = static_cast<uint32_t>(postings_at),
                                  .postings_before = static_cast<uint32_t>(total_)});
  total_ += postings;
}

void WordTableWriter::Write(uint64_t postings_bytes, SegmentWriter& writer) {
  uint32_t words = table_.size();
  writer.WriteSection(kWords, words_, words);
  std::string blocks = table_.FinishBlocks();
  writer.WriteSection(kWordBlocks, blocks, blocks.size() / sizeof(uint32_t));
  AppendAs(lists_, WordListLayout{.offset = static_cast<uint32_t>(postings_bytes),
                                  .postings_before = static_cast<uint32_t>(total_)});
  if (total_ > UINT32_MAX) {
    writer.Fail(absl::ResourceExhaustedError(
        "the segment would have over 4 G words of names; index parts of the workspace separately"));
  }
  writer.WriteSection(kWordLists, lists_, uint64_t{words} + 1);
}

}  // namespace astrolabe
