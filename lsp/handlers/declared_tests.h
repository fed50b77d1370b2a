// GoogleTest's tests, as texts declare them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "index/symbol.h"

namespace astrolabe::lsp {

// The suite of what a test macro declares; nothing for any other symbol. `ahead`: its text up to its name.
std::optional<std::string> SuiteOfTest(const Symbol& symbol, std::string_view ahead);

}  // namespace astrolabe::lsp
