// The flags of `astrolabe lsp` as data, for whoever documents them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>
#include <vector>

namespace astrolabe::lsp {

struct ServerFlag {
  std::string_view name;   // without dashes; one of one letter has a single dash
  std::string_view value;  // as --help calls it; empty: a switch; in brackets: it may be left out
  std::string_view help;
};

// Those that have an effect, in the order of --help.
std::vector<ServerFlag> ServerFlags();

}  // namespace astrolabe::lsp
