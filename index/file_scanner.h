// Everything tier 0 knows of one file, from one pass over its bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "index/byte_classes.h"
#include "index/outline.h"
#include "index/symbol.h"
#include "index/words.h"

namespace astrolabe {

// Views are valid until the scanner's next call, and as long as the text lives.
struct ScannedFile {
  uint64_t digest = 0;  // XXH3-64 of the bytes
  uint32_t line_count = 0;
  bool is_ascii = false;
  std::span<const Symbol> symbols;        // ordered by where they begin
  std::span<const uint64_t> word_hashes;  // distinct, in no order
};

// The content digest that tells whether a file must be scanned again.
uint64_t ContentDigest(std::string_view text);

// By the path's extension: .c and .m are C; .h and what is included under any other name is found out.
LanguageHint LanguageHintOf(std::string_view path);

// Scans one file after the other in buffers that it keeps. One thread at a time.
class FileScanner {
 public:
  ScannedFile Scan(std::string_view text, LanguageHint hint);

 private:
  ByteClasses classes_;
  LineMap lines_;
  HashSet64 words_;
  Outliner outliner_;
};

}  // namespace astrolabe
