// The pool's hash table, and sorting of its strings by eight-byte digits.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/name_pool.h"

#include <algorithm>
#include <cassert>
#include <span>

#include "index/word_split.h"

namespace astrolabe {
namespace {

constexpr unsigned kInitialBits = 12;
constexpr size_t kReadablePadding = 8;

// Runs this short are compared as whole strings instead of being partitioned further.
constexpr size_t kSmallRun = 12;
// How many entries to fetch ahead: they lie in order of arrival, not of sorting.
constexpr size_t kPrefetchAhead = 8;

// The eight folded bytes at `depth` as a number that orders like them; zeros beyond the end.
uint64_t KeyAt(std::string_view text, size_t depth) {
  if (text.size() <= depth) return 0;
  uint64_t bytes;
  std::memcpy(&bytes, text.data() + depth, 8);  // the pool promises readable padding
  uint64_t key = __builtin_bswap64(FoldEightBytes(bytes));
  size_t left = text.size() - depth;
  return left >= 8 ? key : key & ~(~uint64_t{0} >> (8 * left));
}

}  // namespace

struct NameSorter {
  struct Item {
    uint64_t key;
    const char* entry;

    std::string_view text() const { return NamePool::TextAt(entry); }
  };

  // Sorts strings that agree, folded, in their first `depth` bytes. Names of hardware registers agree
  // in 30 bytes and more, where comparing whole strings would start over each time.
  static void SortFrom(std::span<Item> items, size_t depth) {
    for (; items.size() > kSmallRun; depth += 8) {
      bool any_left = false;
      bool all_equal = true;
      for (size_t i = 0; i < items.size(); ++i) {
        if (i + kPrefetchAhead < items.size()) {
          __builtin_prefetch(items[i + kPrefetchAhead].entry + depth);
        }
        std::string_view text = items[i].text();
        items[i].key = KeyAt(text, depth);
        any_left = any_left || text.size() > depth;
        all_equal = all_equal && items[i].key == items.front().key;
      }
      if (!any_left) break;
      if (all_equal) continue;
      std::sort(items.begin(), items.end(),
                [](const Item& a, const Item& b) { return a.key < b.key; });
      for (size_t begin = 0; begin < items.size();) {
        size_t end = begin + 1;
        while (end < items.size() && items[end].key == items[begin].key) ++end;
        if (end - begin > 1) SortFrom(items.subspan(begin, end - begin), depth + 8);
        begin = end;
      }
      return;
    }
    std::sort(items.begin(), items.end(), [depth](const Item& a, const Item& b) {
      std::string_view x = a.text(), y = b.text();
      size_t from = std::min({depth, x.size(), y.size()});
      int compared = CompareOnlyFolded(x.substr(from), y.substr(from));
      return compared != 0 ? compared < 0 : x < y;
    });
  }
};

NamePool::NamePool() : slots_(size_t{1} << kInitialBits), shift_(64 - kInitialBits) {}

uint32_t NamePool::Store(uint32_t id, std::string_view text) {
  size_t bytes = kEntryHeader + text.size();
  if (chunk_at_ + bytes > kChunkBytes) {
    if (used_chunks_ == chunks_.size()) {
      chunks_.push_back(std::make_unique<char[]>(kChunkBytes + kReadablePadding));
    }
    ++used_chunks_;
    chunk_at_ = 0;
  }
  char* at = chunks_[used_chunks_ - 1].get() + chunk_at_;
  uint16_t length = static_cast<uint16_t>(text.size());
  std::memcpy(at, &id, sizeof(id));
  std::memcpy(at + sizeof(id), &length, sizeof(length));
  std::memcpy(at + kEntryHeader, text.data(), text.size());
  uint32_t place = static_cast<uint32_t>((used_chunks_ - 1) << kChunkBits | chunk_at_);
  chunk_at_ += bytes;
  return place;
}

uint32_t NamePool::Intern(std::string_view text, uint64_t hash) {
  constexpr uint64_t kHigh = 0xFFFFFFFF00000000u;
  size_t mask = slots_.size() - 1;
  size_t i = hash >> shift_;
  for (; slots_[i] != 0; i = (i + 1) & mask) {
    if ((slots_[i] & kHigh) != (hash & kHigh)) continue;
    const char* entry = At(static_cast<uint32_t>(slots_[i]) - 1);
    if (TextAt(entry) == text) return IdAt(entry);
  }
  uint32_t id = size();
  uint32_t place = Store(id, text);
  slots_[i] = (hash & kHigh) | (place + 1);
  entries_.push_back(place);
  if (entries_.size() * 2 > slots_.size()) Grow();
  return id;
}

void NamePool::Grow() {
  std::vector<uint64_t> old(slots_.size() * 2);
  old.swap(slots_);
  --shift_;
  size_t mask = slots_.size() - 1;
  for (uint64_t slot : old) {
    if (slot == 0) continue;
    size_t i = slot >> shift_;
    while (slots_[i] != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

void NamePool::Clear() {
  std::fill(slots_.begin(), slots_.end(), 0);
  entries_.clear();
  used_chunks_ = 0;
  chunk_at_ = kChunkBytes;
}

std::vector<uint32_t> SortFolded(const NamePool& pool) {
  std::vector<NameSorter::Item> items(pool.size());
  for (uint32_t id = 0; id < items.size(); ++id) items[id] = {0, pool.At(pool.entries_[id])};
  NameSorter::SortFrom(items, 0);
  std::vector<uint32_t> order(items.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = NamePool::IdAt(items[i].entry);
  return order;
}

std::vector<uint32_t> SortBytes(const NamePool& pool) {
  std::vector<uint32_t> order(pool.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return pool.Text(a) < pool.Text(b); });
  return order;
}

}  // namespace astrolabe
