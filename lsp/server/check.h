// `--check`: what the server makes of one file, without an editor.
//
// It is the server itself, driven by a client in the same process, so that what is checked is what an editor
// would get: the file's command, its diagnostics, and an answer to every question about each of its names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "lsp/server/options.h"

namespace astrolabe::lsp {

// clangd's exit code for a file that is not in order.
inline constexpr int kExitCheckFailed = 3;

// Checks options.check, or a small file of our own if that is empty, and prints what it does to stdout. Gives
// the exit code: 0, or kExitCheckFailed if there are errors in the file or requests that fail.
int CheckFile(ServerOptions options, std::string program);

}  // namespace astrolabe::lsp
