// From what Sema finds at a point to CompletionAnswer.
//
// At the top level Sema gives ten thousand names and more. So names are matched and ranked first, by what
// costs nothing, overloads are put together, and only for the options that are left in the end are texts,
// documentation and USRs made.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>

#include "analysis/features/completion/completion_point.h"
#include "analysis/live/answers.h"
#include "clang/Sema/CodeCompleteConsumer.h"
#include "llvm/ADT/ArrayRef.h"

namespace astrolabe {

struct CompletionInput {
  clang::Sema& sema;
  clang::CodeCompletionContext& context;
  clang::CodeCompletionTUInfo& strings;
  std::string_view text;  // of the file
  const CompletionPoint& point;
  size_t limit = 0;  // of options, 0: none
  bool overloads_apart = false;
};

CompletionAnswer BuildCompletion(const CompletionInput& input,
                                 llvm::MutableArrayRef<clang::CodeCompletionResult> results);

CodeRange ReplacedRange(std::string_view text, const CompletionPoint& point);

}  // namespace astrolabe
