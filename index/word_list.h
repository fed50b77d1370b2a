// Encodes the ascending name ids of one word, with runs (index/FORMAT.md, "Words").
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>

#include "index/varint.h"

namespace astrolabe {

// One list at a time: AddRun, Finish, and the encoder is ready for the next list.
class WordListEncoder {
 public:
  // `id` and the `more` ids after it, all above those before.
  void AddRun(uint32_t id, uint32_t more, std::string& out) {
    if (count_ == 0 || id != last_ + 1) {
      FlushRun(out);
      first_ = id;
    }
    last_ = id + more;
    count_ += more + 1;
  }

  // Ends the list and returns its number of ids.
  uint32_t Finish(std::string& out) {
    FlushRun(out);
    uint32_t count = count_;
    *this = WordListEncoder();
    return count;
  }

 private:
  void FlushRun(std::string& out) {
    if (count_ == 0) return;
    uint64_t gap = first_ - encoded_ - 1;
    if (first_ == last_) {
      AppendVarint(out, gap << 1);
    } else {
      AppendVarint(out, gap << 1 | 1);
      AppendVarint(out, last_ - first_ - 1);
    }
    encoded_ = last_;
  }

  uint32_t encoded_ = UINT32_MAX;  // the last id in `out`; -1 modulo 2^32 at first
  uint32_t first_ = 0;             // first and last_ are the run not yet in `out`
  uint32_t last_ = 0;
  uint32_t count_ = 0;
};

}  // namespace astrolabe
