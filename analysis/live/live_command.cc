// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/live_command.h"

namespace astrolabe {

std::vector<std::string> WarningFlags(const CompileCommand& command) {
  std::vector<std::string> flags;
  for (size_t i = 1; i < command.arguments.size(); ++i) {
    const std::string& argument = command.arguments[i];
    // -Wl, -Wa, and -Wp, are for other tools.
    bool is_warning = argument.starts_with("-W") && argument.size() > 2 &&
                      argument.find(',') == std::string::npos;
    if (is_warning || argument == "-w" || argument.starts_with("-pedantic")) {
      flags.push_back(argument);
    }
  }
  return flags;
}

std::vector<std::string> FrontEndArguments(const LiveCommand& command) {
  std::vector<std::string> arguments = command.front_end.cc1;
  arguments.insert(arguments.end(), command.warnings.begin(), command.warnings.end());
  arguments.push_back("-Wno-unknown-warning-option");  // other compilers have others
  return arguments;
}

}  // namespace astrolabe
