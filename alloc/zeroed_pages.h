// Zeroed memory straight from the kernel, which can be emptied while somebody still reads it.
//
// A lock-free hash table may not unmap the table it has outgrown: a reader may be in it. It can give
// the memory back all the same: after Discard the addresses stay valid and read as zero, which the
// table's readers take for "empty". Large arrays that fill slowly use it too: a page costs nothing
// before it is first written.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <utility>

namespace astrolabe {

// Owns one private anonymous mapping. Movable; discarding and reading may overlap, all else is the
// owner's business.
class ZeroedPages {
 public:
  ZeroedPages() = default;
  // At least `bytes` > 0 bytes of zeros, page-aligned. Throws std::bad_alloc as `new` does.
  explicit ZeroedPages(size_t bytes);
  ~ZeroedPages();
  ZeroedPages(ZeroedPages&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  ZeroedPages& operator=(ZeroedPages&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  char* data() const { return data_; }
  size_t size() const { return size_; }  // bytes, a multiple of the page size

  // Gives the memory back to the kernel; the bytes read as zero from now on.
  void Discard();

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace astrolabe
