// How tests of refactorings speak: source text with a mark, and what it is afterwards.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/features/marked_source.h"

namespace astrolabe {

// The text after the refactoring at `^` or `[[…]]`. "no" if it is not offered there, "no: reason" if it is refused.
// Afterwards the text must compile if it did before, or it is a failure of the test.
std::string Refactored(std::string_view id, MarkedSource source);
std::string Refactored(std::string_view id, std::string_view marked);

// What a refactoring does to several files, the open one's text first, then of each other one "== name ==" and its text.
// A signature that is to be changed is "f: 1, 0, int count = 0", the old parameters by their numbers. The open file is
// /test/`name`; `source` belongs to it if it is a header. All must compile afterwards if it did before.
struct OpenAs {
  std::string name = "main.cc";
  std::optional<FileText> source = std::nullopt;
};
std::string RefactoredFiles(std::string_view id, MarkedSource marked, const OpenAs& open = {});

// The title under which it is offered; empty if it isn't.
std::string Title(std::string_view id, std::string_view marked);

}  // namespace astrolabe
