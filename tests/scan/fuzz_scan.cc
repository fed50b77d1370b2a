// Any bytes at all must scan without a crash, a hang or a position outside the text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "index/file_scanner.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static astrolabe::FileScanner& scanner = *new astrolabe::FileScanner;
  if (size == 0) return 0;
  auto hint = static_cast<astrolabe::LanguageHint>(data[0] % 3);
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  astrolabe::ScannedFile file = scanner.Scan(text, hint);
  for (const astrolabe::Symbol& symbol : file.symbols) {
    bool ordered = symbol.begin <= symbol.name_position && symbol.begin <= symbol.end;
    if (!ordered || symbol.end.line > file.line_count) std::abort();
  }
  return 0;
}
