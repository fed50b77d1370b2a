// Reads C++20's module directives from arbitrary bytes: the server does so with every key that is pressed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "analysis/modules/module_directives.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string source(reinterpret_cast<const char*>(data), size);
  const astrolabe::ModuleDirectives read = astrolabe::ReadModuleDirectives(source);
  const bool is_sorted = std::is_sorted(read.imports.begin(), read.imports.end());
  const bool imports_itself =
      read.is_importable && std::binary_search(read.imports.begin(), read.imports.end(), read.name);
  if (!is_sorted || imports_itself || (read.is_importable && read.name.empty())) std::abort();
  return 0;
}
