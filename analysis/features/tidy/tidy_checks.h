// clang-tidy's checks, from their options to what they say, for one unit in one process.
//
// The checks have two sources: the preprocessor's events, which they must see from the file's first line, and
// the syntax tree, which is walked when all is parsed. What they say goes to a DiagnosticConsumer of the caller's, by
// a DiagnosticsEngine of their own, so that -Werror and the like of the compiler's command mean nothing to them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clang-tidy/ClangTidyDiagnosticConsumer.h"
#include "clang-tidy/ClangTidyOptions.h"
#include "clang/ASTMatchers/ASTMatchFinder.h"
#include "clang/Basic/Diagnostic.h"

namespace clang {
class ASTContext;
class Decl;
class Preprocessor;
}  // namespace clang

namespace clang::tidy {
class ClangTidyCheck;
}  // namespace clang::tidy

namespace astrolabe {

// Whether a check compares what stands in the file with declarations anywhere in the unit, and so has to see all of them
// and nothing else.
bool IsUnitWide(std::string_view check);

// One thread. Lives until the process ends.
class TidyChecks {
 public:
  // `options`: complete, with defaults (ClangTidyOptions::getDefaults).
  TidyChecks(const clang::tidy::ClangTidyOptions& options, const std::string& file);
  ~TidyChecks();
  TidyChecks(const TidyChecks&) = delete;
  TidyChecks& operator=(const TidyChecks&) = delete;

  // Makes the checks, for the language of `context`. From now on they may speak.
  void Start(clang::ASTContext& context, clang::DiagnosticConsumer& consumer,
             const std::string& directory);
  bool empty() const { return checks_.empty(); }
  // Events of `preprocessor` from now on go to the checks.
  void Observe(clang::Preprocessor& preprocessor);
  // Walks the declarations, those for unit-wide checks apart, and what there is to say of the translation unit as such.
  void Walk(clang::ASTContext& context, const std::vector<clang::Decl*>& declarations,
            const std::vector<clang::Decl*>& of_unit);

  clang::tidy::ClangTidyContext& context() { return *context_; }

 private:
  std::unique_ptr<clang::tidy::ClangTidyContext> context_;
  std::unique_ptr<clang::DiagnosticsEngine> engine_;
  std::unique_ptr<clang::ast_matchers::MatchFinder> local_;
  std::unique_ptr<clang::ast_matchers::MatchFinder> wide_;
  bool has_wide_ = false;
  std::vector<std::unique_ptr<clang::tidy::ClangTidyCheck>> checks_;
};

}  // namespace astrolabe
