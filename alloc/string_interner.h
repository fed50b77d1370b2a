// Strings to dense ids and back: every distinct name of a workspace once, however often it occurs.
//
// An index build interns millions of distinct names within a memory budget, from all its threads, and
// most lookups find what is there already. Hence:
//  - A lookup that finds its string takes no lock. It may run into a table being outgrown and then
//    miss; a hit is always right, since texts are compared and ids never change. So a miss, and only a
//    miss, is decided under the shard's lock.
//  - Beside its text a string costs one byte of length (two from 128 bytes on), four for the place of
//    its text and six to nine for its slot (alloc/tag_bucket.h), as tables hold 60 to 90 % of their
//    slots. alloc/README.md has the measured sum.
//  - An outgrown table's memory returns to the kernel although readers may still be in it: see
//    alloc/zeroed_pages.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "alloc/hash.h"
#include "alloc/memory_account.h"
#include "alloc/tag_bucket.h"
#include "alloc/zeroed_pages.h"

namespace astrolabe {

struct StringInternerOptions {
  // A power of two up to 64. Threads that insert into the same shard wait for each other; each shard
  // has 128 bytes and its own rounding-up, so one is
  // best for few strings in one thread.
  size_t shards = 16;
  // Charged with what the interner holds; must outlive it. May be null.
  MemoryAccount* account = nullptr;
};

// All members from any number of threads at once, except Freeze, which nobody may intern beside.
// Ids count from 0 in the order in which strings were first seen, without gaps, over all shards. Views
// that it returns live as long as the interner. Strings are bytes: zeros and invalid UTF-8 are fine.
class StringInterner {
 public:
  // What Intern returns when the interner is full: 4 GiB of text, each string's length included.
  static constexpr uint32_t kFull = UINT32_MAX;

  explicit StringInterner(StringInternerOptions options = {});
  ~StringInterner();
  StringInterner(const StringInterner&) = delete;
  StringInterner& operator=(const StringInterner&) = delete;

  static uint64_t Hash(std::string_view text) { return HashString(text); }

  // The id of `text`, a new one if it was not seen before. `hash` must be Hash(text).
  uint32_t Intern(std::string_view text) { return Intern(text, Hash(text)); }
  uint32_t Intern(std::string_view text, uint64_t hash);

  std::optional<uint32_t> Find(std::string_view text) const { return Find(text, Hash(text)); }
  std::optional<uint32_t> Find(std::string_view text, uint64_t hash) const;

  // `id` must have been returned by Intern or Find.
  std::string_view Get(uint32_t id) const { return TextAt(RefOf(id).load(kRelaxed)); }

  // Ids given out so far; beside a running Intern, its id may be counted before its string is there.
  uint32_t size() const { return next_id_.load(std::memory_order_acquire); }
  // Memory in use for all of it, and the strings' own part of that (without lengths). Bytes.
  size_t bytes() const { return bytes_.load(kRelaxed); }
  size_t text_bytes() const { return text_bytes_.load(kRelaxed); }

  // All strings as FrozenStrings (alloc/frozen_strings.h) reads them, with the same ids.
  std::string Freeze() const;

 private:
  static constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
  static constexpr uint32_t kAbsent = UINT32_MAX;
  // Text lies in segments so that 32 bits name its place; a longer string spans several, which then
  // lie one behind the other in memory.
  static constexpr size_t kSegmentBits = 20;
  static constexpr size_t kSegmentBytes = size_t{1} << kSegmentBits;
  static constexpr size_t kSegments = size_t{1} << (32 - kSegmentBits);
  // Chunk k of the refs holds kFirstRefs << k of them, so that few pointers reach all and none moves.
  static constexpr size_t kFirstRefs = 1024;
  static constexpr size_t kRefChunks = 23;

  // See alloc/tag_bucket.h. An id is stored as id + 1, so that a slot whose memory was discarded
  // between a reader's look at tag and id is told from id 0.
  struct alignas(tag_bucket::kBytes) Bucket {
    std::atomic<uint64_t> word0{0};
    std::atomic<uint64_t> word1{0};
    std::array<std::atomic<uint32_t>, tag_bucket::kSlots> id_plus_one{};
  };
  static_assert(sizeof(Bucket) == tag_bucket::kBytes);

