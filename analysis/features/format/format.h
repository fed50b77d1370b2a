// Formatting with the clang-format library: text in, edits out. No AST, so it works in any state of the file.
//
// The style is that of the .clang-format which clang-format itself would find for the file. Includes are sorted
// where the style wants that and a range covers them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/live/answers.h"

namespace astrolabe {

// Answers kFormat. Without ranges and without a typed character: all of the text.
FormatAnswer FormatText(const std::string& path, const std::string& text, const Question& question);

}  // namespace astrolabe
