// Making random files and describing segments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/segment/sample_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "index/segment_layout.h"
#include "index/word_split.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

class StringContents : public FileContents {
 public:
  explicit StringContents(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view bytes() const override { return bytes_; }
  void Evict(size_t, size_t) const override {}

 private:
  const std::string bytes_;
};

template <typename Random>
std::string RandomName(Random& random) {
  static const char* const kParts[] = {"get", "Set",  "_",     "HTTP",   "dev", "0", "REG_",
                                       "x",   "mask", "Shift", "_SHIFT", "é",   "~", "operator=="};
  std::string name;
  for (uint32_t parts = 1 + random() % 4; parts > 0; --parts) name += kParts[random() % 14];
  if (random() % 3 == 0) name += std::to_string(random() % 50);
  if (random() % 200 == 0) name += std::string(random() % 400, 'z');
  return name;
}

using PostingText =
    std::tuple<std::string, uint32_t, int, bool>;  // path, ordinal, kind, definition

struct Description {
  std::string files;
  std::map<std::string, std::vector<PostingText>> postings;
  std::map<std::string, std::set<std::string>> words;
  std::set<std::string> scopes;

  std::string Text() const {
    std::string text = files;
    for (const auto& [name, list] : postings) {
      text += StrCat("name ", name);
      for (const auto& [path, ordinal, kind, definition] : list) {
        text += StrCat(" ", path, "#", ordinal, "/", kind, definition ? "d" : "");
      }
      text += "\n";
    }
    for (const auto& [word, names] : words) {
      text += StrCat("word ", word);
      for (const std::string& name : names) text += StrCat(" ", name);
      text += "\n";
    }
    for (const std::string& scope : scopes) text += StrCat("scope ", scope, "\n");
    return text;
  }
};

std::string DescribeRecord(const std::string& path, const FileRecord& r) {
  return StrCat("file ", path, " ", r.size, " ", r.mtime_ns, " ", r.inode, " ", r.digest, " ",
                r.line_count, " ", r.flags, "\n");
}

std::string DescribeSymbol(const std::string& name, const std::string& scope, SymbolKind kind,
                           bool is_definition, Position b, Position n, Position e) {
  return StrCat("  ", SymbolKindName(kind), is_definition ? " def " : " decl ", scope, "::", name,
                " ", b.line, ":", b.column, " ", n.line, ":", n.column, " ", e.line, ":", e.column,
                "\n");
}

}  // namespace

std::unique_ptr<FileContents> ContentsOf(std::string bytes) {
  return std::make_unique<StringContents>(std::move(bytes));
}

std::vector<SampleFile> RandomFiles(uint32_t seed, int files, int max_symbols,
                                    const std::string& prefix) {
  std::mt19937 engine(seed);
  auto random = [&engine] { return static_cast<uint32_t>(engine()); };
  std::vector<SampleFile> result;
  for (int i = 0; i < files; ++i) {
    SampleFile file;
    file.path = StrCat(prefix, "dir", random() % 5, "/file", i, random() % 2 ? ".c" : ".h");
    file.record = {.size = random(),
                   .mtime_ns = -static_cast<int64_t>(random()),
                   .inode = random(),
                   .digest = uint64_t{random()} << 32 | random(),
                   .line_count = random() % 10000,
                   .flags = kFileScanned};
    Position at;
    for (uint32_t n = random() % static_cast<uint32_t>(max_symbols + 1); n > 0; --n) {
      SampleSymbol symbol;
      symbol.name = RandomName(random);
      symbol.scope = random() % 3 ? "" : StrCat("ns", random() % 4, "::(anonymous)");
      symbol.kind = static_cast<SymbolKind>(random() % kSymbolKindCount);
      symbol.is_definition = random() % 2;
      at.line += random() % (random() % 20 == 0 ? 100000 : 3);
      at.column = random() % 3 ? 0 : random() % 200;
      symbol.begin = at;
      symbol.name_position = {at.line + (random() % 5 == 0), at.column + random() % 9};
      symbol.end = {symbol.name_position.line + (random() % 3 ? 0 : random() % 500),
                    random() % 100};
      if (random() % 50 == 0) symbol.end = {UINT32_MAX, UINT32_MAX};
      file.symbols.push_back(symbol);
    }
    // Mostly small files, a few with filters of many blocks.
    for (uint32_t n = random() % (i % 10 == 0 ? 3000 : 60); n > 0; --n) {
      file.words.push_back(uint64_t{random()} << 32 | random());
    }
    result.push_back(std::move(file));
  }
  return result;
}

