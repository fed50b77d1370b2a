// `astrolabe generate`: the files that say to man and to shells what --help says. For packagers, so hidden.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "lsp/cli/command.h"
#include "lsp/cli/command_doc.h"

namespace astrolabe {

void RegisterGenerateCommand(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("generate", "print a manual page or completions");
  command->group("");
  command->require_subcommand(1);
  auto add = [&](const char* name, const char* help, std::string (*write)(const CommandDoc&)) {
    command->add_subcommand(name, help)->callback([&app, exit_code, write] {
      std::fputs(write(DescribeCommands(app)).c_str(), stdout);
      *exit_code = kExitOk;
    });
  };
  add("man", "astrolabe.1", ManualPage);
  add("bash", "completions for bash", BashCompletion);
  add("zsh", "completions for zsh", ZshCompletion);
  add("fish", "completions for fish", FishCompletion);
}

}  // namespace astrolabe
