// Where the interesting bytes of a source file are, as bitmaps: stage one of every scan.
//
// Lexing C++ a byte at a time is limited by branch mispredictions. Instead one SIMD pass answers
// three questions for every byte (part of a word? a newline? a byte that can change the lexer's
// state?) and the lexer then jumps from set bit to set bit: over an identifier, a comment, a
// function body. The idea is simdjson's stage 1 (Langdale and Lemire, "Parsing Gigabytes of JSON
// per Second", 2019), with its nibble tables; what the bits mean is ours. bench/scan measures it
// against the scalar form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace astrolabe {

// Bit i of word w of each bitmap belongs to byte 64*w+i. One thread at a time; reused from file to
// file, so that a scan allocates only when it meets the largest file so far.
class ByteClasses {
 public:
  // `text` needs no padding. Chooses AVX2 at run time where the CPU has it.
  void Classify(std::string_view text);
  // The same bitmaps without SIMD: the reference that tests compare with, and the fallback.
  void ClassifyScalar(std::string_view text);

  size_t size() const { return size_; }
  // [A-Za-z0-9_] and every byte above 0x7F: UTF-8 identifiers stay whole.
  const uint64_t* word() const { return word_.data(); }
  const uint64_t* newline() const { return newline_.data(); }
  // One of  " ' / # { }  : what a lexer inside a function body has to stop at.
  const uint64_t* special() const { return special_.data(); }
  size_t block_count() const { return blocks_; }
  // Whether any byte is above 0x7F: false for nearly all source, and then nobody has to look again.
  bool has_high_bytes() const { return has_high_bytes_; }

  // First position >= `from` whose bit is set in `bitmap`, or size() when there is none.
  size_t FindSet(const uint64_t* bitmap, size_t from) const {
    size_t block = from >> 6;
    if (block >= blocks_) return size_;
    uint64_t bits = bitmap[block] & (~uint64_t{0} << (from & 63));
    while (bits == 0) {
      if (++block >= blocks_) return size_;
      bits = bitmap[block];
    }
    return (block << 6) + static_cast<size_t>(std::countr_zero(bits));
  }

  // First position >= `from` that is no word byte; `from` <= size().
  size_t WordEnd(size_t from) const {
    size_t block = from >> 6;
    if (block >= blocks_) return size_;
    uint64_t bits = ~word_[block] & (~uint64_t{0} << (from & 63));
    while (bits == 0) {
      if (++block >= blocks_) return size_;
      bits = ~word_[block];
    }
    size_t end = (block << 6) + static_cast<size_t>(std::countr_zero(bits));
    return end < size_ ? end : size_;
  }

 private:
  void Prepare(size_t size);

  size_t size_ = 0;
  size_t blocks_ = 0;
  bool has_high_bytes_ = false;
  std::vector<uint64_t> word_;
  std::vector<uint64_t> newline_;
  std::vector<uint64_t> special_;
};

// Turns offsets into lines and columns by counting newline bits: no table of line starts is built.
class LineMap {
 public:
  // `classes` must outlive the map and stay as it is.
  void Build(const ByteClasses& classes);

  // 0-based. Offsets up to and including the text's size are valid.
  uint32_t Line(size_t offset) const;
  // 0-based, in bytes from the start of its line.
  uint32_t Column(size_t offset) const;
  // Number of lines as `wc -l` counts them, plus one for a last line without newline.
  uint32_t line_count() const { return line_count_; }

 private:
  static constexpr size_t kBlocksPerRank = 8;

  const ByteClasses* classes_ = nullptr;
  std::vector<uint32_t> ranks_;  // newlines before every kBlocksPerRank-th block
  uint32_t line_count_ = 0;
};

}  // namespace astrolabe
