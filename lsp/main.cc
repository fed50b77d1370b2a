// The command line: one subcommand a file under lsp/cli/.
//
// Start-up is kept to parsing the command line: nothing is read, locked, threaded or logged before the
// chosen command asks for it (bench/startup).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "analysis/ai/model_server.h"
#include "analysis/ai/processor_library.h"
#include "analysis/batch/parse_server.h"
#include "analysis/clang_version.h"
#include "analysis/features/tidy/batch_tidy.h"
#include "analysis/live/live_server.h"
#include "analysis/modules/module_build.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/trace.h"
#include "lsp/cli/command.h"
#include "lsp/version.h"

namespace astrolabe {
namespace {

std::atomic<bool> interrupted = false;
std::atomic<bool> broken_pipe = false;

void OnSignal(int signal) {
  // The second one means it.
  if (interrupted.exchange(true)) std::_Exit(128 + signal);
}

// Who reads our answer has read enough: work for it may stop.
void OnBrokenPipe(int) {
  broken_pipe = true;
  interrupted = true;
}

constexpr char kFooter[] =
    "Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 no usable index, 4 the system refused,\n"
    "5 another process writes the index, 130 interrupted.";

int Main(int argc, char** argv) {
  CLI::App app("Astrolabe answers questions about C and C++ workspaces of any size.", "astrolabe");
  app.require_subcommand(1);
  app.footer(kFooter);
  app.fallthrough();  // --trace and --log may stand behind the subcommand
  app.set_version_flag("--version",
                       StrCat("astrolabe ", kAstrolabeVersion, " (Clang ", ClangVersion(), ")"));
  std::string trace_file;
  std::string log_level;
  app.add_option("--trace", trace_file, "write a Chrome trace (chrome://tracing, Perfetto) to FILE")
      ->type_name("FILE");
  app.add_option("--log", log_level, "log level: trace, debug, info, warn, error, off")
      ->type_name("LEVEL");
  absl::Status setup = absl::OkStatus();
  // Before any subcommand's callback, which CLI11 runs while parsing.
  app.parse_complete_callback([&] {
    if (!log_level.empty()) setup = SetLogLevel(log_level);
    if (setup.ok() && !trace_file.empty()) setup = StartTrace(trace_file);
    if (!setup.ok()) throw CLI::ValidationError(std::string(setup.message()), kExitUsage);
  });

  int exit_code = kExitOk;
  RegisterIndexCommand(app, &exit_code);
  RegisterQueryCommand(app, &exit_code);
  RegisterInspectCommands(app, &exit_code);
  RegisterProjectCommands(app, &exit_code);
  RegisterDoctorCommand(app, &exit_code);
  RegisterExportCommand(app, &exit_code);
  RegisterFixCommand(app, &exit_code);
  RegisterConfigCommand(app, &exit_code);
  RegisterAiCommand(app, &exit_code);
  RegisterLspCommand(app, &exit_code);
  RegisterGenerateCommand(app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  if (!trace_file.empty()) {
    if (absl::Status status = StopTrace(); !status.ok()) return Fail(status);
  }
  // Answers that a full disk swallowed must not look delivered; a reader that went away, as `head` does,
  // is nobody's failure.
  errno = 0;
  bool lost = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (lost && errno != EPIPE && !broken_pipe) {
    return Fail(absl::ResourceExhaustedError("cannot write to standard output"));
  }
  return broken_pipe ? kExitOk : exit_code;
}

}  // namespace

const std::atomic<bool>& Interrupted() { return interrupted; }

}  // namespace astrolabe

int main(int argc, char** argv) {
  // A parsing process of the command that started it, which is at the other end of descriptor 3.
  if (argc == 2 && std::string_view(argv[1]) == "--parse-server") {
    return astrolabe::RunParseServer(astrolabe::UniqueFd(3), astrolabe::RunLiveServer,
                                     astrolabe::MakeBatchTidy);
  }
  if (argc == 2 && std::string_view(argv[1]) == astrolabe::kModuleBuildArgument) {
    return astrolabe::RunModuleBuild();
  }
  if (argc == 2 && std::string_view(argv[1]) == astrolabe::kModelServerArgument) {
    const std::string packaged = astrolabe::PackagedModelServer();
    if (!packaged.empty()) execl(packaged.c_str(), packaged.c_str(), nullptr);
    return astrolabe::RunModelServer();
  }
  std::signal(SIGINT, astrolabe::OnSignal);
  std::signal(SIGTERM, astrolabe::OnSignal);
  std::signal(SIGPIPE, astrolabe::OnBrokenPipe);
  try {
    return astrolabe::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "astrolabe: %s\n", error.what());
    return astrolabe::kExitFailure;
  }
}
