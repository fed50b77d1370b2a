// How an open file is to be parsed: the client's own command for it, the database's, that of a unit which includes
// it, or a guess.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "analysis/live/live_command.h"
#include "analysis/project/front_end_command.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// Any thread. An error of `front_end` is returned as it is.
absl::StatusOr<LiveCommand> CommandForOpenFile(const Session& session, FrontEndCommands& front_end,
                                               const std::string& path);

}  // namespace astrolabe::lsp
