// How to parse an open file: what the index uses, and the warnings that the project wants.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/project/compile_command.h"

namespace astrolabe {

// What is parsed ahead of a header stands in a file of this name beside it, which exists in memory alone.
inline constexpr std::string_view kContextSuffix = ".astrolabe-context";

struct LiveCommand {
  FrontEndCommand front_end;
  std::vector<std::string> warnings;  // see WarningFlags
  // Of a header: what the unit that it is parsed for has ahead of it. May be empty.
  std::string context;
  bool lacks_unit = false;  // a header, and nobody is known to include it
  // Its modules are being built; when they are, CommandChanged says so. Until then it is not parsed.
  bool awaits_modules = false;
  std::vector<std::string> module_problems;  // for the user, one sentence each
};

// The flags of a command that choose warnings (-Wall, -Wno-…, -Werror, -w, -pedantic), in order.
std::vector<std::string> WarningFlags(const CompileCommand& command);

// All arguments of Clang's front end.
std::vector<std::string> FrontEndArguments(const LiveCommand& command);

}  // namespace astrolabe
