// The #include directives of a document and the files that they mean.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/text/position.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

struct DocumentInclude {
  ByteRange range;  // of the spelled path with its delimiters
  std::string spelled;
  std::string path;  // absolute, the client's; empty: not found, or not looked for
};

// Those of a text, in order, without paths.
std::vector<DocumentInclude> WrittenIncludes(const Document& document);

// In order of their places. The compiler's word counts, where the index has it; then what is beside the file;
// then where the compiler looks, its own folders included; then the only file of the workspace whose path ends so.
std::vector<DocumentInclude> IncludesOf(Session& session, LiveDocuments& live,
                                        const DocumentSnapshot& document);

// The directive in the line of the position; nothing where it is none, or its file was not found.
std::optional<DocumentInclude> IncludeAt(Session& session, LiveDocuments& live,
                                         const DocumentSnapshot& document,
                                         const Position& position);

}  // namespace astrolabe::lsp
