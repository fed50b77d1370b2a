// How the server is set up: its command line, and what a client says in `initialize`.
//
// The command line is clangd's, so that an editor's configuration works when `clangd` in it becomes
// `astrolabe lsp`: one or two dashes, `--flag=value` or `--flag value`, `--flag`, `--flag=0`. A flag that
// means nothing here is accepted with a warning; one that nobody knows is an error, since a misspelled flag
// that is ignored costs an afternoon.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/text/code_units.h"
#include "lsp/protocol/clangd_extensions.h"
#include "lsp/server/path_mapping.h"

namespace astrolabe::lsp {

struct ServerOptions {
  // Project and index.
  std::string compile_commands_dir;  // empty: looked for in each root
  std::string query_drivers;         // comma-separated globs of compilers that may be asked
  std::string resource_dir;          // empty: the one we were built with
  std::string index_dir;             // empty: .cache/astrolabe in each root
  bool background_index = true;
  bool background_index_is_nice = true;                          // at low priority
  int threads = 0;                                               // 0: as many as cores
  std::vector<std::string> fallback_flags;                       // initializationOptions
  std::map<std::string, ClangdCompileCommand> compile_commands;  // by path, from the client
  bool commands_from_client_only = false;                        // no compile_commands.json
  bool file_status = false;                                      // clangdFileStatus
  // Answers.
  size_t limit_results = 100;      // of completion and workspace/symbol; 0: no limit
  size_t limit_references = 1000;  // 0: no limit
  bool header_insertion = true;
  bool detailed_completion = false;  // one entry an overload
  bool all_scopes_completion = true;
  bool function_arg_placeholders = true;
  bool clang_tidy = true;
  bool enable_config = true;  // .clangd and the user's file
  std::string fallback_style = "LLVM";
  bool ai = true;
  std::string ai_model;       // ChooseModels
  std::string ai_chat_model;  // the same, of the one that is told in words what to write
  // Protocol and process.
  std::optional<PositionEncoding> encoding;  // whatever the client offers
  std::string log_level = "info";
  std::string trace_file;
  bool pretty = false;                     // JSON with line breaks
  std::vector<PathMapping> path_mappings;  // the client's paths and ours
  std::string input_mirror_file;           // gets a copy of all that the client sends
  std::optional<std::string> check;        // a file to be checked instead of serving; may be empty
  bool show_help = false;
  bool show_version = false;

  std::vector<std::string> warnings;  // about flags, one sentence each
};

// `arguments`: what follows `astrolabe lsp`. InvalidArgument, naming the flag, for one that is unknown, has a
// value that it cannot have, or lacks one.
absl::StatusOr<ServerOptions> ParseServerFlags(const std::vector<std::string>& arguments);

// The flags in a variable of the environment, as a shell would cut them: at spaces, with both kinds of quotes
// and backslashes.
std::vector<std::string> SplitFlags(std::string_view text);

// For --help.
std::string DescribeServerFlags();

// What `initialize` or workspace/didChangeConfiguration says. Members that are absent stay as they are.
void ApplyClientOptions(const ClangdOptions& given, ServerOptions& options);

}  // namespace astrolabe::lsp
