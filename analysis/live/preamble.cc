// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/preamble.h"

#include <algorithm>
#include <vector>

#include "clang/Basic/LangOptions.h"
#include "clang/Lex/Lexer.h"

namespace astrolabe {
namespace {

// Where the outermost conditional begins that is open at the end of the first `size` bytes; `size` if none is.
size_t FirstOpenConditional(const std::string& text, size_t size,
                            const clang::LangOptions& language) {
  std::string preamble = text.substr(0, size);
  clang::Lexer lexer({}, language, preamble.data(), preamble.data(),
                     preamble.data() + preamble.size());
  std::vector<size_t> open;
  clang::Token token;
  for (lexer.LexFromRawLexer(token); token.isNot(clang::tok::eof); lexer.LexFromRawLexer(token)) {
    if (token.isNot(clang::tok::hash) || !token.isAtStartOfLine()) continue;
    size_t begin =
        static_cast<size_t>(lexer.getBufferLocation() - preamble.data()) - token.getLength();
    lexer.LexFromRawLexer(token);
    if (token.isNot(clang::tok::raw_identifier) || token.isAtStartOfLine()) continue;
    llvm::StringRef directive = token.getRawIdentifier();
    if (directive == "if" || directive == "ifdef" || directive == "ifndef") open.push_back(begin);
    if (directive == "endif" && !open.empty()) open.pop_back();
  }
  return open.empty() ? size : open.front();
}

}  // namespace

size_t PreambleSize(const std::string& text, bool closed) {
  clang::LangOptions language;
  language.CPlusPlus = language.CPlusPlus11 = language.LineComment = true;
  clang::PreambleBounds bounds = clang::Lexer::ComputePreamble(text, language);
  size_t size = std::min<size_t>(bounds.Size, text.size());
  // What follows on the same line belongs to the rest.
  while (size > 0 && text[size - 1] != '\n') --size;
  if (closed) size = FirstOpenConditional(text, size, language);
  while (size > 0 && text[size - 1] != '\n') --size;
  return size;
}

}  // namespace astrolabe
