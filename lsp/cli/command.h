// What the subcommands of `astrolabe` share: exit codes, the options common to all, and how they are told
// to stop.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <string>

#include "absl/status/status.h"

namespace CLI {
class App;
}  // namespace CLI

namespace astrolabe {

// Documented in the README; scripts rely on them.
enum ExitCode : int {
  kExitOk = 0,
  kExitNothingFound = 1,  // a query without an answer
  kExitUsage = 2,         // wrong command line, or a pattern that cannot be used
  kExitNoIndex =
      3,  // no index, or one that is damaged or of another version: run `astrolabe index`
  kExitFailure = 4,  // the system refused: permission, full disk, no such folder
  kExitBusy = 5,     // another process writes this index
  kExitInterrupted = 130,
};

// Options of every command that works on a workspace.
struct WorkspaceOptions {
  std::string root;       // empty: found upwards from the working directory
  std::string index_dir;  // empty: .cache/astrolabe in the root
  int threads = 0;        // 0: as many as cores
  bool json = false;
};

// Registers --root, --index-dir and --json.
void AddWorkspaceOptions(CLI::App& command, WorkspaceOptions& options);

// Lets the root be given as the command's only argument as well: `astrolabe index DIR`. Behind
// AddWorkspaceOptions, for commands that are about the workspace as a whole.
void AddRootArgument(CLI::App& command, WorkspaceOptions& options);

// Makes both folders absolute. A root that was not given is the nearest folder upwards with a .git,
// compile_commands.json or .clangd, else the working directory.
absl::Status ResolveWorkspace(WorkspaceOptions& options);

// Prints "astrolabe: message" to stderr and gives the exit code for it.
int Fail(const absl::Status& status);

// The program that is started as the root of the parsing processes: this very binary, or what the
// environment's ASTROLABE_PARSER names, an instrumented build of the same sources or a tool's wrapper.
std::string ParserProgram();

// Set by the first SIGINT or SIGTERM.
const std::atomic<bool>& Interrupted();

// Each registers its subcommand; when it is chosen, *exit_code is what it returns.
void RegisterIndexCommand(CLI::App& app, int* exit_code);
void RegisterQueryCommand(CLI::App& app, int* exit_code);
void RegisterExportCommand(CLI::App& app, int* exit_code);
void RegisterFixCommand(CLI::App& app, int* exit_code);
void RegisterLspCommand(CLI::App& app, int* exit_code);
void RegisterConfigCommand(CLI::App& app, int* exit_code);
void RegisterAiCommand(CLI::App& app, int* exit_code);
void RegisterInspectCommands(CLI::App& app, int* exit_code);
void RegisterDoctorCommand(CLI::App& app, int* exit_code);
// Behind RegisterInspectCommands, whose `dump` it adds to.
void RegisterProjectCommands(CLI::App& app, int* exit_code);
// Behind all others, which it describes.
void RegisterGenerateCommand(CLI::App& app, int* exit_code);

}  // namespace astrolabe
