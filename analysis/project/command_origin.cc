// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/command_origin.h"

namespace astrolabe {

const char* OriginName(CommandOrigin origin) {
  switch (origin) {
    case CommandOrigin::kDatabase:
      return "compilation database";
    case CommandOrigin::kCompileFlags:
      return "compile_flags.txt";
    case CommandOrigin::kIncluder:
      return "a file that includes it";
    case CommandOrigin::kNeighbour:
      return "a similar file";
    case CommandOrigin::kGuess:
      return "a guess";
  }
  return "unknown";
}

}  // namespace astrolabe
