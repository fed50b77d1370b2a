// Who holds how many bytes: one counter per subsystem, listed in `astrolabe stats`.
//
// The process allocator knows totals, not owners. Arenas, interners and caches charge what they
// take from it to an account, one call per block and never per object, so the cost does not show.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {

// A named counter of bytes in use and their peak. In the process-wide list from construction to
// destruction; usually a static. Charging is safe from any thread and relaxed: a reader sees each
// counter's own history in order, not a snapshot across accounts. Two accounts may share a name.
class MemoryAccount {
 public:
  // `name` such as "index/scanner" is copied.
  explicit MemoryAccount(std::string_view name);
  ~MemoryAccount();
  MemoryAccount(const MemoryAccount&) = delete;
  MemoryAccount& operator=(const MemoryAccount&) = delete;

  void Add(uint64_t bytes) {
    const uint64_t now = bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    uint64_t peak = peak_.load(std::memory_order_relaxed);
    while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
  }
  // `bytes` must have been added before.
  void Subtract(uint64_t bytes) { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

  const std::string& name() const { return name_; }
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  uint64_t peak() const { return peak_.load(std::memory_order_relaxed); }

 private:
  const std::string name_;
  std::atomic<uint64_t> bytes_{0};
  std::atomic<uint64_t> peak_{0};
};

struct MemoryUsage {
  std::string name;
  uint64_t bytes = 0;
  uint64_t peak = 0;  // bytes
};

// All accounts alive now, sorted by name. Any thread.
std::vector<MemoryUsage> ListMemoryAccounts();

}  // namespace astrolabe
