// Sorted, distinct strings, front-coded in blocks of 16: how a segment stores paths, names, words
// and scopes (index/FORMAT.md, "String table").
//
// Ids are ranks, so a prefix is a range of ids and two binary searches; a block offset table of 4
// bytes per 16 strings is all that random access costs. Neighbours share long prefixes: the names
// of Linux take under half of their plain size.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/block_reader.h"

namespace astrolabe {

inline constexpr uint32_t kStringsPerBlock = 16;
inline constexpr uint32_t kMaxStringBytes = 65'535;

// kBytes: bytewise. kFolded: CompareFolded (index/word_split.h).
enum class StringOrder { kBytes, kFolded };

// How many leading bytes the two have in common.
uint32_t CommonPrefix(std::string_view a, std::string_view b);

// Half-open range of ids.
struct IdRange {
  uint32_t begin = 0;
  uint32_t end = 0;

  uint32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  friend bool operator==(const IdRange&, const IdRange&) = default;
};

// Walks strings in order of id without allocating per string. Not thread-safe; must not outlive the
// segment.
//
//   for (StringCursor cursor = names.Walk({begin, end}); cursor.Next();) Use(cursor.id(),
//   cursor.text());
class StringCursor {
 public:
  StringCursor() = default;
  // False at the end of the range, and early on damage.
  bool Next();
  uint32_t id() const { return id_; }
  // Valid until the next call of Next.
  std::string_view text() const { return text_; }
  // How many leading bytes of text() are those of the previous text(); 0 at the first. What a
  // matcher computed for them still holds.
  uint32_t shared() const { return shared_; }

 private:
  friend class StringTable;
  bool LoadBlock();

  Section strings_;
  Section blocks_;
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  uint32_t next_ = 0;   // id that Next decodes
  uint32_t first_ = 0;  // ids before it are decoded but not reported
  uint32_t stop_ = 0;
  uint32_t id_ = 0;
  uint32_t shared_ = 0;
  std::string text_;
};

// Copyable, thread-safe; must not outlive the segment. Damage makes strings missing, never wrong;
// the segment remembers it (Segment::damage).
class StringTable {
 public:
  StringTable() = default;
  StringTable(Section strings, Section blocks, StringOrder order)
      : strings_(strings), blocks_(blocks), order_(order) {}

  uint32_t size() const { return static_cast<uint32_t>(strings_.items); }

  // False if `id` is out of range or its block damaged.
  bool Get(uint32_t id, std::string* text) const;
  std::optional<uint32_t> Find(std::string_view text) const;
  // The first id whose string is not before `text` in the table's order; size() if none is.
  uint32_t LowerBound(std::string_view text) const;
  // The ids of all strings that start with `prefix`; in a folded table regardless of case.
  IdRange WithPrefix(std::string_view prefix) const;
  // In a folded table: the ids of all strings equal to `text` but for case.
  IdRange EqualFolded(std::string_view text) const;

  StringCursor Walk(IdRange range) const;
  StringCursor WalkAll() const { return Walk({0, size()}); }

  const Section& strings_section() const { return strings_; }

 private:
  template <typename Before>
  uint32_t PartitionPoint(Before before) const;

  Section strings_;
  Section blocks_;
  StringOrder order_ = StringOrder::kBytes;
};

// The encoding side: feed ascending distinct strings, take the bytes as they come.
class StringTableWriter {
 public:
  // Appends the next string's encoding to `out`. Strings longer than kMaxStringBytes are a bug of
  // the caller.
  void Add(std::string_view text, std::string& out);

  // How many leading bytes `text` has in common with the string added last.
  uint32_t SharedWithLast(std::string_view text) const;

  uint32_t size() const { return size_; }
  uint64_t bytes() const { return bytes_; }
  // The second section: one u32 per block and the end. To be called once, after the last Add.
  std::string FinishBlocks();

 private:
  uint32_t size_ = 0;
  uint64_t bytes_ = 0;
  std::string previous_;
  std::string blocks_;
};

}  // namespace astrolabe
