// `astrolabe check --all-features` at the terminal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lsp/server/feature_check.h"

namespace astrolabe {

// Runs the check with progress on stderr and prints its report to stdout, as JSON or as text. Gives the exit code.
int RunFeatureCheck(const lsp::FeatureCheckOptions& options, bool json);

}  // namespace astrolabe
