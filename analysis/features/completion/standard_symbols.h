// The names of the standard library with the headers that the standard gives them: Clang's own table.
//
// The headers that really declare them (bits/stl_vector.h) are the implementation's own business, so neither the
// index nor the compiler can tell which one to include.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>
#include <vector>

namespace astrolabe {

// Views live for ever.
struct StandardSymbol {
  std::string_view name;
  std::string_view scope;   // "std::", "std::chrono::"
  std::string_view header;  // "<vector>"
};

// Ascending by name, without those of the global scope. Thread-safe; the first call takes a millisecond.
const std::vector<StandardSymbol>& StandardSymbols();

}  // namespace astrolabe
