// Compiling the interface of one module, in a process of its own.
//
// `astrolabe --build-module` reads a ModuleBuild from its standard input, writes the compiled interface (Clang's reduced
// form: declarations, and the bodies that importers may need) and tells on its standard output which files it has read,
// and on the standard error what was wrong. A module with errors is compiled all the same: whoever is typing wants what
// is right about it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace astrolabe {

inline constexpr char kModuleBuildArgument[] = "--build-module";

struct ModuleBuild {
  std::string file;
  std::string directory;
  std::vector<std::string> cc1;  // FrontEndCommand::cc1, and where the modules are that it imports
  std::string output;            // written whole or not at all
};

struct BuiltModule {
  std::vector<std::string>
      inputs;  // absolute paths of all files that were read, its own among them
  std::vector<std::string> errors;  // of the source: "path:line:column: text", a few
};

// Runs `program --build-module`. Errors say what became of the process: Aborted if it crashed or was stopped after
// `limit`, Cancelled soon after `cancelled` (may be null) was set, InvalidArgument if there is no compiled interface, with
// the first reason that the compiler gave.
absl::StatusOr<BuiltModule> BuildModule(const std::string& program, const ModuleBuild& build,
                                        absl::Duration limit, const std::atomic<bool>* cancelled);

// The process. Returns its exit code.
int RunModuleBuild();

}  // namespace astrolabe
