// Bump allocation for things that die together: everything one task (one file, one query) makes.
//
// Allocating is an addition and a comparison; freeing is forgetting. Blocks come from the process
// allocator, double in size up to kMaxBlock, and are never moved. A request that would waste much
// of a block gets memory of its own size, so that one long comment doesn't double the arena.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "alloc/memory_account.h"

#if defined(__SANITIZE_ADDRESS__)
#define ASTROLABE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASTROLABE_ASAN 1
#endif
#endif
#if defined(ASTROLABE_ASAN)
#include <sanitizer/asan_interface.h>
#endif

namespace astrolabe {

// One thread at a time, by contract; one arena per task is the intended use. What it hands out
// lives until Reset, a Rollback past it, or the arena's end, and no destructor is ever run. Running
// out of memory throws std::bad_alloc, as `new` does.
//
// Under AddressSanitizer everything not handed out is poisoned, with a gap after every object, so
// use after Reset or Rollback and small overruns are reported.
class Arena {
 public:
  static constexpr size_t kMaxBlock = size_t{1} << 20;  // bytes

  // Blocks are charged to `account`, which must outlive the arena. Nothing is allocated before the
  // first request; the first block then has `first_block` bytes.
  explicit Arena(MemoryAccount* account = nullptr, size_t first_block = 4096);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Uninitialised memory, never null, of its own address even for 0 bytes. `align` is a power of
  // two.
  void* Allocate(size_t bytes, size_t align = 8) {
    bytes += bytes == 0;
    const uintptr_t start = (cursor_ + align - 1) & ~(uintptr_t{align} - 1);
    if (start < cursor_ || start > limit_ || bytes > limit_ - start) [[unlikely]] {
      return AllocateSlow(bytes, align);
    }
    return Take(start, bytes);
  }

  // A copy of `text` that lives in the arena; not terminated.
  std::string_view CopyString(std::string_view text) {
    if (text.empty()) return {};
    char* copy = static_cast<char*>(Allocate(text.size(), 1));
    std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }

  template <typename T, typename... Args>
  T* New(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
    return new (Allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  }

  // `n` value-initialised elements.
  template <typename T>
  std::span<T> NewArray(size_t n) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
    if (n > std::numeric_limits<size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    T* first = static_cast<T*>(Allocate(n * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, n);
    return {first, n};
  }

  // A point in the arena's history. Valid until Reset or a Rollback to an earlier mark.
  struct Mark {
    size_t blocks = 0;
    size_t oversize = 0;
    uintptr_t cursor = 0;
    size_t bytes_allocated = 0;
  };
  Mark GetMark() const { return {used_blocks_, oversize_.size(), cursor_, bytes_allocated_}; }
  // Forgets everything allocated since `mark`. Its blocks stay with the arena for what comes next.
  void Rollback(const Mark& mark);
  // Forgets everything, and frees all but the largest block (oversize requests' memory included).
  void Reset();

  // For a pool on top of the arena: marks an object of this arena as not to be touched, and as usable
  // again. Only AddressSanitizer notices.
  static void PoisonObject(const void* object, size_t bytes) { Poison(object, bytes); }
  static void UnpoisonObject(const void* object, size_t bytes) { Unpoison(object, bytes); }

  // Sum of the requests alive, and the memory held for them and for what comes next. Bytes.
  size_t bytes_allocated() const { return bytes_allocated_; }
  size_t bytes_reserved() const { return bytes_reserved_; }

 private:
  struct Block {
    char* data;
    size_t size;  // bytes
  };

#if defined(ASTROLABE_ASAN)
  static constexpr size_t kGap = 8;
  static void Poison(const void* p, size_t n) { __asan_poison_memory_region(p, n); }
  static void Unpoison(const void* p, size_t n) { __asan_unpoison_memory_region(p, n); }
#else
  static constexpr size_t kGap = 0;
  static void Poison(const void*, size_t) {}
  static void Unpoison(const void*, size_t) {}
#endif

  void* Take(uintptr_t start, size_t bytes) {
    // The gap may end past the block; then the block is full.
    cursor_ = bytes + kGap > limit_ - start ? limit_ : start + bytes + kGap;
    bytes_allocated_ += bytes;
    void* result = reinterpret_cast<void*>(start);
    Unpoison(result, bytes);
    return result;
  }
  void* AllocateSlow(size_t bytes, size_t align);
  Block NewBlock(size_t size);
  void FreeBlock(Block block);
  // Makes blocks_[index] the one that requests are taken from, from its start.
  void Enter(size_t index);

  uintptr_t cursor_ = 0;  // next free byte of the current block
  uintptr_t limit_ = 0;   // its end
  size_t bytes_allocated_ = 0;
  size_t bytes_reserved_ = 0;
  // blocks_[0, used_blocks_) hold objects, the last of them is the current one; those behind it are
  // empty, kept by Rollback.
  std::vector<Block> blocks_;
  size_t used_blocks_ = 0;
  std::vector<Block> oversize_;
  MemoryAccount* const account_;
  const size_t first_block_;
};

}  // namespace astrolabe
