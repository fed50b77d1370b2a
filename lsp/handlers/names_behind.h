// What a language model is told of the place that it is to write at.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// What may stand behind the `.`, `->` or `::` that ends, but for a part of a name, at `offset` of `text`, the document's:
// each less that part, sorted (SortedNames). Nothing where anything may stand, or the compiler takes too long to say.
std::vector<std::string> NamesBehind(LiveDocuments& live, const DocumentSnapshot& document,
                                     const std::string& text, size_t offset, const Work& work);

// A path as a person would write it: the last folders of it.
std::string ShortPath(std::string_view path);

}  // namespace astrolabe::lsp
