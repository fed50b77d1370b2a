// Who delivers the facts of a header: a set of keys in memory shared by all parsing processes.
//
// The first process to claim a (file, content, variant) collects it, all others leave it out. A claim
// belongs to a job, so that the front can give back those of a job that died before it delivered.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"

namespace astrolabe {

// A hash set without locks, in a memfd. Any process, any thread. When it is full every claim succeeds:
// facts are then collected more than once, and never lost.
class ClaimTable {
 public:
  // For about `keys` keys.
  static absl::StatusOr<std::unique_ptr<ClaimTable>> Create(size_t keys);
  // In another process, from descriptor() handed over.
  static absl::StatusOr<std::unique_ptr<ClaimTable>> Map(UniqueFd descriptor);
  ~ClaimTable();
  ClaimTable(const ClaimTable&) = delete;
  ClaimTable& operator=(const ClaimTable&) = delete;

  int descriptor() const { return descriptor_.get(); }

  // Whether `job` (not 0) is now the one to deliver `key`.
  bool Claim(uint64_t key, uint32_t job);
  // Gives back everything that `job` has claimed.
  void Release(uint32_t job);

 private:
  struct Slot {
    std::atomic<uint64_t> key;  // 0: empty
    std::atomic<uint32_t> job;  // 0: nobody's
  };

  ClaimTable(UniqueFd descriptor, Slot* slots, size_t count)
      : descriptor_(std::move(descriptor)), slots_(slots), count_(count) {}

  const UniqueFd descriptor_;
  Slot* const slots_;
  const size_t count_;  // a power of two
};

// The key of one preprocessing of one file.
uint64_t ClaimKey(std::string_view path, uint64_t digest, uint64_t variant);

}  // namespace astrolabe
