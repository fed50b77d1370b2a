// From Sema's overload candidates at an argument to SignatureAnswer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/live/answers.h"
#include "clang/Sema/CodeCompleteConsumer.h"
#include "llvm/ADT/ArrayRef.h"

namespace astrolabe {

// `argument` is the position of the argument at the cursor, from 0. Sema has left out candidates that the
// arguments so far rule out, and put the better ones first.
SignatureAnswer BuildSignatures(
    clang::Sema& sema, clang::CodeCompletionTUInfo& strings, unsigned argument,
    llvm::ArrayRef<clang::CodeCompleteConsumer::OverloadCandidate> candidates, bool braced);

}  // namespace astrolabe
