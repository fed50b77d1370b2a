// The #include lines of the open file and the files that they lead to.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/features/live_ast.h"

namespace astrolabe {

struct IncludeLine {
  uint32_t hash = 0;   // offsets in LiveAst::text: of the '#'
  uint32_t begin = 0;  // of the file as spelled, with its delimiters
  uint32_t end = 0;
  std::string spelled;  // with delimiters
  std::string path;     // absolute; empty if there is no such file
};

// In order. With `line` only the one that stands there. Also those in inactive code, as long as there is
// such a file.
std::vector<IncludeLine> FindIncludeLines(LiveAst& ast,
                                          std::optional<uint32_t> line = std::nullopt);

}  // namespace astrolabe
