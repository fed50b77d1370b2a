// A documentation comment in the form of the file that it is for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace astrolabe::lsp {

// "///" or "//": what most of the text's comment lines begin with; the former where there are none.
std::string_view CommentMarkOf(std::string_view text);

// The first comment of `answer`, or its first paragraph if there is no comment in it: as lines of `mark`, indented and
// not much longer than 100 bytes, each with its line break. Empty if there is neither. Comments only, whatever the answer.
std::string CommentOfAnswer(std::string_view answer, std::string_view mark,
                            std::string_view indentation);

}  // namespace astrolabe::lsp
