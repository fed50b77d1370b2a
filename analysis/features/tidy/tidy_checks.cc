// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/tidy/tidy_checks.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "analysis/features/tidy/tidy_modules.h"
#include "clang-tidy/ClangTidyCheck.h"
#include "clang-tidy/ClangTidyModule.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Preprocessor.h"

namespace astrolabe {

using clang::ast_matchers::MatchFinder;
using clang::tidy::ClangTidyOptions;

bool IsUnitWide(std::string_view check) {
  // Those that are known to; with bugprone-* and performance-* RocksDB shows no other.
  constexpr std::string_view kNames[] = {
      "bugprone-forward-declaration-namespace",
      "misc-confusable-identifiers",
  };
  return std::find(std::begin(kNames), std::end(kNames), check) != std::end(kNames);
}

TidyChecks::TidyChecks(const ClangTidyOptions& options, const std::string& file) {
  NameTidyModules();
  context_ = std::make_unique<clang::tidy::ClangTidyContext>(
      std::make_unique<clang::tidy::DefaultOptionsProvider>(clang::tidy::ClangTidyGlobalOptions(),
                                                            options));
  context_->setCurrentFile(file);
}

TidyChecks::~TidyChecks() = default;

void TidyChecks::Start(clang::ASTContext& context, clang::DiagnosticConsumer& consumer,
                       const std::string& directory) {
  auto options = std::make_unique<clang::DiagnosticOptions>();
  engine_ = std::make_unique<clang::DiagnosticsEngine>(
      context.getDiagnostics().getDiagnosticIDs(), *options, &consumer, /*ShouldOwnClient=*/false);
  context_->setDiagnosticsEngine(std::move(options), engine_.get());
  context_->setSourceManager(&context.getSourceManager());
  context_->setASTContext(&context);
  context_->setCurrentBuildDirectory(directory);
  MatchFinder::MatchFinderOptions finding;
  finding.IgnoreSystemHeaders = !context_->getOptions().SystemHeaders.value_or(false);
  local_ = std::make_unique<MatchFinder>(finding);
  wide_ = std::make_unique<MatchFinder>(finding);
  clang::tidy::ClangTidyCheckFactories all;
  for (const auto& entry : clang::tidy::ClangTidyModuleRegistry::entries()) {
    entry.instantiate()->addCheckFactories(all);
  }
  for (auto& [is_wide, finder] : {std::pair(false, local_.get()), std::pair(true, wide_.get())}) {
    clang::tidy::ClangTidyCheckFactories factories;
    for (const auto& factory : all) {
      if (IsUnitWide(factory.getKey()) == is_wide) {
        factories.registerCheckFactory(factory.getKey(), factory.getValue());
      }
    }
    for (auto& check : factories.createChecksForLanguage(context_.get())) {
      check->registerMatchers(finder);
      checks_.push_back(std::move(check));
      has_wide_ |= is_wide;
    }
  }
}

void TidyChecks::Observe(clang::Preprocessor& preprocessor) {
  for (auto& check : checks_) {
    check->registerPPCallbacks(preprocessor.getSourceManager(), &preprocessor, &preprocessor);
  }
}

void TidyChecks::Walk(clang::ASTContext& context, const std::vector<clang::Decl*>& declarations,
                      const std::vector<clang::Decl*>& of_unit) {
  const clang::Decl* unit = context.getTranslationUnitDecl();
  auto walk = [&](MatchFinder& finder, const std::vector<clang::Decl*>& scope) {
    context.setTraversalScope(scope);
    bool is_all = scope.size() == 1 && scope[0] == unit;
    if (!is_all) finder.match(*unit, context);
    finder.matchAST(context);
  };
  walk(*local_, declarations);
  if (has_wide_) walk(*wide_, of_unit);
}

}  // namespace astrolabe
