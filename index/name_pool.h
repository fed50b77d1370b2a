// The distinct strings of a segment being built, with dense ids in order of first appearance.
//
// alloc's StringInterner is shared by threads and lives as long as the process; this one belongs to
// one builder, is emptied with each segment, and is asked 7 million times for Linux, so it takes
// the hash from the caller, who prefetches a page of symbols ahead: the table does not fit the
// cache, and the misses then overlap.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace astrolabe {

// One thread at a time.
class NamePool {
 public:
  NamePool();

  // The id of `text`, at most kMaxStringBytes long, whose hash (HashString, or any good one of the
  // caller's) is `hash`.
  uint32_t Intern(std::string_view text, uint64_t hash);
  void Prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash >> shift_]); }

  // Followed by at least eight readable bytes. Valid until Clear.
  std::string_view Text(uint32_t id) const { return TextAt(At(entries_[id])); }
  void PrefetchText(uint32_t id) const { __builtin_prefetch(At(entries_[id])); }

  uint32_t size() const { return static_cast<uint32_t>(entries_.size()); }
  size_t memory_bytes() const {
    return used_chunks_ * kChunkBytes + entries_.size() * sizeof(uint32_t) +
           slots_.size() * sizeof(uint64_t);
  }
  // Forgets all strings; keeps the memory.
  void Clear();

 private:
  static constexpr size_t kChunkBits = 18;
  static constexpr size_t kChunkBytes = size_t{1} << kChunkBits;

  friend std::vector<uint32_t> SortFolded(const NamePool& pool);
  friend struct NameSorter;

  // An entry is u32 id, u16 length, text: whoever has found one needs no other memory.
  static constexpr size_t kEntryHeader = sizeof(uint32_t) + sizeof(uint16_t);
  static std::string_view TextAt(const char* entry) {
    uint16_t length;
    std::memcpy(&length, entry + sizeof(uint32_t), sizeof(length));
    return {entry + kEntryHeader, length};
  }
  static uint32_t IdAt(const char* entry) {
    uint32_t id;
    std::memcpy(&id, entry, sizeof(id));
    return id;
  }
  const char* At(uint32_t place) const {
    return chunks_[place >> kChunkBits].get() + (place & (kChunkBytes - 1));
  }
  uint32_t Store(uint32_t id, std::string_view text);
  void Grow();

  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t used_chunks_ = 0;
  size_t chunk_at_ = kChunkBytes;  // first free byte of the last used chunk
  std::vector<uint32_t> entries_;  // by id: chunk number and offset of the entry
  // High half of the hash, then chunk number and offset + 1; zero if free. Placed by the top bits of the hash.
  std::vector<uint64_t> slots_;
  unsigned shift_;
};

// The ids of all strings in CompareFolded order.
std::vector<uint32_t> SortFolded(const NamePool& pool);
// In bytewise order.
std::vector<uint32_t> SortBytes(const NamePool& pool);

}  // namespace astrolabe