void AddSample(SegmentBuilder& builder, const SampleFile& file) {
  std::vector<Symbol> symbols;
  for (const SampleSymbol& s : file.symbols) {
    symbols.push_back({.name = s.name,
                       .scope = s.scope,
                       .kind = s.kind,
                       .is_definition = s.is_definition,
                       .begin = s.begin,
                       .name_position = s.name_position,
                       .end = s.end});
  }
  absl::Status added = builder.AddFile(file.path, file.record, symbols, file.words);
  ASSERT_TRUE(added.ok()) << added;
}

std::shared_ptr<const Segment> BuildSegment(FileSystem& fs, const std::string& path,
                                            const std::vector<SampleFile>& files) {
  SegmentBuilder builder;
  for (const SampleFile& file : files) AddSample(builder, file);
  absl::StatusOr<SegmentInfo> info = builder.Write(fs, path);
  EXPECT_TRUE(info.ok()) << info.status();
  absl::StatusOr<std::shared_ptr<const Segment>> segment = Segment::Open(fs, path);
  EXPECT_TRUE(segment.ok()) << segment.status();
  if (!info.ok() || !segment.ok()) return nullptr;
  EXPECT_EQ(info->bytes, (*segment)->byte_size());
  EXPECT_EQ(info->identity, (*segment)->identity());
  return *segment;
}

std::string Describe(const Segment& segment) {
  Description d;
  auto get = [](const StringTable& table, uint32_t id) {
    std::string text;
    EXPECT_TRUE(table.Get(id, &text)) << id;
    return text;
  };
  for (uint32_t f = 0; f < segment.file_count(); ++f) {
    FileRow row;
    EXPECT_TRUE(segment.File(f, &row));
    d.files += DescribeRecord(get(segment.paths(), f), row.record);
    std::vector<SymbolRow> symbols;
    EXPECT_TRUE(segment.SymbolsOf(f, &symbols));
    for (const SymbolRow& s : symbols) {
      d.files += DescribeSymbol(get(segment.names(), s.name_id), get(segment.scopes(), s.scope_id),
                                s.kind, s.is_definition, s.begin, s.name_position, s.end);
    }
  }
  PostingWalker walker = segment.WalkPostings({0, segment.names().size()});
  for (StringCursor name = segment.names().WalkAll(); name.Next();) {
    EXPECT_TRUE(walker.NextName());
    std::vector<PostingText>& list = d.postings[std::string(name.text())];
    for (PostingCursor cursor = walker.postings(); cursor.Next();) {
      uint32_t file = segment.FileOfSymbol(cursor.posting().symbol_id);
      FileRow row;
      EXPECT_TRUE(segment.File(file, &row));
      list.emplace_back(get(segment.paths(), file), cursor.posting().symbol_id - row.first_symbol,
                        static_cast<int>(cursor.posting().kind), cursor.posting().is_definition);
    }
  }
  for (StringCursor word = segment.words().WalkAll(); word.Next();) {
    std::set<std::string>& names = d.words[std::string(word.text())];
    for (WordCursor c = segment.NamesWithWord(word.id()); c.Next();) {
      names.insert(get(segment.names(), c.name_id()));
    }
    EXPECT_EQ(names.size(), segment.WordPostingCount({word.id(), word.id() + 1}));
  }
  for (StringCursor s = segment.scopes().WalkAll(); s.Next();) d.scopes.emplace(s.text());
  return d.Text();
}

