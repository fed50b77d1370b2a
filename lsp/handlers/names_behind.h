// What a language model is told of the place that it is to write at.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/ai/generation.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// What may stand behind the `.`, `->` or `::` that ends, but for a part of a name, at `offset` of `text`, the document's:
// each less that part, sorted (SortedNames). Nothing where anything may stand, or the compiler takes too long to say.
std::vector<std::string> NamesBehind(LiveDocuments& live, const DocumentSnapshot& document,
                                     const std::string& text, size_t offset, const Work& work);

// What a model that fills in is asked for at one place of a document: the likeliest text first, and others that are ever more
// daring. `beside` names a state of the model of its own, so that the one for what is typed in the document stays.
GenerationRequest InfillBeside(const DocumentSnapshot& document, std::string_view beside,
                               std::string prefix, std::string suffix);

// A path as a person would write it: the last folders of it.
std::string ShortPath(std::string_view path);

}  // namespace astrolabe::lsp
