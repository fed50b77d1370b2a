// The arena's slow path: getting blocks and giving them back.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/arena.h"

#include <algorithm>
#include <cassert>

namespace astrolabe {
namespace {

constexpr size_t kMinBlock = 64;
// A request over this share of the next block gets memory of its own: at most a quarter of a block
// is ever left unused at its end.
constexpr size_t kOversizeShare = 4;

}  // namespace

Arena::Arena(MemoryAccount* account, size_t first_block)
    : account_(account), first_block_(std::clamp(first_block, kMinBlock, kMaxBlock)) {}

Arena::~Arena() {
  for (Block block : blocks_) FreeBlock(block);
  for (Block block : oversize_) FreeBlock(block);
}

Arena::Block Arena::NewBlock(size_t size) {
  Block block{static_cast<char*>(::operator new(size)), size};
  Poison(block.data, size);
  bytes_reserved_ += size;
  if (account_ != nullptr) account_->Add(size);
  return block;
}

void Arena::FreeBlock(Block block) {
  Unpoison(block.data, block.size);
  ::operator delete(block.data, block.size);
  bytes_reserved_ -= block.size;
  if (account_ != nullptr) account_->Subtract(block.size);
}

void Arena::Enter(size_t index) {
  used_blocks_ = index + 1;
  cursor_ = reinterpret_cast<uintptr_t>(blocks_[index].data);
  limit_ = cursor_ + blocks_[index].size;
}

void* Arena::AllocateSlow(size_t bytes, size_t align) {
  assert(align > 0 && (align & (align - 1)) == 0);
  if (bytes > std::numeric_limits<size_t>::max() - align) throw std::bad_alloc();
  const size_t worst = bytes + align;  // wherever the block starts
  size_t next_size;
  if (used_blocks_ < blocks_.size()) {
    next_size = blocks_[used_blocks_].size;
  } else {
    // Doubles what is held, oversize requests included: a task of middling requests gets blocks
    // that suit them. Never smaller than the one before.
    const size_t least = blocks_.empty() ? first_block_ : blocks_.back().size;
    next_size = std::min(std::max(least, bytes_reserved_), kMaxBlock);
  }
  // The first block of an empty arena has nothing yet that could be wasted.
  if (worst > next_size || (used_blocks_ > 0 && worst > next_size / kOversizeShare)) {
    oversize_.push_back(NewBlock(worst));
    const uintptr_t data = reinterpret_cast<uintptr_t>(oversize_.back().data);
    const uintptr_t start = (data + align - 1) & ~(uintptr_t{align} - 1);
    bytes_allocated_ += bytes;
    void* result = reinterpret_cast<void*>(start);
    Unpoison(result, bytes);
    return result;
  }
  if (used_blocks_ == blocks_.size()) {
    blocks_.push_back(NewBlock(next_size));
  }
  Enter(used_blocks_);
  return Take((cursor_ + align - 1) & ~(uintptr_t{align} - 1), bytes);
}

void Arena::Rollback(const Mark& mark) {
  assert(mark.blocks <= used_blocks_ && mark.oversize <= oversize_.size());
  while (oversize_.size() > mark.oversize) {
    FreeBlock(oversize_.back());
    oversize_.pop_back();
  }
  for (size_t i = mark.blocks; i < used_blocks_; ++i) Poison(blocks_[i].data, blocks_[i].size);
  if (mark.blocks == 0) {
    used_blocks_ = 0;
    cursor_ = limit_ = 0;
  } else {
    Enter(mark.blocks - 1);
    cursor_ = mark.cursor;
    Poison(reinterpret_cast<const void*>(cursor_), limit_ - cursor_);
  }
  bytes_allocated_ = mark.bytes_allocated;
}

void Arena::Reset() {
  Rollback(Mark{});
  if (blocks_.empty()) return;
  // Sizes only grow along the list, so the last one is the largest.
  for (size_t i = 0; i + 1 < blocks_.size(); ++i) FreeBlock(blocks_[i]);
  blocks_.front() = blocks_.back();
  blocks_.resize(1);
  // Ready for the fast path: the common case is another task of the same size.
  Enter(0);
}

}  // namespace astrolabe
