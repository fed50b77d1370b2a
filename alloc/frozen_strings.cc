// Writing and reading frozen strings.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/frozen_strings.h"

#include <xxhash.h>

#include <bit>
#include <cstring>
#include <limits>

#include "alloc/tag_bucket.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

static_assert(std::endian::native == std::endian::little, "the form is little endian");

constexpr std::string_view kMagic = "ASTROSTR";
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderBytes = 64;
constexpr size_t kChecksumAt = 32;
constexpr size_t kPaddingAt = 40;
// A frozen table never grows, and 85 % keeps most strings in the bucket that is theirs.
constexpr uint64_t kLoadPercent = 85;

template <typename T>
T Load(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

template <typename T>
void Store(char* p, T value) {
  std::memcpy(p, &value, sizeof value);
}

uint64_t ChecksumOf(std::string_view bytes) {
  return XXH3_64bits_withSeed(bytes.data() + kHeaderBytes, bytes.size() - kHeaderBytes,
                              XXH3_64bits(bytes.data(), kChecksumAt));
}

void Place(char* buckets, uint32_t num_buckets, uint64_t hash, uint32_t id) {
  uint32_t at = tag_bucket::BucketOf(hash, num_buckets);
  for (;;) {
    char* bucket = buckets + size_t{at} * tag_bucket::kBytes;
    const uint64_t word0 = Load<uint64_t>(bucket);
    const uint64_t word1 = Load<uint64_t>(bucket + 8);
    const uint32_t empty = tag_bucket::Match(word0, word1, 0);
    if (empty != 0) {
      const auto slot = static_cast<size_t>(std::countr_zero(empty));
      bucket[slot] = static_cast<char>(tag_bucket::TagOf(hash));
      Store<uint32_t>(bucket + 16 + slot * 4, id + 1);
      return;
    }
    Store<uint64_t>(bucket + 8, word1 | tag_bucket::kOverflow);
    if (++at == num_buckets) at = 0;
  }
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(StrCat("frozen strings: ", what, "; rebuild what contains them"));
}

}  // namespace

absl::StatusOr<std::string> FreezeStrings(uint32_t count,
                                          const std::function<std::string_view(uint32_t)>& get) {
  uint64_t text_bytes = 0;
  for (uint32_t id = 0; id < count; ++id) text_bytes += get(id).size();
  constexpr uint32_t kMax = std::numeric_limits<uint32_t>::max();
  if (text_bytes > kMax || count == kMax) {
    return absl::ResourceExhaustedError(StrCat("freezing ", count, " strings of ", text_bytes,
                                               " bytes: the form holds fewer than 2^32 of each; "
                                               "split them"));
  }
  constexpr uint64_t kPerBucket = tag_bucket::kSlots * kLoadPercent;
  const auto num_buckets = static_cast<uint32_t>(uint64_t{count} * 100 / kPerBucket + 1);
  const size_t offsets_at = kHeaderBytes + size_t{num_buckets} * tag_bucket::kBytes;
  const size_t text_at = offsets_at + (size_t{count} + 1) * 4;

  std::string bytes(text_at + text_bytes, '\0');
  char* data = bytes.data();
  std::memcpy(data, kMagic.data(), kMagic.size());
  Store<uint32_t>(data + 8, kVersion);
  Store<uint32_t>(data + 12, count);
  Store<uint64_t>(data + 16, text_bytes);
  Store<uint32_t>(data + 24, num_buckets);
  uint32_t offset = 0;
  for (uint32_t id = 0; id < count; ++id) {
    const std::string_view text = get(id);
    Store<uint32_t>(data + offsets_at + size_t{id} * 4, offset);
    if (!text.empty()) std::memcpy(data + text_at + offset, text.data(), text.size());
    offset += static_cast<uint32_t>(text.size());
    Place(data + kHeaderBytes, num_buckets, HashString(text), id);
  }
  Store<uint32_t>(data + offsets_at + size_t{count} * 4, offset);
  Store<uint64_t>(data + kChecksumAt, ChecksumOf(bytes));
  return bytes;
}

