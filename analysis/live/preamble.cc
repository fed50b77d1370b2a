// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/preamble.h"

#include <algorithm>

#include "clang/Basic/LangOptions.h"
#include "clang/Lex/Lexer.h"

namespace astrolabe {

size_t PreambleSize(const std::string& text) {
  clang::LangOptions language;
  language.CPlusPlus = language.CPlusPlus11 = language.LineComment = true;
  clang::PreambleBounds bounds = clang::Lexer::ComputePreamble(text, language);
  size_t size = std::min<size_t>(bounds.Size, text.size());
  // What follows on the same line belongs to the rest.
  while (size > 0 && text[size - 1] != '\n') --size;
  return size;
}

}  // namespace astrolabe
