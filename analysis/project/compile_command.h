// How one file is compiled, where that is known from, and the front-end arguments it means.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace astrolabe {

enum class CommandOrigin : uint8_t {
  kDatabase,      // an entry of compile_commands.json
  kCompileFlags,  // compile_flags.txt
  kIncluder,      // a header: the command of a file that includes it
  kNeighbour,     // the command of the most similar file
  kGuess,         // no database: language defaults and guessed include directories
};

// A driver command line. All paths absolute but those inside `arguments`, which are relative to
// `directory`.
struct CompileCommand {
  std::string file;
  std::string directory;
  std::vector<std::string> arguments;  // arguments[0] is the compiler, the file is among them
  CommandOrigin origin = CommandOrigin::kDatabase;
  std::string reason;  // a sentence for `dump flags`: "entry 17 of /w/build/compile_commands.json"
};

// What Clang's front end (-cc1) is to do for a file, without what only concerns output, warnings or
// dependency files.
struct FrontEndCommand {
  std::string file;       // absolute, as given to the front end
  std::string directory;  // absolute
  // "-cc1" arguments without the file itself, the same for all files that share their flags (so that
  // equal vectors mean equal semantics). Never empty.
  std::vector<std::string> cc1;
  std::vector<std::string> notes;  // flags that were dropped or not understood, one sentence each
  uint64_t digest = 0;             // XXH3-64 over directory, cc1 and the tool's version
};

}  // namespace astrolabe