absl::StatusOr<FrozenStrings> FrozenStrings::FromBytes(std::string_view bytes, FrozenCheck check) {
  if (bytes.size() < kHeaderBytes) {
    return Damaged(StrCat(bytes.size(), " bytes are less than the header's ", kHeaderBytes));
  }
  const char* data = bytes.data();
  if (bytes.substr(0, kMagic.size()) != kMagic) return Damaged("they don't begin with ASTROSTR");
  const uint32_t version = Load<uint32_t>(data + 8);
  if (version != kVersion) {
    return absl::FailedPreconditionError(StrCat("frozen strings of version ", version,
                                                ", but this program reads version ", kVersion,
                                                "; rebuild what contains them"));
  }
  const uint32_t count = Load<uint32_t>(data + 12);
  const uint64_t text_bytes = Load<uint64_t>(data + 16);
  const uint32_t num_buckets = Load<uint32_t>(data + 24);
  if (num_buckets == 0 || Load<uint32_t>(data + 28) != 0 ||
      text_bytes > std::numeric_limits<uint32_t>::max() ||
      bytes.substr(kPaddingAt, kHeaderBytes - kPaddingAt).find_first_not_of('\0') !=
          std::string_view::npos) {
    return Damaged("the header is not one that was written");
  }
  // No overflow: each term is below 2^39.
  const uint64_t offsets_at = kHeaderBytes + uint64_t{num_buckets} * tag_bucket::kBytes;
  const uint64_t text_at = offsets_at + (uint64_t{count} + 1) * 4;
  if (bytes.size() != text_at + text_bytes) {
    return Damaged(StrCat(bytes.size(), " bytes, but the header says ", text_at + text_bytes));
  }
  if (check == FrozenCheck::kChecksum && Load<uint64_t>(data + kChecksumAt) != ChecksumOf(bytes)) {
    return Damaged("the checksum is wrong");
  }
  FrozenStrings strings;
  strings.count_ = count;
  strings.num_buckets_ = num_buckets;
  strings.text_bytes_ = static_cast<uint32_t>(text_bytes);
  strings.buckets_ = data + kHeaderBytes;
  strings.offsets_ = data + offsets_at;
  strings.text_ = data + text_at;
  return strings;
}

std::string_view FrozenStrings::Get(uint32_t id) const {
  if (id >= count_) return {};
  const uint32_t begin = Load<uint32_t>(offsets_ + size_t{id} * 4);
  const uint32_t end = Load<uint32_t>(offsets_ + (size_t{id} + 1) * 4);
  if (begin > end || end > text_bytes_) return {};
  return {text_ + begin, end - begin};
}

std::optional<uint32_t> FrozenStrings::Find(std::string_view text, uint64_t hash) const {
  if (num_buckets_ == 0) return std::nullopt;
  const uint8_t tag = tag_bucket::TagOf(hash);
  uint32_t at = tag_bucket::BucketOf(hash, num_buckets_);
  for (uint32_t looked = 0; looked < num_buckets_; ++looked) {
    const char* bucket = buckets_ + size_t{at} * tag_bucket::kBytes;
    const uint64_t word1 = Load<uint64_t>(bucket + 8);
    for (uint32_t slots = tag_bucket::Match(Load<uint64_t>(bucket), word1, tag); slots != 0;
         slots &= slots - 1) {
      const auto slot = static_cast<size_t>(std::countr_zero(slots));
      const uint32_t id_plus_one = Load<uint32_t>(bucket + 16 + slot * 4);
      // Below count_ before it is compared: of a damaged id Get would answer "", which may be `text`.
      if (id_plus_one - 1 < count_ && Get(id_plus_one - 1) == text) return id_plus_one - 1;
    }
    if ((word1 & tag_bucket::kOverflow) == 0) break;
    if (++at == num_buckets_) at = 0;
  }
  return std::nullopt;
}

}  // namespace astrolabe
