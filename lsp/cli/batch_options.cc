// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/batch_options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <system_error>

#include "base/strings.h"
#include "lsp/version.h"

namespace astrolabe {

void AddConfigOption(CLI::App& command, BatchOptions& options) {
  command.add_option("--enable-config", options.use_config,
                     "read .clangd files and the user's configuration (default: 1)");
}

void AddQueryDriverOption(CLI::App& command, BatchOptions& options) {
  command.add_option(
      "--query-driver", options.query_drivers,
      "comma-separated globs of compilers that may be asked for their include paths");
}

void AddBatchOptions(CLI::App& command, WorkspaceOptions& workspace, BatchOptions& options) {
  command.add_option("-j,--threads", workspace.threads, "threads (default: all cores)")
      ->check(CLI::Range(1, 1024));
  AddConfigOption(command, options);
  command.add_option(
      "--compile-commands-dir", options.compile_commands_dir,
      "folder of compile_commands.json (default: looked for in the root and build*/)");
  AddQueryDriverOption(command, options);
  command.add_flag("--no-zygote", options.no_zygote,
                   "parse every unit from its first line, for comparison");
  command
      .add_option("--unit-seconds", options.unit_seconds,
                  "give up on a unit after so long (default: 120)")
      ->check(CLI::Range(0.1, 86400.0));
  command
      .add_option("--unit-memory-mb", options.unit_megabytes,
                  "give up on a unit that needs more (default: 4295)")
      ->check(CLI::Range(16, 1000000));
}

SemanticOptions SemanticOptionsOf(const WorkspaceOptions& workspace, const BatchOptions& options,
                                  const char* command) {
  SemanticOptions semantic;
  semantic.root = workspace.root;
  semantic.index_dir = workspace.index_dir;
  semantic.tool_version = kAstrolabeVersion;
  semantic.owner = StrCat("astrolabe ", command, ", process ", getpid());
  semantic.program = ParserProgram();
  if (!options.compile_commands_dir.empty()) {
    std::error_code error;
    semantic.compile_commands_dir =
        std::filesystem::absolute(options.compile_commands_dir, error).string();
  }
  semantic.query_drivers = options.query_drivers;
  semantic.use_config = options.use_config;
  semantic.threads = workspace.threads;
  semantic.zygotes = !options.no_zygote;
  if (options.unit_seconds > 0) semantic.unit_time_limit = absl::Seconds(options.unit_seconds);
  if (options.unit_megabytes > 0) {
    semantic.unit_memory_limit = options.unit_megabytes * 1'000'000;
  }
  return semantic;
}

}  // namespace astrolabe
