// The model's process, `astrolabe model`: takes requests from its standard input and answers on its standard output.
//
// It holds all that is dangerous about a model: a file that somebody else wrote, a library that aborts when it is
// surprised, memory and time. It ends when its input does.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace astrolabe {

inline constexpr char kModelServerArgument[] = "model";

// The process's exit code.
int RunModelServer();

}  // namespace astrolabe
