// Interned strings get dense ids, once each, whoever asks and from however many threads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/string_interner.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "gtest/gtest.h"

namespace astrolabe {
namespace {

std::string NameOf(size_t i) { return "symbol_name_number_" + std::to_string(i); }

TEST(StringInterner, IdsCountFromZeroInFirstSeenOrder) {
  StringInterner interner;
  EXPECT_EQ(interner.size(), 0u);
  EXPECT_EQ(interner.Intern("inode"), 0u);
  EXPECT_EQ(interner.Intern("dentry"), 1u);
  EXPECT_EQ(interner.Intern("inode"), 0u);
  EXPECT_EQ(interner.Intern(""), 2u);
  EXPECT_EQ(interner.Intern("", StringInterner::Hash("")), 2u);
  EXPECT_EQ(interner.size(), 3u);
  EXPECT_EQ(interner.Get(1), "dentry");
  EXPECT_EQ(interner.Get(2), "");
}

TEST(StringInterner, FindsOnlyWhatWasInterned) {
  StringInterner interner;
  EXPECT_EQ(interner.Find("inode"), std::nullopt);
  interner.Intern("inode");
  EXPECT_EQ(interner.Find("inode"), 0u);
  EXPECT_EQ(interner.Find("inod"), std::nullopt);
  EXPECT_EQ(interner.Find("inode_"), std::nullopt);
}

// Any bytes and any length: across the length's encodings, runs, and segments of text.
TEST(StringInterner, KeepsStringsOfEveryLength) {
  for (size_t shards : {1u, 64u}) {
    StringInterner interner({.shards = shards});
    std::mt19937 random(1);
    std::vector<std::string> strings;
    for (size_t length = 0; length < 700; ++length) strings.emplace_back(length, '\0');
    for (size_t length : {16383u, 16384u, 1048575u, 1048576u, 2097152u, 3000000u}) {
      strings.emplace_back(length, 'x');
      strings.emplace_back(length, 'y');
    }
    for (int i = 0; i < 3000; ++i) {
      std::string text(4 + random() % 300, '\0');
      for (char& c : text) c = static_cast<char>(random());
      strings.push_back(text);
    }
    size_t text_bytes = 0;
    for (size_t i = 0; i < strings.size(); ++i) {
      ASSERT_EQ(interner.Intern(strings[i]), i);
      text_bytes += strings[i].size();
    }
    for (size_t i = 0; i < strings.size(); ++i) {
      ASSERT_EQ(interner.Get(static_cast<uint32_t>(i)), strings[i]);
      ASSERT_EQ(interner.Intern(strings[i]), i);
    }
    EXPECT_EQ(interner.text_bytes(), text_bytes);
  }
}

TEST(StringInterner, AgreesWithAMap) {
  for (size_t shards : {1u, 2u, 64u}) {
    StringInterner interner({.shards = shards});
    std::unordered_map<std::string, uint32_t> map;
    std::mt19937 random(2);
    for (int i = 0; i < 400000; ++i) {
      const std::string name = NameOf(random() % 150000);
      const auto [it, fresh] = map.emplace(name, static_cast<uint32_t>(map.size()));
      ASSERT_EQ(interner.Intern(name), it->second);
    }
    ASSERT_EQ(interner.size(), map.size());
    for (const auto& [name, id] : map) {
      ASSERT_EQ(interner.Find(name), id);
      ASSERT_EQ(interner.Get(id), name);
    }
    for (size_t i = 150000; i < 200000; ++i) ASSERT_EQ(interner.Find(NameOf(i)), std::nullopt);
  }
}

// The budget in the issue: at most 16 bytes beside a string's text.
TEST(StringInterner, OverheadStaysUnderSixteenBytesAString) {
  MemoryAccount account("test/interner");
  {
    StringInterner interner({.account = &account});
    for (size_t i = 0; i < 400000; ++i) {
      interner.Intern(NameOf(i));
      if (i >= 100000 && i % 10000 == 0) {
        const double overhead = static_cast<double>(interner.bytes() - interner.text_bytes()) /
                                static_cast<double>(interner.size());
        ASSERT_LT(overhead, 16) << "at " << i;
        ASSERT_GT(overhead, 5);
      }
    }
    EXPECT_EQ(account.bytes(), interner.bytes());
  }
  EXPECT_EQ(account.bytes(), 0u);
}

// Threads intern overlapping names in different orders, while others look up and read back.
TEST(StringInterner, ThreadsAgreeOnIds) {
  constexpr size_t kThreads = 4;
  constexpr size_t kNames = 30000;
  StringInterner interner({.shards = 4});  // few, so that tables grow large and are discarded
  std::vector<std::vector<uint32_t>> ids(kThreads, std::vector<uint32_t>(kNames));
  std::atomic<size_t> wrong{0};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::vector<uint32_t> order(kNames);
      for (size_t i = 0; i < kNames; ++i) order[i] = static_cast<uint32_t>(i);
      std::shuffle(order.begin(), order.end(), std::mt19937(static_cast<unsigned>(t)));
      for (size_t n = 0; n < kNames; ++n) {
        const std::string name = NameOf(order[n]);
        const uint32_t id = interner.Intern(name);
        ids[t][order[n]] = id;
        if (interner.Get(id) != name) ++wrong;
        // What this thread interned, it must find, however the tables move meanwhile.
        const uint32_t earlier = order[n / 2];
        if (interner.Find(NameOf(earlier)) != ids[t][earlier]) ++wrong;
        if (interner.Find(NameOf(kNames + n)).has_value()) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(interner.size(), kNames);
  std::vector<bool> seen(kNames);
  for (size_t i = 0; i < kNames; ++i) {
    for (size_t t = 1; t < kThreads; ++t) ASSERT_EQ(ids[t][i], ids[0][i]);
    ASSERT_LT(ids[0][i], kNames);
    ASSERT_FALSE(seen[ids[0][i]]) << "ids must be dense";
    seen[ids[0][i]] = true;
    ASSERT_EQ(interner.Get(ids[0][i]), NameOf(i));
  }
}

// Readers without a lock beside one writer that outgrows table after table.
TEST(StringInterner, FindNeverMissesWhileTablesGrow) {
  StringInterner interner({.shards = 1});
  constexpr size_t kNames = 60000;
  std::atomic<size_t> published{0};
  std::atomic<size_t> wrong{0};
  std::atomic<size_t> lookups{0};
  std::vector<std::thread> readers;
  for (unsigned t = 0; t < 2; ++t) {
    readers.emplace_back([&, t] {
      std::mt19937 random(t);
      for (size_t known = 0; known < kNames;) {
        known = published.load(std::memory_order_acquire);
        if (known == 0) continue;
        const size_t i = random() % known;
        if (interner.Find(NameOf(i)) != i) ++wrong;
        ++lookups;
      }
    });
  }
  for (size_t i = 0; i < kNames; ++i) {
    if (interner.Intern(NameOf(i)) != i) ++wrong;
    published.store(i + 1, std::memory_order_release);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_GT(lookups, 0u);
}

}  // namespace
}  // namespace astrolabe
