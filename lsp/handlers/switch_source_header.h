// The file on the other side: of a header its source, of a source its header.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "lsp/server/session.h"

namespace astrolabe::lsp {

// What is beside the file and has its stem, else what the workspace has; empty if there is none.
std::string CounterpartOf(Session& session, const std::string& path);

}  // namespace astrolabe::lsp
