// The interner's tables and text.
//
// Order of publication, on which lookups without a lock rest: a string's text, then its ref, then its
// id in the slot (all relaxed), then its tag (release). A lookup reads them the other way round,
// starting with an acquiring load of the tags. A new table is filled before its pointer is released,
// and only then is the old one discarded.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/string_interner.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "alloc/frozen_strings.h"

namespace astrolabe {
namespace {

constexpr std::memory_order kAcquire = std::memory_order_acquire;
constexpr std::memory_order kRelease = std::memory_order_release;

// Tables double below this size and are kept when outgrown: all outgrown ones of a shard together are
// then smaller than this. Larger ones grow by half and are discarded.
constexpr size_t kLargeTableBytes = size_t{4} << 10;
constexpr size_t kMaxLoadPercent = 90;

// A shard takes text space in runs, so that shards don't wait for each other at every string. A run is
// an eighth of what the shard holds already, within these bounds: that is what may lie unused.
constexpr uint64_t kMinRun = 512;
constexpr uint64_t kMaxRun = uint64_t{16} << 10;

uint32_t CapacityOf(uint32_t num_buckets) {
  return static_cast<uint32_t>(uint64_t{num_buckets} * tag_bucket::kSlots * kMaxLoadPercent / 100);
}

}  // namespace

StringInterner::StringInterner(StringInternerOptions options)
    : shard_mask_(options.shards - 1),
      account_(options.account),
      shards_(std::make_unique<Shard[]>(options.shards)),
      segment_table_(kSegments * sizeof(std::atomic<char*>)) {
  assert(options.shards >= 1 && options.shards <= 64 && std::has_single_bit(options.shards));
  Charge(sizeof(*this) + options.shards * sizeof(Shard));
}

StringInterner::~StringInterner() {
  if (account_ != nullptr) account_->Subtract(bytes());
}

void StringInterner::Charge(size_t bytes) {
  bytes_.fetch_add(bytes, kRelaxed);
  if (account_ != nullptr) account_->Add(bytes);
}

void StringInterner::Refund(size_t bytes) {
  bytes_.fetch_sub(bytes, kRelaxed);
  if (account_ != nullptr) account_->Subtract(bytes);
}

uint32_t StringInterner::Probe(const Table* table, std::string_view text, uint64_t hash) const {
  if (table == nullptr) return kAbsent;
  const uint8_t tag = tag_bucket::TagOf(hash);
  uint32_t at = tag_bucket::BucketOf(hash, table->num_buckets);
  for (uint32_t looked = 0; looked < table->num_buckets; ++looked) {
    const Bucket& bucket = table->buckets[at];
    const uint64_t word0 = bucket.word0.load(kAcquire);
    const uint64_t word1 = bucket.word1.load(kAcquire);
    for (uint32_t slots = tag_bucket::Match(word0, word1, tag); slots != 0; slots &= slots - 1) {
      const auto slot = static_cast<size_t>(std::countr_zero(slots));
      const uint32_t id_plus_one = bucket.id_plus_one[slot].load(kRelaxed);
      if (id_plus_one != 0 && Get(id_plus_one - 1) == text) return id_plus_one - 1;
    }
    if ((word1 & tag_bucket::kOverflow) == 0) return kAbsent;
    if (++at == table->num_buckets) at = 0;
  }
  return kAbsent;
}

uint32_t StringInterner::Intern(std::string_view text, uint64_t hash) {
  Shard& shard = ShardOf(hash);
  const uint32_t id = Probe(shard.table.load(kAcquire), text, hash);
  return id != kAbsent ? id : Insert(shard, text, hash);
}

std::optional<uint32_t> StringInterner::Find(std::string_view text, uint64_t hash) const {
  const Shard& shard = ShardOf(hash);
  const Table* table = shard.table.load(kAcquire);
  for (;;) {
    const uint32_t id = Probe(table, text, hash);
    if (id != kAbsent) return id;
    // Absent for certain only if the table was not outgrown, and perhaps discarded, on the way.
    const Table* now = shard.table.load(kAcquire);
    if (now == table) return std::nullopt;
    table = now;
  }
}

uint32_t StringInterner::Insert(Shard& shard, std::string_view text, uint64_t hash) {
  absl::MutexLock lock(&shard.mutex);
  const uint32_t known = Probe(shard.table.load(kRelaxed), text, hash);
  if (known != kAbsent) return known;
  // All that may fail comes before an id is taken: there are no gaps.
  const std::optional<uint32_t> place = AppendText(shard, text);
  if (!place.has_value()) return kFull;
  if (shard.count == shard.capacity) Grow(shard);

  const uint32_t id = next_id_.fetch_add(1, std::memory_order_acq_rel);
  const size_t chunk =
      static_cast<size_t>(std::bit_width(uint64_t{id} + kFirstRefs) - std::bit_width(kFirstRefs));
  if (ref_chunks_[chunk].load(kAcquire) == nullptr) AddRefChunk(chunk);
  // Chunks are larger than what is used of them; their pages are charged as ids reach them.
  if (id % kFirstRefs == 0) Charge(kFirstRefs * sizeof(uint32_t));
  RefOf(id).store(*place, kRelaxed);
  Place(*shard.table.load(kRelaxed), hash, id);
  ++shard.count;
  text_bytes_.fetch_add(text.size(), kRelaxed);
  return id;
}

void StringInterner::Place(const Table& table, uint64_t hash, uint32_t id) {
  uint32_t at = tag_bucket::BucketOf(hash, table.num_buckets);
  for (;;) {
    Bucket& bucket = table.buckets[at];
    const uint64_t word0 = bucket.word0.load(kRelaxed);
    const uint64_t word1 = bucket.word1.load(kRelaxed);
    const uint32_t empty = tag_bucket::Match(word0, word1, 0);
    if (empty != 0) {
      const auto slot = static_cast<size_t>(std::countr_zero(empty));
      const uint64_t tag = uint64_t{tag_bucket::TagOf(hash)} << (slot % 8 * 8);
      bucket.id_plus_one[slot].store(id + 1, kRelaxed);
      if (slot < 8) {
        bucket.word0.store(word0 | tag, kRelease);
      } else {
        bucket.word1.store(word1 | tag, kRelease);
      }
      return;
    }
    bucket.word1.store(word1 | tag_bucket::kOverflow, kRelease);
    if (++at == table.num_buckets) at = 0;
  }
}

void StringInterner::Grow(Shard& shard) {
  const Table* old = shard.table.load(kRelaxed);
  const size_t old_bytes = old == nullptr ? 0 : size_t{old->num_buckets} * sizeof(Bucket);
  uint32_t num_buckets = 1;
  if (old != nullptr) {
    num_buckets =
        old->num_buckets + (old_bytes < kLargeTableBytes ? old->num_buckets : old->num_buckets / 2);
  }
  const size_t bytes = size_t{num_buckets} * sizeof(Bucket);

  auto table = std::make_unique<Table>();
  table->num_buckets = num_buckets;
  if (bytes < kLargeTableBytes) {
    table->small = std::make_unique<Bucket[]>(num_buckets);
    table->buckets = table->small.get();
  } else {
    // All-zero bytes are what Bucket's constructor makes.
    table->pages = ZeroedPages(bytes);
    table->buckets = reinterpret_cast<Bucket*>(table->pages.data());
  }
  Charge(bytes);

  // The hash is not stored, so every text is read again: in batches, with the memory on its way before
  // it is needed. Texts of a shard lie in runs, which helps too.
  if (old != nullptr) {
    constexpr size_t kBatch = 8;  // buckets
    std::array<uint32_t, kBatch * tag_bucket::kSlots> ids;
    std::array<uint64_t, kBatch * tag_bucket::kSlots> hashes;
    for (uint32_t first = 0; first < old->num_buckets; first += kBatch) {
      size_t n = 0;
      const uint32_t end = std::min<uint32_t>(first + kBatch, old->num_buckets);
      for (uint32_t b = first; b < end; ++b) {
        for (const std::atomic<uint32_t>& slot : old->buckets[b].id_plus_one) {
          const uint32_t id_plus_one = slot.load(kRelaxed);
          if (id_plus_one == 0) continue;
          ids[n++] = id_plus_one - 1;
          __builtin_prefetch(&RefOf(id_plus_one - 1));
        }
      }
      const auto* segments = reinterpret_cast<const std::atomic<char*>*>(segment_table_.data());
      for (size_t i = 0; i < n; ++i) {
        const uint32_t place = RefOf(ids[i]).load(kRelaxed);
        __builtin_prefetch(segments[place >> kSegmentBits].load(kRelaxed) +
                           (place & (kSegmentBytes - 1)));
      }
      for (size_t i = 0; i < n; ++i) {
        hashes[i] = Hash(Get(ids[i]));
        __builtin_prefetch(&table->buckets[tag_bucket::BucketOf(hashes[i], num_buckets)], 1);
      }
      for (size_t i = 0; i < n; ++i) Place(*table, hashes[i], ids[i]);
    }
  }

  shard.tables.push_back(std::move(table));
  shard.table.store(shard.tables.back().get(), kRelease);
  shard.capacity = CapacityOf(num_buckets);
  if (old_bytes >= kLargeTableBytes) {
    shard.tables[shard.tables.size() - 2]->pages.Discard();
    Refund(old_bytes);
  }
}

std::optional<uint32_t> StringInterner::AppendText(Shard& shard, std::string_view text) {
  std::array<char, 10> length;
  size_t length_bytes = 0;
  size_t rest = text.size();
  for (; rest >= 0x80; rest >>= 7) length[length_bytes++] = static_cast<char>(rest | 0x80);
  length[length_bytes++] = static_cast<char>(rest);

  const uint64_t needed = length_bytes + text.size();
  uint64_t place;
  if (needed <= shard.text_end - shard.text_place) {
    place = shard.text_place;
    shard.text_place += needed;
  } else {
    const uint64_t run = std::clamp(shard.text_taken / 8, kMinRun, kMaxRun);
    // A string that would take much of a run gets its own place and leaves the run in use.
    const bool own_place = needed > run / 4;
    const std::optional<uint64_t> start = ReserveText(own_place ? needed : run);
    if (!start.has_value()) return std::nullopt;
    place = *start;
    shard.text_taken += own_place ? needed : run;
    if (!own_place) {
      shard.text_place = place + needed;
      shard.text_end = place + run;
    }
  }
  const auto* segments = reinterpret_cast<const std::atomic<char*>*>(segment_table_.data());
  char* p = segments[place >> kSegmentBits].load(kRelaxed) + (place & (kSegmentBytes - 1));
  std::memcpy(p, length.data(), length_bytes);
  if (!text.empty()) std::memcpy(p + length_bytes, text.data(), text.size());
  return static_cast<uint32_t>(place);
}

std::optional<uint64_t> StringInterner::ReserveText(size_t bytes) {
  absl::MutexLock lock(&grow_mutex_);
  if (bytes > text_end_ - text_place_) {
    const uint64_t first = text_end_ >> kSegmentBits;
    if (bytes > (kSegments - first) << kSegmentBits) return std::nullopt;
    const uint64_t count = (bytes + kSegmentBytes - 1) >> kSegmentBits;
    ZeroedPages& pages = pages_.emplace_back(count << kSegmentBits);
    auto* segments = reinterpret_cast<std::atomic<char*>*>(segment_table_.data());
    for (uint64_t i = 0; i < count; ++i) {
      segments[first + i].store(pages.data() + (i << kSegmentBits), kRelaxed);
    }
    text_place_ = first << kSegmentBits;
    text_end_ = (first + count) << kSegmentBits;
  }
  const uint64_t place = text_place_;
  text_place_ += bytes;
  Charge(bytes);
  return place;
}

void StringInterner::AddRefChunk(size_t chunk) {
  absl::MutexLock lock(&grow_mutex_);
  if (ref_chunks_[chunk].load(kRelaxed) != nullptr) return;
  ZeroedPages& pages = pages_.emplace_back((kFirstRefs << chunk) * sizeof(std::atomic<uint32_t>));
  ref_chunks_[chunk].store(reinterpret_cast<std::atomic<uint32_t>*>(pages.data()), kRelease);
}

std::string StringInterner::Freeze() const {
  // Can't be refused: less than 4 GiB of text fit in here.
  return *FreezeStrings(size(), [this](uint32_t id) { return Get(id); });
}

}  // namespace astrolabe
