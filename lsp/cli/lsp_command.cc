// `astrolabe lsp`: the language server over standard input and output.
//
// Its flags are clangd's and read by lsp/server/options.h, not by CLI11, which knows no single dash before a
// long name.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/strings.h"
#include "base/trace.h"
#include "base/unique_fd.h"
#include "lsp/cli/command.h"
#include "lsp/server/check.h"
#include "lsp/server/options.h"
#include "lsp/server/serve.h"
#include "lsp/version.h"

namespace astrolabe {
namespace {

// What clangd takes from the environment counts here too; the command line comes after it and wins.
constexpr char kFlagsVariable[] = "CLANGD_FLAGS";

int RunServer(const std::vector<std::string>& arguments) {
  std::vector<std::string> flags;
  if (const char* given = std::getenv(kFlagsVariable)) flags = lsp::SplitFlags(given);
  flags.insert(flags.end(), arguments.begin(), arguments.end());
  auto options = lsp::ParseServerFlags(flags);
  if (!options.ok()) return Fail(options.status());
  if (options->show_help) {
    std::fputs(lsp::DescribeServerFlags().c_str(), stdout);
    return kExitOk;
  }
  if (options->show_version) {
    std::printf("astrolabe %s\n", std::string(kAstrolabeVersion).c_str());
    return kExitOk;
  }
  if (absl::Status status = SetLogLevel(options->log_level); !status.ok()) return Fail(status);
  const bool is_traced = !options->trace_file.empty();
  if (is_traced) {
    if (absl::Status status = StartTrace(options->trace_file); !status.ok()) return Fail(status);
  }
  if (options->check) {
    for (const std::string& warning : options->warnings) LogWarning(warning);
    return lsp::CheckFile(*std::move(options), ParserProgram());
  }
  // An editor that ends us does not ask twice, and one that went away is seen by reading.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGPIPE, SIG_IGN);
  // Whatever prints by mistake must not print into the protocol.
  const UniqueFd out(dup(STDOUT_FILENO));
  dup2(STDERR_FILENO, STDOUT_FILENO);
  const int code = lsp::Serve(STDIN_FILENO, out.get(), *std::move(options), ParserProgram());
  if (is_traced) {
    if (absl::Status status = StopTrace(); !status.ok()) return Fail(status);
  }
  return code;
}

}  // namespace

void RegisterLspCommand(CLI::App& app, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("lsp", "language server on standard input and output; flags as clangd's");
  command->prefix_command();
  command->set_help_flag();
  command->fallthrough(false);
  command->callback([command, exit_code] { *exit_code = RunServer(command->remaining()); });
}

}  // namespace astrolabe
