// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/document_links.h"

#include <utility>

#include "analysis/features/symbols/include_lines.h"
#include "analysis/features/symbols/text_tokens.h"

namespace astrolabe {

DocumentLinksAnswer FindDocumentLinks(LiveAst& ast) {
  DocumentLinksAnswer answer;
  for (IncludeLine& include : FindIncludeLines(ast)) {
    if (include.path.empty()) continue;
    answer.links.push_back({RangeOf(ast, include.begin, include.end), std::move(include.path)});
  }
  return answer;
}

}  // namespace astrolabe
