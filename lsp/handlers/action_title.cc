// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/action_title.h"

#include <algorithm>

#include "base/text/code_units.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kMaxBytes = 60;

}  // namespace

std::string InTitle(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  if (text.size() <= kMaxBytes) return text;
  text.resize(BoundaryBefore(text, kMaxBytes));
  return text + "…";
}

}  // namespace astrolabe::lsp
