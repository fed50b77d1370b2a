// Free lists for small objects that come and go quickly and in no order: nodes of a query's heap,
// entries of a cache, tasks.
//
// One list per size class of 16 bytes, filled from an arena. A pool belongs to one thread, by contract,
// which is what makes it faster than the process allocator: no lookup of the thread's cache, no
// metadata of the page. Work that is spread over threads takes one pool per task; an object may not
// be freed into another pool than its own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "alloc/arena.h"
#include "alloc/memory_account.h"

namespace astrolabe {

// One thread at a time. Memory goes back to the process with the pool, not before; objects still in it
// then are not destroyed. Out of memory throws std::bad_alloc, as `new` does.
class SizeClassPool {
 public:
  static constexpr size_t kGranule =
      16;  // bytes between classes, and the alignment of every object
  static constexpr size_t kLargest = 512;  // bytes; beyond it operator new is as good

  struct Stats {
    size_t live_objects = 0;
    size_t live_bytes = 0;      // rounded up to the size classes
    size_t reserved_bytes = 0;  // taken from the process, objects over kLargest included
    size_t reused = 0;          // allocations so far that a freed object's memory served
    size_t fresh = 0;           // the others
  };

  // `account`, which may be null, is charged with reserved_bytes and must outlive the pool.
  explicit SizeClassPool(MemoryAccount* account = nullptr) : arena_(account), account_(account) {}
  SizeClassPool(const SizeClassPool&) = delete;
  SizeClassPool& operator=(const SizeClassPool&) = delete;
  // Objects over kLargest must have been freed.
  ~SizeClassPool() { assert(large_bytes_ == 0); }

  // Uninitialised, aligned to kGranule.
  void* Allocate(size_t bytes) {
    if (bytes > kLargest) [[unlikely]]
      return AllocateLarge(bytes);
    const size_t size_class = ClassOf(bytes);
    ++live_objects_;
    live_bytes_ += SizeOf(size_class);
    Free*& head = free_[size_class];
    if (head == nullptr) {
      ++fresh_;
      return arena_.Allocate(SizeOf(size_class), kGranule);
    }
    ++reused_;
    Free* object = head;
    Arena::UnpoisonObject(object, SizeOf(size_class));
    head = object->next;
    return object;
  }

  // `object` came from Allocate(bytes) of this pool with the same `bytes`.
  void Deallocate(void* object, size_t bytes) {
    if (bytes > kLargest) [[unlikely]]
      return DeallocateLarge(object, bytes);
    const size_t size_class = ClassOf(bytes);
    --live_objects_;
    live_bytes_ -= SizeOf(size_class);
    free_[size_class] = new (object) Free{free_[size_class]};
    Arena::PoisonObject(object, SizeOf(size_class));
  }

  Stats stats() const {
    return {live_objects_, live_bytes_, arena_.bytes_reserved() + large_bytes_, reused_, fresh_};
  }

 private:
  struct Free {
    Free* next;
  };

  static constexpr size_t ClassOf(size_t bytes) { return bytes == 0 ? 0 : (bytes - 1) / kGranule; }
  static constexpr size_t SizeOf(size_t size_class) { return (size_class + 1) * kGranule; }

  void* AllocateLarge(size_t bytes) {
    void* object = ::operator new(bytes);
    ++live_objects_;
    ++fresh_;
    live_bytes_ += bytes;
    large_bytes_ += bytes;
    if (account_ != nullptr) account_->Add(bytes);
    return object;
  }
  void DeallocateLarge(void* object, size_t bytes) {
    ::operator delete(object, bytes);
    --live_objects_;
    live_bytes_ -= bytes;
    large_bytes_ -= bytes;
    if (account_ != nullptr) account_->Subtract(bytes);
  }

  Arena arena_;
  MemoryAccount* const account_;
  std::array<Free*, kLargest / kGranule> free_{};
  size_t live_objects_ = 0;
  size_t live_bytes_ = 0;
  size_t large_bytes_ = 0;
  size_t reused_ = 0;
  size_t fresh_ = 0;
};

// A SizeClassPool for objects of one type, with construction and destruction. Same contract.
template <typename T>
class ObjectPool {
 public:
  static_assert(alignof(T) <= SizeClassPool::kGranule, "the pool aligns to 16 bytes");

  explicit ObjectPool(MemoryAccount* account = nullptr) : pool_(account) {}

  template <typename... Args>
  T* New(Args&&... args) {
    return new (pool_.Allocate(sizeof(T))) T(std::forward<Args>(args)...);
  }
  void Delete(T* object) {
    if (object == nullptr) return;
    object->~T();
    pool_.Deallocate(object, sizeof(T));
  }

  SizeClassPool::Stats stats() const { return pool_.stats(); }

 private:
  SizeClassPool pool_;
};

}  // namespace astrolabe
