// Text in the title of a code action, which is one line of a menu.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

namespace astrolabe::lsp {

// On one line, and cut where it is long.
std::string InTitle(std::string text);

}  // namespace astrolabe::lsp
