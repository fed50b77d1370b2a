// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/tidy/tidy_options.h"

#include <algorithm>

#include "analysis/features/tidy/check_speed.h"
#include "analysis/features/tidy/tidy_modules.h"
#include "analysis/features/tidy/tidy_speed.h"
#include "base/strings.h"
#include "clang-tidy/ClangTidyCheck.h"
#include "clang-tidy/ClangTidyModule.h"

namespace astrolabe {
namespace {

using clang::tidy::ClangTidyOptions;

// What clangd 22 runs where nobody says what he wants.
constexpr char kDefaultChecks[] =
    "readability-misleading-indentation,readability-deleted-default,bugprone-integer-division,"
    "bugprone-sizeof-expression,bugprone-suspicious-missing-comma,bugprone-unused-raii,"
    "bugprone-unused-return-value,misc-unused-using-decls,misc-unused-alias-decls,"
    "misc-definitions-in-headers";

// They want to see the comments and guards of all headers, which a file on a parsed preamble does not show.
constexpr char kUnsuitableChecks[] =
    "misc-include-cleaner,misc-header-include-cycle,llvm-header-guard";

// More than any .clang-tidy can have, so that an option asked for by name wins.
constexpr unsigned kHighestPriority = 10000;

bool IsTooSlow(std::string_view check, TidySpeed wanted) {
  if (wanted == TidySpeed::kAny) return false;
  CheckSpeed speed = SpeedOfCheck(check);
  if (speed == CheckSpeed::kSlow) return true;
  return speed == CheckSpeed::kNotMeasured && wanted == TidySpeed::kStrict;
}

void Leave(std::string& checks, const std::string& name) { checks += StrCat(",-", name); }

}  // namespace

std::vector<std::string> AllTidyChecks() {
  NameTidyModules();
  clang::tidy::ClangTidyCheckFactories factories;
  for (const auto& entry : clang::tidy::ClangTidyModuleRegistry::entries()) {
    entry.instantiate()->addCheckFactories(factories);
  }
  std::vector<std::string> names;
  for (const auto& factory : factories) names.push_back(factory.getKey().str());
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<TidySpeed> WeakestFilterOf(std::string_view check) {
  static const auto& names = *new std::vector<std::string>(AllTidyChecks());
  if (!std::binary_search(names.begin(), names.end(), check)) return std::nullopt;
  switch (SpeedOfCheck(check)) {
    case CheckSpeed::kFast:
      return TidySpeed::kStrict;
    case CheckSpeed::kNotMeasured:
      return TidySpeed::kLoose;
    case CheckSpeed::kSlow:
      break;
  }
  return TidySpeed::kAny;
}

ClangTidyOptions TidyOptionsOf(const std::string& file, const TidySettings& settings) {
  ClangTidyOptions defaults = ClangTidyOptions::getDefaults();
  defaults.Checks = "";
  clang::tidy::FileOptionsProvider files(clang::tidy::ClangTidyGlobalOptions(), defaults,
                                         ClangTidyOptions());
  ClangTidyOptions options = defaults.merge(files.getOptions(file), 0);
  if (options.Checks->empty() && settings.checks.empty()) options.Checks = kDefaultChecks;
  std::string& checks = *options.Checks;
  if (!settings.checks.empty()) checks += StrCat(",", settings.checks);
  for (const std::string& name : AllTidyChecks()) {
    if (IsTooSlow(name, settings.speed)) Leave(checks, name);
  }
  checks += ",-clang-analyzer-*";
  for (llvm::StringRef name : llvm::split(kUnsuitableChecks, ',')) Leave(checks, name.str());
  for (const std::string& name : settings.without) Leave(checks, name);
  for (const auto& [name, value] : settings.options) {
    options.CheckOptions.insert_or_assign(
        name, ClangTidyOptions::ClangTidyValue(value, kHighestPriority));
  }
  return options;
}

ClangTidyOptions TidyOptionsOf(const TidyRequest& request) {
  NameTidyModules();
  ClangTidyOptions defaults = ClangTidyOptions::getDefaults();
  ClangTidyOptions asked;
  if (!request.checks.empty()) asked.Checks = request.checks;
  asked.HeaderFilterRegex = request.header_filter;
  asked.ExcludeHeaderFilterRegex = request.exclude_header_filter;
  asked.WarningsAsErrors = request.warnings_as_errors;
  if (request.system_headers) asked.SystemHeaders = true;
  clang::tidy::FileOptionsProvider files(clang::tidy::ClangTidyGlobalOptions(), defaults, asked);
  return defaults.merge(files.getOptions(request.file), 0);
}

}  // namespace astrolabe
