// What an indexing run shows: its progress while it runs, and its report at the end.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "analysis/batch/batch_indexer.h"
#include "index/indexer.h"
#include "lsp/cli/command.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {

ProgressLine DescribeProgress(const IndexProgress& progress);
ProgressLine DescribeProgress(const SemanticProgress& progress, double seconds);

// One run: tier 0, and tier 1 unless it was not asked for.
struct IndexRun {
  IndexReport files;
  double files_seconds = 0;
  bool has_semantic = false;
  SemanticReport semantic;
  double seconds = 0;  // in all
};

// On stdout; with --json as one object.
void PrintReport(const IndexRun& run, const WorkspaceOptions& workspace);
// What was skipped and what went wrong, on stderr; only the first ones unless `all`.
void PrintProblems(const IndexRun& run, bool all);

}  // namespace astrolabe
