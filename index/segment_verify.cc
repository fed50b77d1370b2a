// Reading a segment completely, for `astrolabe verify`: checksums, then every row of every section,
// so that a file which is intact but was written wrong is found as well.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstring>
#include <string>
#include <vector>

#include "index/filter_bank.h"
#include "index/segment.h"
#include "index/word_split.h"

namespace astrolabe {
namespace {

void VerifyTable(const StringTable& table, StringOrder order) {
  std::string previous;
  uint32_t count = 0;
  for (StringCursor cursor = table.WalkAll(); cursor.Next(); ++count) {
    int compared = order == StringOrder::kBytes ? std::string_view(previous).compare(cursor.text())
                                                : CompareFolded(previous, cursor.text());
    if (count != 0 && compared >= 0) {
      table.strings_section().reader->ReportMalformed("strings are not in order");
    }
    previous.assign(cursor.text());
  }
}

}  // namespace

absl::Status Segment::Verify() const {
  absl::Status status = reader_->VerifyAll();
  if (!status.ok()) return status;
  VerifyTable(paths_, StringOrder::kBytes);
  VerifyTable(names_, StringOrder::kFolded);
  VerifyTable(words_, StringOrder::kBytes);
  VerifyTable(scopes_, StringOrder::kBytes);

  uint64_t postings = 0;
  PostingWalker walker = WalkPostings({0, names_.size()});
  while (walker.NextName()) {
    for (PostingCursor cursor = walker.postings(); cursor.Next();) ++postings;
  }
  uint64_t symbols = 0;
  std::vector<SymbolRow> rows;
  for (uint32_t file = 0; file < file_count(); ++file) {
    if (SymbolsOf(file, &rows)) symbols += rows.size();
  }
  for (uint32_t word = 0; word < words_.size(); ++word) {
    uint32_t names = 0;
    for (WordCursor cursor = NamesWithWord(word); cursor.Next();) ++names;
    if (names != WordPostingCount({word, word + 1})) {
      reader_->ReportMalformed("a word has another number of names than counted");
    }
  }
  FilterBank bank = filters();
  bank.ForEachClass([&](const FilterClassLayout& row) {
    for (uint32_t c = 0; c < row.files; ++c) {
      uint32_t file;
      if (!bank.columns.ReadU32(uint64_t{row.first_column} + c, &file)) return;
      if (file >= file_count()) reader_->ReportMalformed("a filter is of no file");
    }
  });
  if (reader_->damage().ok() && (postings != symbols || symbols != symbol_count_)) {
    reader_->ReportMalformed("postings and symbols differ in number");
  }
  return reader_->damage();
}

}  // namespace astrolabe
