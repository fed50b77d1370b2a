// Where a new #include goes, and how it is spelled.
//
// Text alone decides: the blocks of #include lines that are there already say how this workspace orders them.
// A block is what no blank line and no code interrupts. The new line goes into the block whose lines are most like
// it (same delimiters, then the longest common folder, then the later one), in its place if the block is sorted, at
// the end if it is not. The block that only has the file's own header takes no other. Lines inside #if are not looked
// at, but those of an include guard are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/project/include_folders.h"

namespace astrolabe::lsp {

struct IncludeInsertion {
  uint32_t line = 0;  // 0-based: the text goes ahead of its first character
  std::string text;   // whole lines
};

// `spelled` with its delimiters: "<vector>", "\"db/db.h\"". `path` is the document's. Nothing if the document
// includes it already.
std::optional<IncludeInsertion> InsertInclude(std::string_view text, std::string_view path,
                                              std::string_view spelled);

// How `header` (absolute) is spelled from the file at `path`: the shortest spelling from a folder of the search
// path, or beside the file. In angle brackets from system folders, and where the document does so with other
// headers of the same first folder. Empty if no folder has it.
std::string SpellInclude(const std::vector<IncludeFolder>& folders, std::string_view path,
                         std::string_view header, std::string_view text);

}  // namespace astrolabe::lsp
