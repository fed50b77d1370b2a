// What the text of a file shows without being understood: pairs of brackets, comments, directives. It is
// there in code that does not parse, and in the branches that the preprocessor leaves out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace clang {
class LangOptions;
}  // namespace clang

namespace astrolabe {

struct TextSpan {
  uint32_t begin = 0;  // offsets
  uint32_t end = 0;
};

struct TextScan {
  std::vector<TextSpan> brackets;  // with both brackets; in the order of their ends
  std::vector<TextSpan> comments;
  std::vector<TextSpan> includes;  // from '#' to the end of the line
  // From behind an #if, #else … to ahead of the next directive of the same conditional, whole lines.
  std::vector<TextSpan> branches;
  std::vector<TextSpan> pragma_regions;  // likewise between #pragma region and #pragma endregion
  // From behind `public:` to the last token ahead of the next such or of the end of the class.
  std::vector<TextSpan> access_sections;
  std::vector<TextSpan> tokens;  // all but those of directives
};

TextScan ScanText(const std::string& text, const clang::LangOptions& language);

}  // namespace astrolabe
