// Frozen strings answer as the interner does, and survive any bytes in their place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/frozen_strings.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "alloc/string_interner.h"
#include "gtest/gtest.h"

namespace astrolabe {
namespace {

std::string NameOf(size_t i) { return "frozen_" + std::to_string(i * 7919); }

StringInterner& Fill(StringInterner& interner, size_t n) {
  interner.Intern("");
  for (size_t i = 1; i < n; ++i) interner.Intern(NameOf(i));
  return interner;
}

// Exactly as many bytes as there are, on the heap, so that the sanitizer sees a read past them.
class Exact {
 public:
  explicit Exact(std::string_view bytes) : size_(bytes.size()), data_(new char[bytes.size()]) {
    if (size_ > 0) std::memcpy(data_.get(), bytes.data(), size_);
  }
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  size_t size_;
  std::unique_ptr<char[]> data_;
};

// Asks everything; the answers may be anything, but must lie inside `bytes`.
void AskEverything(const FrozenStrings& strings, std::string_view bytes) {
  const auto inside = [&](std::string_view text) {
    return text.empty() || (text.data() >= bytes.data() &&
                            text.data() + text.size() <= bytes.data() + bytes.size());
  };
  size_t sum = 0;
  for (uint32_t id = 0; id < std::min(strings.size(), 100u); ++id) {
    const std::string_view text = strings.Get(id);
    ASSERT_TRUE(inside(text));
    for (char c : text) sum += static_cast<unsigned char>(c);
  }
  ASSERT_TRUE(strings.Get(strings.size()).empty());
  ASSERT_TRUE(strings.Get(UINT32_MAX).empty());
  for (size_t i = 0; i < 40; ++i) {
    const std::string name = i == 0 ? "" : NameOf(i);
    const std::optional<uint32_t> id = strings.Find(name);
    if (id.has_value()) ASSERT_EQ(strings.Get(*id), name);
  }
  // Reading every byte is what the sanitizer judges.
  static volatile size_t sink = 0;
  sink = sum;
  (void)sink;
}

TEST(FrozenStrings, AnswersAsTheInternerDoes) {
  for (size_t n : {0u, 1u, 2u, 11u, 12u, 13u, 1000u, 50000u}) {
    StringInterner interner;
    if (n > 0) Fill(interner, n);
    const std::string bytes = interner.Freeze();
    const absl::StatusOr<FrozenStrings> frozen = FrozenStrings::FromBytes(bytes);
    ASSERT_TRUE(frozen.ok()) << frozen.status();
    ASSERT_EQ(frozen->size(), n);
    for (uint32_t id = 0; id < n; ++id) {
      ASSERT_EQ(frozen->Get(id), interner.Get(id));
      ASSERT_EQ(frozen->Find(interner.Get(id)), id);
    }
    for (size_t i = 0; i < 1000; ++i) ASSERT_EQ(frozen->Find(NameOf(n + i) + "x"), std::nullopt);
    EXPECT_LE(static_cast<double>(bytes.size() - interner.text_bytes()),
              64 + 64 + 4 + static_cast<double>(n) * 10.4);
  }
}

TEST(FrozenStrings, DefaultHasNoStrings) {
  const FrozenStrings strings;
  EXPECT_EQ(strings.size(), 0u);
  EXPECT_EQ(strings.Find(""), std::nullopt);
  EXPECT_EQ(strings.Get(0), "");
}

TEST(FrozenStrings, WorksAtAnyAlignment) {
  StringInterner interner;
  const std::string bytes = Fill(interner, 100).Freeze();
  for (size_t shift = 0; shift < 8; ++shift) {
    const std::string shifted = std::string(shift, 'x') + bytes;
    const auto frozen = FrozenStrings::FromBytes(std::string_view(shifted).substr(shift));
    ASSERT_TRUE(frozen.ok()) << frozen.status();
    for (uint32_t id = 0; id < 100; ++id) ASSERT_EQ(frozen->Find(interner.Get(id)), id);
  }
}

TEST(FrozenStrings, IsTheSameBytesEveryTime) {
  StringInterner one({.shards = 1});
  StringInterner many({.shards = 64});
  EXPECT_EQ(Fill(one, 500).Freeze(), Fill(many, 500).Freeze());
}

TEST(FrozenStrings, TruncationAtEveryByteIsRefused) {
  StringInterner interner;
  const std::string bytes = Fill(interner, 60).Freeze();
  for (size_t n = 0; n < bytes.size(); ++n) {
    const Exact cut(std::string_view(bytes).substr(0, n));
    for (FrozenCheck check : {FrozenCheck::kHeaderOnly, FrozenCheck::kChecksum}) {
      const auto frozen = FrozenStrings::FromBytes(cut.view(), check);
      ASSERT_EQ(frozen.status().code(), absl::StatusCode::kDataLoss) << n;
    }
  }
  EXPECT_FALSE(FrozenStrings::FromBytes(bytes + "x", FrozenCheck::kHeaderOnly).ok());
}

TEST(FrozenStrings, EveryFlippedBitIsDetectedAndHarmless) {
  StringInterner interner;
  const std::string bytes = Fill(interner, 40).Freeze();
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << (bit % 8));
    const Exact exact(flipped);
    ASSERT_FALSE(FrozenStrings::FromBytes(exact.view()).ok()) << "bit " << bit;
    const auto unchecked = FrozenStrings::FromBytes(exact.view(), FrozenCheck::kHeaderOnly);
    if (unchecked.ok()) ASSERT_NO_FATAL_FAILURE(AskEverything(*unchecked, exact.view())) << bit;
  }
}

TEST(FrozenStrings, RandomBytesBehindAGoodHeaderAreHarmless) {
  StringInterner interner;
  const std::string bytes = Fill(interner, 40).Freeze();
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string garbage = bytes;
    const size_t changes = round % 2 == 0 ? garbage.size() : 20;
    for (size_t i = 0; i < changes; ++i) {
      const size_t at = 64 + random() % (garbage.size() - 64);
      garbage[at] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
    }
    const Exact exact(garbage);
    const auto frozen = FrozenStrings::FromBytes(exact.view(), FrozenCheck::kHeaderOnly);
    ASSERT_TRUE(frozen.ok()) << frozen.status();
    ASSERT_NO_FATAL_FAILURE(AskEverything(*frozen, exact.view()));
  }
}

TEST(FrozenStrings, HugeCountsInTheHeaderAreRefused) {
  StringInterner interner;
  const std::string bytes = Fill(interner, 10).Freeze();
  for (size_t field : {12u, 16u, 20u, 24u}) {
    for (unsigned char value : {0x00, 0x7f, 0xff}) {
      std::string changed = bytes;
      for (size_t i = 0; i < 4; ++i) changed[field + i] = static_cast<char>(value);
      if (changed == bytes) continue;
      const auto frozen = FrozenStrings::FromBytes(changed, FrozenCheck::kHeaderOnly);
      EXPECT_EQ(frozen.status().code(), absl::StatusCode::kDataLoss) << field;
    }
  }
}

TEST(FrozenStrings, NamesAnotherVersion) {
  StringInterner interner;
  std::string bytes = Fill(interner, 3).Freeze();
  bytes[8] = 2;
  const absl::Status status = FrozenStrings::FromBytes(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("version 2"), absl::string_view::npos) << status;
}

}  // namespace
}  // namespace astrolabe
