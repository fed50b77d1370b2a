// The server from its first byte to its last: transport, dispatcher, session and handlers put together.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "lsp/server/options.h"

namespace astrolabe::lsp {

// Serves one client over two descriptors, which stay the caller's, until `exit` or the end of input. Gives the
// process's exit code: 0 after `shutdown`, else 1. `program` is our own binary. Work that does not end within
// seconds then ends with the process: what it has found so far is in the index's journal.
int Serve(int in, int out, ServerOptions options, std::string program);

}  // namespace astrolabe::lsp
