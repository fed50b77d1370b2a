// The distinct words of a file, as hashes: what its Bloom filter is built from.
//
// A word is a maximal run of [A-Za-z0-9_] and bytes above 0x7F that does not start with a digit,
// anywhere in the file: code, comments and strings alike, so that the filter narrows text search as
// well as references. Because prose glues punctuation like "—" to words, the pure ASCII parts of a
// run that holds bytes above 0x7F are words too.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "index/byte_classes.h"

namespace astrolabe {

// The hash of a word that filters are made of; part of the index format (index/FORMAT.md).
uint64_t WordHash(std::string_view word);

// Whether `text` is exactly one word as defined above, so that the filters know it.
bool IsWord(std::string_view text);

// A set of 64-bit hashes that is cleared as cheaply as it was filled. One thread at a time.
class HashSet64 {
 public:
  HashSet64();
  void Clear();
  void Insert(uint64_t hash) {
    hash |= hash == 0;  // zero marks an empty slot
    size_t i = hash & mask_;
    while (slots_[i] != 0) {
      if (slots_[i] == hash) return;
      i = (i + 1) & mask_;
    }
    slots_[i] = hash;
    values_.push_back(hash);
    if (values_.size() * 2 > mask_) Grow();
  }
  std::span<const uint64_t> values() const { return values_; }

 private:
  void Grow();

  size_t mask_;
  std::vector<uint64_t> slots_;
  std::vector<uint64_t> values_;  // in order of first insertion
};

// Inserts the hash of every word of `text` into `words`. `classes` must be of `text`.
void CollectWords(std::string_view text, const ByteClasses& classes, HashSet64& words);

}  // namespace astrolabe
