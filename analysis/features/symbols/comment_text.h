// How a comment is shown: as its author sees it, as Markdown, or with Doxygen's commands made readable.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "analysis/live/answers.h"

namespace astrolabe {

// `comment` is without its markers. Markdown.
std::string CommentMarkdown(const std::string& comment, CommentFormat format);

}  // namespace astrolabe
