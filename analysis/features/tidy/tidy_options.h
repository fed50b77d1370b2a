// What clang-tidy is to do for a file: its .clang-tidy files, and what was asked for beside them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "analysis/batch/tidy_protocol.h"
#include "analysis/live/answers.h"
#include "clang-tidy/ClangTidyOptions.h"

namespace astrolabe {

// For an open file. Without any .clang-tidy the checks are clangd's choice for that case; those that are too slow,
// or can't work on an open file, are taken out.
clang::tidy::ClangTidyOptions TidyOptionsOf(const std::string& file, const TidySettings& settings);

// For a batch: as clang-tidy has them, with its own defaults. The static analyzer's checks are not among those that run.
clang::tidy::ClangTidyOptions TidyOptionsOf(const TidyRequest& request);

// All checks that there are, as clang-tidy names them.
std::vector<std::string> AllTidyChecks();

}  // namespace astrolabe
