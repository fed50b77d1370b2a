// Accounts add up across threads, remember their peak, and are listed while they live.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/memory_account.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace astrolabe {
namespace {

TEST(MemoryAccount, RemembersItsPeak) {
  MemoryAccount account("test/peak");
  account.Add(100);
  account.Add(50);
  account.Subtract(120);
  account.Add(10);
  EXPECT_EQ(account.bytes(), 40u);
  EXPECT_EQ(account.peak(), 150u);
}

TEST(MemoryAccount, IsListedByNameWhileItLives) {
  const auto listed = [] {
    std::vector<std::string> names;
    for (const MemoryUsage& usage : ListMemoryAccounts()) names.push_back(usage.name);
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    return std::count_if(names.begin(), names.end(),
                         [](const std::string& name) { return name.starts_with("test/list"); });
  };
  {
    MemoryAccount second("test/list/2");
    MemoryAccount first("test/list/1");
    first.Add(7);
    EXPECT_EQ(listed(), 2);
    for (const MemoryUsage& usage : ListMemoryAccounts()) {
      if (usage.name == "test/list/1") EXPECT_EQ(usage.bytes, 7u);
    }
  }
  EXPECT_EQ(listed(), 0);
}

TEST(MemoryAccount, AddsUpAcrossThreads) {
  MemoryAccount account("test/threads");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&account] {
      for (int i = 0; i < 20000; ++i) {
        account.Add(3);
        if (i % 2 == 0) account.Subtract(3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(account.bytes(), 4u * 10000 * 3);
  EXPECT_GE(account.peak(), account.bytes());
  EXPECT_LE(account.peak(), account.bytes() + 4 * 3);
}

}  // namespace
}  // namespace astrolabe
