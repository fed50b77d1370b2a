// What a model reads stays on this machine, and not by our word alone: the kernel gives its process no sockets.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace astrolabe {

// From now on, for ever, and in all that this process starts: no new socket, no connection, and no io_uring, which could
// make either (EPERM; seccomp). Before other threads are started: those that run already keep what they may. False if the
// kernel has no seccomp or forbids it.
bool CloseNetwork();

}  // namespace astrolabe
