// What Sema calls at the completion point.
//
// A parser that backtracks comes to the point more than once, and what it says last is a guess in recovery:
// the first answer that has anything stands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "analysis/features/completion/answer.h"
#include "analysis/features/completion/completion_point.h"
#include "analysis/live/answers.h"
#include "clang/Sema/CodeCompleteConsumer.h"

namespace astrolabe {

class CompletionConsumer : public clang::CodeCompleteConsumer, public CompletionRun {
 public:
  CompletionConsumer(CompletionRequest request, CompletionPoint point);

  void ProcessCodeCompleteResults(clang::Sema& sema, clang::CodeCompletionContext context,
                                  clang::CodeCompletionResult* results, unsigned count) override;
  void ProcessOverloadCandidates(clang::Sema& sema, unsigned argument,
                                 OverloadCandidate* candidates, unsigned count,
                                 clang::SourceLocation open, bool braced) override;
  clang::CodeCompletionAllocator& getAllocator() override { return strings_.getAllocator(); }
  clang::CodeCompletionTUInfo& getCodeCompletionTUInfo() override { return strings_; }

  std::string Answer() const override;

 private:
  void Deliver();

  CompletionRequest request_;
  CompletionPoint point_;
  clang::CodeCompletionTUInfo strings_;
  CompletionAnswer completion_;
  SignatureAnswer signatures_;
  bool done_ = false;
};

}  // namespace astrolabe