  // Small tables lie in `small`, large ones in `pages`.
  struct Table {
    Bucket* buckets = nullptr;
    uint32_t num_buckets = 0;
    std::unique_ptr<Bucket[]> small;
    ZeroedPages pages;
  };

  struct alignas(64) Shard {
    std::atomic<const Table*> table{nullptr};
    absl::Mutex mutex;
    uint32_t count ABSL_GUARDED_BY(mutex) = 0;
    uint32_t capacity ABSL_GUARDED_BY(mutex) = 0;
    // The part of a segment that this shard appends to: [place, end) are free.
    uint64_t text_place ABSL_GUARDED_BY(mutex) = 0;
    uint64_t text_end ABSL_GUARDED_BY(mutex) = 0;
    uint64_t text_taken ABSL_GUARDED_BY(mutex) = 0;
    // All tables of this shard; readers may be in any of them until the interner goes.
    std::vector<std::unique_ptr<Table>> tables ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(uint64_t hash) const { return shards_[(hash >> 58) & shard_mask_]; }
  std::atomic<uint32_t>& RefOf(uint32_t id) const;
  std::string_view TextAt(uint32_t place) const;
  uint32_t Probe(const Table* table, std::string_view text, uint64_t hash) const;
  uint32_t Insert(Shard& shard, std::string_view text, uint64_t hash);
  std::optional<uint32_t> AppendText(Shard& shard, std::string_view text)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  void Grow(Shard& shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  static void Place(const Table& table, uint64_t hash, uint32_t id);
  // Takes `bytes` of place that lie together.
  std::optional<uint64_t> ReserveText(size_t bytes) ABSL_LOCKS_EXCLUDED(grow_mutex_);
  void AddRefChunk(size_t chunk) ABSL_LOCKS_EXCLUDED(grow_mutex_);
  void Charge(size_t bytes);
  void Refund(size_t bytes);

  const size_t shard_mask_;
  MemoryAccount* const account_;
  const std::unique_ptr<Shard[]> shards_;
  std::array<std::atomic<std::atomic<uint32_t>*>, kRefChunks> ref_chunks_{};
  const ZeroedPages segment_table_;  // kSegments of std::atomic<char*>

  absl::Mutex grow_mutex_;
  std::vector<ZeroedPages> pages_ ABSL_GUARDED_BY(grow_mutex_);  // of segments and ref chunks
  uint64_t text_place_ ABSL_GUARDED_BY(grow_mutex_) = 0;
  uint64_t text_end_ ABSL_GUARDED_BY(grow_mutex_) = 0;

  // Written by every insertion, so away from what lookups read.
  alignas(64) std::atomic<uint32_t> next_id_{0};
  std::atomic<size_t> bytes_{0};
  std::atomic<size_t> text_bytes_{0};
};

inline std::atomic<uint32_t>& StringInterner::RefOf(uint32_t id) const {
  const uint64_t n = uint64_t{id} + kFirstRefs;
  const int chunk = std::bit_width(n) - std::bit_width(kFirstRefs);
  return ref_chunks_[static_cast<size_t>(chunk)].load(kRelaxed)[n - (kFirstRefs << chunk)];
}

inline std::string_view StringInterner::TextAt(uint32_t place) const {
  const auto* segments = reinterpret_cast<const std::atomic<char*>*>(segment_table_.data());
  const char* p = segments[place >> kSegmentBits].load(kRelaxed) + (place & (kSegmentBytes - 1));
  // Length, seven bits a byte, lowest first; the top bit says that more follow.
  uint64_t length = static_cast<unsigned char>(*p++);
  if (length >= 0x80) [[unlikely]] {
    length &= 0x7f;
    for (int shift = 7;; shift += 7) {
      const auto byte = static_cast<unsigned char>(*p++);
      length |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
  }
  return {p, length};
}

}  // namespace astrolabe
