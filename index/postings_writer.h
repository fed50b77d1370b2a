// Encodes the postings of names in order of id (index/FORMAT.md, "Postings").
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>

#include "index/segment_layout.h"
#include "index/string_table.h"
#include "index/varint.h"

namespace astrolabe {

// For each name: Add its postings, ascending by symbol id and at least one, then FinishName.
class PostingsWriter {
 public:
  // `tag` has kind and kTagDefinition only.
  void Add(uint32_t symbol, uint8_t tag) {
    if (count_++ == 0) {
      first_ = symbol;
      first_tag_ = tag;
    } else {
      uint8_t buffer[kMaxVarint32Bytes + 1];
      uint8_t* end = EncodeVarint(symbol - last_, buffer);
      *end++ = tag;
      rest_.append(reinterpret_cast<const char*>(buffer), static_cast<size_t>(end - buffer));
    }
    last_ = symbol;
  }

  void FinishName(std::string& out) {
    if (names_ % kStringsPerBlock == 0) {
      AppendAs(blocks_, static_cast<uint32_t>(bytes_));
      previous_ = 0;
    }
    uint8_t buffer[1 + 2 * kMaxVarint32Bytes];
    uint8_t* end = buffer;
    *end++ = static_cast<uint8_t>(first_tag_ | (rest_.empty() ? 0 : kTagMorePostings));
    if (!rest_.empty()) end = EncodeVarint(rest_.size(), end);
    end = EncodeVarint(ZigZag(first_ - previous_), end);
    out.append(reinterpret_cast<const char*>(buffer), static_cast<size_t>(end - buffer));
    out.append(rest_);
    bytes_ += static_cast<size_t>(end - buffer) + rest_.size();
    previous_ = first_;
    ++names_;
    count_ = 0;
    rest_.clear();
  }

  // The offsets of the blocks; once, at the end.
  std::string FinishBlocks() {
    AppendAs(blocks_, static_cast<uint32_t>(bytes_));
    return std::move(blocks_);
  }

 private:
  uint32_t names_ = 0;
  uint32_t count_ = 0;
  uint32_t first_ = 0;
  uint32_t last_ = 0;
  uint32_t previous_ = 0;
  uint8_t first_tag_ = 0;
  uint64_t bytes_ = 0;
  std::string rest_;
  std::string blocks_;
};

}  // namespace astrolabe
