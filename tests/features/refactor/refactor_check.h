// How tests of refactorings speak: source text with a mark, and what it is afterwards.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include "tests/features/marked_source.h"

namespace astrolabe {

// The text after the refactoring at `^` or `[[…]]`. "no" if it is not offered there, "no: reason" if it is refused.
// Afterwards the text must compile if it did before, or it is a failure of the test.
std::string Refactored(std::string_view id, MarkedSource source);
std::string Refactored(std::string_view id, std::string_view marked);

// The title under which it is offered; empty if it isn't.
std::string Title(std::string_view id, std::string_view marked);

}  // namespace astrolabe
