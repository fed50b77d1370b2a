// The options of commands that parse a whole workspace: its database, and the limits of its units.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <string>

#include "analysis/batch/batch_indexer.h"
#include "lsp/cli/command.h"

namespace astrolabe {

struct BatchOptions {
  std::string compile_commands_dir;
  std::string query_drivers;
  bool use_config = true;
  bool no_zygote = false;
  double unit_seconds = 0;      // 0: the default
  uint64_t unit_megabytes = 0;  // likewise
};

// --enable-config, of every command that is about how files are compiled.
void AddConfigOption(CLI::App& command, BatchOptions& options);

// --query-driver, likewise.
void AddQueryDriverOption(CLI::App& command, BatchOptions& options);

// --threads, --enable-config, --compile-commands-dir, --query-driver, --no-zygote, --unit-seconds and --unit-memory-mb.
void AddBatchOptions(CLI::App& command, WorkspaceOptions& workspace, BatchOptions& options);

// What they come to. `workspace` is resolved; `command`: "index", for the lock file.
SemanticOptions SemanticOptionsOf(const WorkspaceOptions& workspace, const BatchOptions& options,
                                  const char* command);

}  // namespace astrolabe
