// A line with an error, as a language model would write it: offered only if the compiler has seen the error go and no
// other come.
//
// The compiler's own fixes know of mistyped names and forgotten signs; a model has read the code around, and may know what
// was meant. It is asked for three pieces, the smallest change first: the name that the error is at (behind `.`, `->` and
// `::` one that the compiler would complete there), the rest of the line from there, and the whole line. What it writes is
// parsed in place of the piece.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "analysis/live/answers.h"
#include "lsp/protocol/types.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

class LanguageModel;

struct LineRepair {
  CodeEdit edit;
  std::string line;  // as it would be, without the white space ahead of it
};

// Of an error of the document as it is. Nothing if no proposal was good, or none was by `latest`.
std::optional<LineRepair> RepairLine(LanguageModel& model, LiveDocuments& live,
                                     const DocumentSnapshot& document, const Diagnostic& error,
                                     PositionEncoding encoding, absl::Time latest,
                                     const Work& work);

}  // namespace astrolabe::lsp
