// Formatting with the clang-format library: text in, edits out. No AST, so it works in any state of the file.
//
// The style is that of the .clang-format which clang-format itself would find for the file. Includes are sorted
// where the style wants that and a range covers them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/live/answers.h"
#include "base/text/position.h"

namespace astrolabe {

// Answers kFormat. Without ranges and without a typed character: all of the text.
FormatAnswer FormatText(const std::string& path, const std::string& text, const Question& question);

// `text` with the lines that `ranges` (bytes) touch formatted, where the file has a .clang-format: what is generated
// is to look like the rest. As it is if there is none, or if it can't be used.
std::string FormatLines(const std::string& path, const std::string& text,
                        const std::vector<ByteRange>& ranges);

// The #include lines in the order that the file's .clang-format wants, else in LLVM's; each once.
std::vector<CodeEdit> SortIncludes(const std::string& path, const std::string& text);

}  // namespace astrolabe
