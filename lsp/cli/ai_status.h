// `astrolabe ai status`: what language models did for the servers of this user, and what that cost.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace astrolabe {

// The exit code.
int PrintAiStatus(bool json);

}  // namespace astrolabe