std::string Describe(std::vector<SampleFile> files) {
  std::sort(files.begin(), files.end(),
            [](const SampleFile& a, const SampleFile& b) { return a.path < b.path; });
  Description d;
  d.scopes.insert("");
  for (const SampleFile& file : files) {
    d.files += DescribeRecord(file.path, file.record);
    uint32_t ordinal = 0;
    for (const SampleSymbol& s : file.symbols) {
      d.files +=
          DescribeSymbol(s.name, s.scope, s.kind, s.is_definition, s.begin, s.name_position, s.end);
      d.postings[s.name].emplace_back(file.path, ordinal++, static_cast<int>(s.kind),
                                      s.is_definition);
      d.scopes.insert(s.scope);
      std::vector<WordRange> words;
      SplitWords(s.name, words);
      for (WordRange w : words) {
        d.words[FoldCase(std::string_view(s.name).substr(w.begin, w.end - w.begin))].insert(s.name);
      }
    }
  }
  return d.Text();
}

std::string Resealed(std::string bytes) {
  if (bytes.size() < kHeaderBytes + kSectionCount * kSectionRowBytes + kFooterBytes) return bytes;
  auto store = [&](size_t at, uint64_t value) { memcpy(&bytes[at], &value, sizeof(value)); };
  uint64_t covered;
  memcpy(&covered, &bytes[bytes.size() - kFooterBytes], sizeof(covered));
  uint64_t blocks = covered / kChecksumBlockBytes + (covered % kChecksumBlockBytes != 0);
  if (covered > bytes.size() - kFooterBytes || blocks * 8 > bytes.size() - kFooterBytes - covered) {
    return bytes;
  }
  for (size_t block = 0; block < blocks; ++block) {
    size_t at = block * kChecksumBlockBytes;
    size_t length = std::min<size_t>(kChecksumBlockBytes, covered - at);
    store(covered + block * 8, XXH3_64bits(&bytes[at], length));
  }
  store(bytes.size() - 16, XXH3_64bits(&bytes[covered], bytes.size() - 16 - covered));
  return bytes;
}

void ExpectSameText(const std::string& actual, const std::string& expected) {
  if (actual == expected) return;
  size_t at = static_cast<size_t>(
      std::mismatch(actual.begin(), actual.end(), expected.begin(), expected.end()).first -
      actual.begin());
  size_t line = actual.rfind('\n', at == 0 ? 0 : at - 1) + 1;
  ADD_FAILURE() << "actual:   " << actual.substr(line, 200)
                << "\nexpected: " << expected.substr(line, 200);
}

void ReadEverything(const Segment& segment) {
  uint64_t sum = 0;
  std::string text;
  std::vector<SymbolRow> rows;
  for (const StringTable* table :
       {&segment.paths(), &segment.names(), &segment.words(), &segment.scopes()}) {
    for (StringCursor cursor = table->WalkAll(); cursor.Next();) sum += cursor.text().size();
    sum +=
        table->LowerBound("m") + table->WithPrefix("g").size() + table->EqualFolded("GET").size();
    sum += table->Find("x").value_or(0) + table->Get(table->size() / 2, &text);
  }
  for (uint32_t f = 0; f < segment.file_count(); ++f) {
    FileRow row;
    sum += segment.File(f, &row) + segment.SymbolsOf(f, &rows);
  }
  uint32_t step = std::max(1u, segment.symbol_count() / 64);
  for (uint32_t s = 0; s < segment.symbol_count() && s + step > s; s += step) {
    SymbolRow row;
    sum += segment.Symbol(s, &row) + segment.FileOfSymbol(s);
  }
  PostingWalker walker = segment.WalkPostings({0, segment.names().size()});
  while (walker.NextName()) {
    for (PostingCursor c = walker.postings(); c.Next();) sum += c.posting().symbol_id;
  }
  for (PostingCursor c = segment.Postings(segment.names().size() / 2); c.Next();) ++sum;
  for (uint32_t w = 0; w < segment.words().size(); ++w) {
    for (WordCursor c = segment.NamesWithWord(w); c.Next();) sum += c.name_id();
  }
  sum += segment.WordPostingCount({0, segment.words().size()});
  for (uint64_t hash : {0x0123456789ABCDEFu, 0xFEDCBA9876543210u, uint64_t{0}}) {
    sum += segment.CandidateFiles(hash).Count();
  }
  // Keeps the reads from being optimised away.
  testing::Test::RecordProperty("sum", std::to_string(sum));
}

}  // namespace astrolabe
