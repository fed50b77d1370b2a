// Front coding: decoding with every length checked, and encoding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/string_table.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "index/varint.h"
#include "index/word_split.h"

namespace astrolabe {
namespace {

// The first string of a block, where it lies.
bool FirstOfBlock(const Section& strings, const Section& blocks, uint32_t block,
                  std::string_view* text) {
  uint32_t offset;
  if (!blocks.ReadU32(block, &offset)) return false;
  uint64_t left = offset < strings.length ? strings.length - offset : 0;
  uint64_t head = std::min<uint64_t>(left, kMaxVarint32Bytes);
  const uint8_t* at = strings.Read(offset, head);
  if (at == nullptr) return false;
  uint32_t length;
  const uint8_t* text_at = DecodeVarint32(at, at + head, &length);
  if (text_at == nullptr) {
    strings.reader->ReportMalformed("a string's length makes no sense");
    return false;
  }
  uint64_t skipped = static_cast<uint64_t>(text_at - at);
  text_at = strings.Read(offset + skipped, length);
  if (text_at == nullptr) return false;
  *text = {reinterpret_cast<const char*>(text_at), length};
  return true;
}

}  // namespace

uint32_t CommonPrefix(std::string_view a, std::string_view b) {
  size_t common = std::min(a.size(), b.size());
  size_t i = 0;
  for (; i + 8 <= common; i += 8) {
    uint64_t x, y;
    std::memcpy(&x, a.data() + i, 8);
    std::memcpy(&y, b.data() + i, 8);
    if (x != y) return static_cast<uint32_t>(i + static_cast<size_t>(std::countr_zero(x ^ y)) / 8);
  }
  while (i < common && a[i] == b[i]) ++i;
  return static_cast<uint32_t>(i);
}

bool StringCursor::LoadBlock() {
  uint32_t block = next_ / kStringsPerBlock;
  uint32_t begin, end;
  if (!blocks_.ReadU32(block, &begin) || !blocks_.ReadU32(uint64_t{block} + 1, &end)) return false;
  if (begin > end) {
    strings_.reader->ReportMalformed("string blocks overlap");
    return false;
  }
  at_ = strings_.Read(begin, end - begin);
  if (at_ == nullptr) return false;
  end_ = at_ + (end - begin);
  return true;
}

bool StringCursor::Next() {
  while (next_ < stop_) {
    bool first_of_block = next_ % kStringsPerBlock == 0;
    if (first_of_block && !LoadBlock()) break;
    uint32_t shared = 0, rest = 0;
    const uint8_t* p = at_;
    if (!first_of_block) p = DecodeVarint32(p, end_, &shared);
    if (p != nullptr) p = DecodeVarint32(p, end_, &rest);
    if (p == nullptr || shared > text_.size() || rest > static_cast<size_t>(end_ - p) ||
        shared + rest > kMaxStringBytes) {
      strings_.reader->ReportMalformed("a front-coded string makes no sense");
      break;
    }
    // The stored prefix is counted from the block; across blocks it has to be compared.
    std::string_view bytes(reinterpret_cast<const char*>(p), rest);
    if (first_of_block) {
      shared_ = next_ == first_ ? 0 : CommonPrefix(text_, bytes);
    } else {
      shared_ = next_ == first_ ? 0 : shared;
    }
    text_.resize(shared);
    text_.append(bytes);
    at_ = p + rest;
    id_ = next_++;
    if (id_ >= first_) return true;
  }
  stop_ = next_;
  return false;
}

StringCursor StringTable::Walk(IdRange range) const {
  StringCursor cursor;
  cursor.strings_ = strings_;
  cursor.blocks_ = blocks_;
  cursor.stop_ = std::min(range.end, size());
  cursor.first_ = std::min(range.begin, cursor.stop_);
  cursor.next_ = cursor.first_ / kStringsPerBlock * kStringsPerBlock;
  if (cursor.first_ == cursor.stop_) cursor.next_ = cursor.stop_;
  return cursor;
}

bool StringTable::Get(uint32_t id, std::string* text) const {
  if (id >= size()) return false;
  StringCursor cursor = Walk({id, id + 1});
  if (!cursor.Next()) return false;
  text->assign(cursor.text());
  return true;
}

// The first id for which `before` is false, `before` being true for a leading range of ids.
template <typename Before>
uint32_t StringTable::PartitionPoint(Before before) const {
  // Among the blocks whose first string is `before`, the answer is in the last or just after it.
  uint32_t low = 0;
  uint32_t high =
      static_cast<uint32_t>((uint64_t{size()} + kStringsPerBlock - 1) / kStringsPerBlock);
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    std::string_view text;
    if (!FirstOfBlock(strings_, blocks_, middle, &text)) return size();
    if (before(text)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return 0;
  uint32_t begin = (low - 1) * kStringsPerBlock;
  uint32_t end = std::min(size() - begin, kStringsPerBlock) + begin;
  for (StringCursor cursor = Walk({begin, end}); cursor.Next();) {
    if (!before(cursor.text())) return cursor.id();
  }
  return end;
}

uint32_t StringTable::LowerBound(std::string_view text) const {
  if (order_ == StringOrder::kBytes) {
    return PartitionPoint([text](std::string_view s) { return s < text; });
  }
  return PartitionPoint([text](std::string_view s) { return CompareFolded(s, text) < 0; });
}

std::optional<uint32_t> StringTable::Find(std::string_view text) const {
  uint32_t id = LowerBound(text);
  if (id >= size()) return std::nullopt;
  StringCursor cursor = Walk({id, id + 1});
  if (!cursor.Next() || cursor.text() != text) return std::nullopt;
  return id;
}

IdRange StringTable::WithPrefix(std::string_view prefix) const {
  uint32_t begin, end;
  if (order_ == StringOrder::kBytes) {
    begin = LowerBound(prefix);
    end = PartitionPoint(
        [prefix](std::string_view s) { return s.substr(0, prefix.size()) <= prefix; });
  } else {
    auto compare = [prefix](std::string_view s) {
      return CompareOnlyFolded(s.substr(0, prefix.size()), prefix);
    };
    begin = PartitionPoint([&](std::string_view s) { return compare(s) < 0; });
    end = PartitionPoint([&](std::string_view s) { return compare(s) <= 0; });
  }
  return {begin, std::max(begin, end)};
}

IdRange StringTable::EqualFolded(std::string_view text) const {
  IdRange range = WithPrefix(text);
  uint32_t end = range.begin;
  for (StringCursor cursor = Walk(range);
       cursor.Next() && CompareOnlyFolded(cursor.text(), text) == 0;) {
    end = cursor.id() + 1;
  }
  return {range.begin, end};
}

void StringTableWriter::Add(std::string_view text, std::string& out) {
  assert(text.size() <= kMaxStringBytes);
  uint8_t head[2 * kMaxVarint64Bytes];
  uint8_t* end = head;
  uint32_t shared = 0;
  if (size_ % kStringsPerBlock == 0) {
    uint32_t offset = static_cast<uint32_t>(bytes_);
    blocks_.append(reinterpret_cast<const char*>(&offset), sizeof(offset));
  } else {
    shared = CommonPrefix(previous_, text);
    end = EncodeVarint(shared, end);
  }
  std::string_view rest = text.substr(shared);
  end = EncodeVarint(rest.size(), end);
  size_t head_bytes = static_cast<size_t>(end - head);
  out.append(reinterpret_cast<const char*>(head), head_bytes);
  out.append(rest);
  bytes_ += head_bytes + rest.size();
  previous_.resize(shared);
  previous_.append(rest);
  ++size_;
}

uint32_t StringTableWriter::SharedWithLast(std::string_view text) const {
  return CommonPrefix(previous_, text);
}

std::string StringTableWriter::FinishBlocks() {
  uint32_t offset = static_cast<uint32_t>(bytes_);
  blocks_.append(reinterpret_cast<const char*>(&offset), sizeof(offset));
  return std::move(blocks_);
}

}  // namespace astrolabe
