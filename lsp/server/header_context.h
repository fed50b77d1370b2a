// How a header is compiled: as part of a translation unit that includes it, with that unit's command and behind
// what stands ahead of it there.
//
// So a header that is not complete by itself (it uses what its includers include first, or is in the middle of a
// table or a class of theirs) is parsed as it is meant. The way from the header up to a unit is found by its
// #include directives, as the index knows them; what stands ahead of each of them on the way down, in the editor
// or on disk, is the context.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/server/workspace.h"

namespace astrolabe::lsp {

struct HeaderContext {
  std::string unit;  // absolute, the client's path
  std::string text;  // to be parsed ahead of the header
  std::vector<std::string>
      files;  // whose texts it is made of: the unit, then what leads to the header
};

// The text of a file: the editor's if it is open.
using ReadText = std::function<std::string(const std::string& path)>;

// `is_unit`: whether a file has a command of its own. Nothing if no unit is known to include the header.
std::optional<HeaderContext> FindHeaderContext(
    const Workspace& workspace, const Indexes& indexes, const std::string& header,
    const std::function<bool(const std::string&)>& is_unit, const ReadText& read);

// What stands ahead of the first #include that spells a path whose end is `spelled`'s file name, with quoted
// includes of files beside `path` made absolute, as the text is moved to another folder. Nothing if there is no
// such directive. `open` is increased by the conditionals that are open there.
std::optional<std::string> TextAheadOfInclude(std::string_view text, const std::string& path,
                                              std::string_view spelled, int& open);

// Whether a parser may begin a file behind such text: no bracket is open but those of namespaces, linkage
// specifications and classes.
bool EndsBetweenDeclarations(std::string_view text);

}  // namespace astrolabe::lsp
