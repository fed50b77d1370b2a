// A driver command line reduced to what changes the meaning of the source.
//
// Projects pass what only their own compiler knows (gcc's -fno-tree-…), what needs files of its own
// (precompiled headers, modules, plugins) and what only concerns output. Clang's driver would fail on
// the first two, and the third would tell apart units that mean the same. All of it goes, with a
// sentence for what a reader may miss.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/project/compile_command.h"
#include "analysis/project/source_language.h"

namespace astrolabe {

struct DriverArguments {
  // Absolute where the command gave it with a slash; launchers (ccache, distcc, …) before it are gone.
  std::string compiler;
  // Without compiler, inputs, -x and output. Equal for files that are compiled the same way.
  std::vector<std::string> arguments;
  SourceLanguage language = SourceLanguage::kNone;
  std::vector<std::string> notes;
};

// InvalidArgument if the command is empty or its file is of no language of ours.
absl::StatusOr<DriverArguments> ReduceDriverArguments(const CompileCommand& command);

// Of reduced arguments those that only concern the preprocessor and the language standard: what
// Clang's driver takes for any target.
std::vector<std::string> PreprocessorArguments(const std::vector<std::string>& arguments);

}  // namespace astrolabe
