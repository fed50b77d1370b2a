// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/protocol/token_delta.h"

#include <algorithm>
#include <cstddef>

namespace astrolabe::lsp {

SemanticTokensEdit DifferenceOf(const std::vector<uint32_t>& from,
                                const std::vector<uint32_t>& to) {
  const size_t shorter = std::min(from.size(), to.size());
  size_t begin = 0;
  while (begin < shorter && from[begin] == to[begin]) ++begin;
  size_t end = 0;
  while (end < shorter - begin && from[from.size() - 1 - end] == to[to.size() - 1 - end]) ++end;
  SemanticTokensEdit edit;
  edit.start = static_cast<uint32_t>(begin);
  edit.delete_count = static_cast<uint32_t>(from.size() - begin - end);
  edit.data.emplace(to.begin() + static_cast<std::ptrdiff_t>(begin),
                    to.end() - static_cast<std::ptrdiff_t>(end));
  return edit;
}

}  // namespace astrolabe::lsp
