// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/file_scanner.h"

#include <xxhash.h>

namespace astrolabe {

uint64_t ContentDigest(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

LanguageHint LanguageHintOf(std::string_view path) {
  std::string_view extension = path.substr(path.rfind('.') + 1);
  if (extension == "c" || extension == "m") return LanguageHint::kC;
  bool header = extension == "h" || extension == "inc" || extension == "def";
  return header ? LanguageHint::kHeader : LanguageHint::kCxx;
}

ScannedFile FileScanner::Scan(std::string_view text, LanguageHint hint) {
  ScannedFile result;
  result.digest = ContentDigest(text);
  classes_.Classify(text);
  lines_.Build(classes_);
  words_.Clear();
  CollectWords(text, classes_, words_);
  result.line_count = lines_.line_count();
  result.is_ascii = !classes_.has_high_bytes();
  result.symbols = outliner_.Run(text, classes_, lines_, hint);
  result.word_hashes = words_.values();
  return result;
}

}  // namespace astrolabe
