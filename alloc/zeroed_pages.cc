// Zeroed memory straight from the kernel.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/zeroed_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cassert>
#include <limits>
#include <new>

namespace astrolabe {

ZeroedPages::ZeroedPages(size_t bytes) {
  assert(bytes > 0);
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  if (bytes > std::numeric_limits<size_t>::max() - page) throw std::bad_alloc();
  size_ = (bytes + page - 1) / page * page;
  void* data = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<char*>(data);
}

ZeroedPages::~ZeroedPages() {
  if (data_ != nullptr) munmap(data_, size_);
}

void ZeroedPages::Discard() {
  // Can't fail for a private anonymous mapping of ours that is not locked; if it did, the memory would
  // be kept a little longer, which is not worth an error.
  if (data_ != nullptr) madvise(data_, size_, MADV_DONTNEED);
}

}  // namespace astrolabe
